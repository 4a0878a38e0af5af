import { registry } from "@web/core/registry";

const LINES = ".o_field_widget[name=line_ids] .o_data_row";

registry.category("web_tour.tours").add("collection_collector_plan", {
    timeout: 60000,
    steps: () => [
        {
            content: "Propose installments on the case",
            trigger: ".o_statusbar_buttons button[name=action_propose_plan]",
            run: "click",
        },
        {
            content: "Three months are proposed, and shown at once",
            trigger: `.modal ${LINES}:contains(333.34)`,
        },
        {
            content: "What six months and 500 a month mean is there, too",
            trigger: ".modal .o_field_widget[name=option_6]:contains(6 x)",
        },
        {
            trigger: ".modal .o_field_widget[name=option_amount]:contains(2 x)",
        },
        {
            content: "500 a month",
            trigger:
                ".modal .o_field_widget[name=preset] .o_radio_item:contains(An amount a month) input",
            run: "click",
        },
        {
            content: "The preview follows",
            trigger: `.modal:not(:has(${LINES}:contains(333.34))) ${LINES}:contains(500.00)`,
        },
        {
            trigger: ".modal .o_field_widget[name=amount_down] input",
            run: "edit 200",
        },
        {
            trigger: ".modal .o_field_widget[name=amount_covered]",
            run: "click",
        },
        {
            content: "The rest is divided anew",
            trigger: `.modal ${LINES}:contains(300.00)`,
        },
        {
            trigger: ".modal button[name=action_save_and_open]",
            run: "click",
        },
        {
            content: "The draft can be offered",
            trigger: "body:not(:has(.modal)) button[name=action_preview]",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_offer]",
            run: "click",
        },
        {
            trigger: ".alert:contains(Open for signature until)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_send_offer]",
            run: "click",
        },
        {
            trigger: ".o-mail-Message:contains(The offer was sent)",
        },
    ],
});
