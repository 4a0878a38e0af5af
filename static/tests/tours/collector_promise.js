import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_collector_promise", {
    timeout: 60000,
    steps: () => [
        {
            content: "Take a promise on the case",
            trigger: ".o_statusbar_buttons button[name=action_take_promise]",
            run: "click",
        },
        {
            content: "What is overdue is proposed",
            trigger: ".modal .o_field_widget[name=amount]:contains(1,000.00)",
        },
        {
            trigger: ".modal .o_field_widget[name=person] input",
            run: "edit Ms. Smith",
        },
        {
            trigger: ".modal .o_form_button_save, .modal footer button:contains(Save)",
            run: "click",
        },
        {
            content: "Nothing is sent while the promise is open",
            trigger: "body:not(:has(.modal)) .alert:contains(a promise to pay is open)",
        },
        {
            trigger: ".o_notebook a[name=promises]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=promise_ids] .o_data_row:contains(Ms. Smith) .badge:contains(Open)",
        },
        {
            trigger: ".o_field_widget[name=amount_promised]:contains(1,000.00)",
        },
    ],
});

registry.category("web_tour.tours").add("collection_collector_dispute", {
    timeout: 60000,
    steps: () => [
        {
            content: "Open a dispute on the case",
            trigger: ".o_statusbar_buttons button[name=action_open_dispute]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=move_id] input:value(INV)",
        },
        {
            trigger: ".modal .o_field_widget[name=amount] input",
            run: "edit 300",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "click",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Price)",
            run: "click",
        },
        {
            trigger: ".modal footer button:contains(Save)",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=amount_disputed]:contains(300.00)",
        },
        {
            trigger: ".o_notebook a[name=disputes]",
            run: "click",
        },
        {
            trigger: "button[name=action_view_disputes]",
            run: "click",
        },
        {
            trigger:
                ".o_breadcrumb .active:contains(Disputes), .o_last_breadcrumb_item:contains(Disputes)",
        },
        {
            trigger:
                ".o_action_manager:not(:has(.o_form_view)) .o_data_row td[name=reason_id]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_review]:contains(Review)",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(In review)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_open_resolve]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount] input",
            run: "edit 100",
        },
        {
            trigger: ".modal .o_field_widget[name=cause_id] input",
            run: "click",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Price list)",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_resolve]",
            run: "click",
        },
        {
            content: "The credit note is a draft over what was accepted",
            trigger: ".o_form_view:contains(Customer Credit Note):contains(100.00)",
        },
        {
            trigger: ".o_arrow_button_current:contains(Draft)",
        },
    ],
});
