import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_collector_charge", {
    timeout: 60000,
    steps: () => [
        {
            content: "Charge interest on the case",
            trigger: ".o_statusbar_buttons button[name=action_charge]",
            run: "click",
        },
        {
            content: "A draft invoice says how the interest came about",
            trigger:
                ".o_field_widget[name=invoice_line_ids]:contains(10 days at 36.50 %)",
        },
        {
            content: "A person posts it",
            trigger: ".o_statusbar_buttons button[name=action_post]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Posted)",
        },
        {
            content: "Back to the case",
            trigger: ".o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            trigger: "button[name=action_view_charges]",
            run: "click",
        },
        {
            content: "Choose what was charged",
            trigger:
                ".o_list_view .o_data_row:contains(Charged) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "and waive it",
            trigger: ".o_control_panel button[name=action_waive]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount]:contains(10.00)",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "click",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Goodwill)",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_waive]",
            run: "click",
        },
        {
            content: "A credit note waits to be posted",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=invoice_line_ids]:contains(Interest on)",
        },
        {
            trigger: ".o_arrow_button_current:contains(Draft)",
        },
    ],
});
