import { registry } from "@web/core/registry";

/** The call screen by keyboard: two calls in a row, a promise, the summary. */
registry.category("web_tour.tours").add("collection_collector_calls", {
    url: "/odoo/collections-calls",
    timeout: 60000,
    steps: () => [
        {
            content: "The calls come in order, with their reasons",
            trigger:
                ".o_data_row:first:contains(Large Debtor):contains(amount):contains(Call is due)",
        },
        {
            content: "Whom the guard forbids is not here",
            trigger: ".o_list_view:not(:contains(Silent Debtor))",
        },
        {
            trigger: ".o_data_row:contains(Large Debtor) td[name=priority_text]",
            run: "click",
        },
        {
            content: "Who, what, how: on one screen",
            trigger: ".o_collection_call:contains(Large Debtor):contains(Ask why)",
        },
        {
            trigger: ".o_field_widget[name=callee_ids] a[href^='tel:']",
        },
        {
            content: "Nobody answers: Alt and the key of the outcome",
            trigger: ".o_collection_outcome",
            run: "press alt+9",
        },
        {
            trigger: ".o_collection_outcome button.btn-primary[data-value=no_answer]",
        },
        {
            content: "Save and next, from the keyboard",
            trigger: ".o_collection_call_bar button[name=action_log_next]",
            run: "press alt+q",
        },
        {
            content: "The next customer is on the same screen",
            trigger: ".o_collection_call h1:contains(Small Debtor)",
        },
        {
            trigger: ".o_collection_outcome:not(:has(button.btn-primary))",
            run: "press alt+y",
        },
        {
            content: "All that is overdue is proposed",
            trigger:
                ".o_field_widget[name=promise_line_ids] .o_data_row:contains(1,000)",
        },
        {
            trigger: ".o_field_widget[name=note] textarea",
            run: "edit The payment run is on Friday.",
        },
        {
            trigger: ".o_field_widget[name=person] input",
            run: "edit Ms. Smith",
        },
        {
            content: "Save and write the summary",
            trigger: ".o_collection_call_bar button[name=action_log_summary]",
            run: "press alt+m",
        },
        {
            content: "The summary names what was promised",
            trigger: ".modal .o_field_widget[name=body]:contains(1,000)",
        },
        {
            trigger: ".modal .o_field_widget[name=subject] input",
            run: "edit As we agreed today",
        },
        {
            trigger: ".modal button[name=action_send_next]",
            run: "click",
        },
        {
            content: "That was the last one",
            trigger: ".o_notification:contains(last call on the worklist)",
        },
        {
            trigger: ".o_list_view:not(:contains(Small Debtor))",
        },
    ],
});

registry.category("web_tour.tours").add("collection_collector_tracking", {
    url: "/odoo/collections-letter-batches",
    timeout: 60000,
    steps: () => [
        {
            trigger: ".o_data_row td[name=name]",
            run: "click",
        },
        {
            content: "The pile is in postal order",
            trigger:
                ".o_field_widget[name=letter_ids] .o_data_row:first:contains(In BE 1000)",
        },
        {
            trigger: "button[name=action_post]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=letter_ids]:contains(Posted)",
        },
        {
            trigger: "button[name=action_open_tracking]",
            run: "click",
        },
        {
            content: "As a scanner types them",
            trigger: ".modal .o_field_widget[name=numbers] textarea",
            run: ({ edit }) => edit("9400111201080805483017\n7112 3456 7891 2345 6787"),
        },
        {
            trigger: ".modal p",
            run: "click",
        },
        {
            content: "The wrong check digit is pointed out before anything is saved",
            trigger:
                ".modal .o_data_row:contains(In BE 1000):contains(check digit is wrong)",
        },
        {
            trigger: ".modal .o_data_row:contains(In US 90210):contains(7112 3456)",
        },
        {
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=letter_ids]:contains(7112 3456 7891 2345 6787)",
        },
    ],
});
