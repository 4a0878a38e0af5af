import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_collector_bankruptcy", {
    timeout: 60000,
    steps: () => [
        {
            content: "The customer is bankrupt, says the case",
            trigger: ".o_statusbar_buttons button[name=action_record_bankruptcy]",
            run: "click",
        },
        {
            content: "Court",
            trigger: ".modal .o_field_widget[name=court_id] input",
            run: "edit Delaware",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(District of Delaware)",
            run: "click",
        },
        {
            content: "Day of the petition",
            trigger: ".modal .o_field_widget[name=date_petition] input",
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_date_item_cell.o_today",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=case_number] input",
            run: "edit 26-10023",
        },
        {
            trigger: ".modal footer button:contains(Record)",
            run: "click",
        },
        {
            content: "The case says what must not be done",
            trigger:
                "body:not(:has(.modal)) .alert-danger:contains(Do not call, write, charge interest)",
        },
        {
            content: "Nothing is due any more",
            trigger: ".o_field_widget[name=amount_overdue]:contains(0.00)",
        },
        {
            content: "What was owed stands apart",
            trigger: ".o_notebook a[name=stayed]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=stayed_ids] .o_data_row .badge:contains(Stayed)",
        },
        {
            content: "So does the customer",
            trigger: ".oe_stat_button[name=action_view_partner]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has(.o_field_widget[name=is_company]), .o_form_view .alert-danger:contains(Do not call)",
        },
        {
            trigger: ".o_form_view .alert-danger button:contains(Open the bankruptcy)",
            run: "click",
        },
        {
            content: "The file takes what becomes known later",
            trigger: ".breadcrumb:contains(26-10023), .o_breadcrumb:contains(26-10023)",
        },
        {
            trigger: ".alert-warning:contains(Enter the chapter)",
        },
        {
            content: "A collector only proposes how it ended",
            trigger: ".o_statusbar_buttons button[name=action_open_event]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=kind] input, .modal .o_field_widget[name=kind] select",
            run: "click",
        },
        {
            trigger:
                ".o_select_menu_item:contains(Dismissed), .modal option:contains(Dismissed)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit Docket entry 9",
        },
        {
            trigger: ".modal footer button:contains(Record)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .alert-info:contains(waits for a manager)",
        },
        {
            content: "The stay goes on",
            trigger: ".alert-danger:contains(Do not call)",
        },
    ],
});
