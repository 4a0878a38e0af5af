/* global luxon */

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_claim_prepare", {
    timeout: 60000,
    steps: () => [
        {
            content: "Start the claim from the bankruptcy",
            trigger: "button[name=action_view_claims]",
            run: "click",
        },
        {
            content: "Saving reads the ledger",
            trigger: ".o_form_view p:contains(Save to read what was open)",
        },
        {
            trigger: ".o_form_view button.o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=amount_total]:contains(1,000.00)",
        },
        {
            content: "The checklist asks",
            trigger: ".alert:contains(Still missing for the form):contains(Secured)",
        },
        {
            trigger: ".o_notebook a[name=reconciliation]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=reconciliation_html]:contains(Paid after the petition date)",
        },
        {
            trigger: ".o_notebook a[name=form]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=signer_capacity] input",
            run: "click",
        },
        {
            trigger:
                ".o-dropdown-item:contains(I am the creditor), .o_select_menu_item:contains(I am the creditor)",
            run: "click",
        },
        {
            // A menu that is left while an answer of the server redraws it forgets the
            // choice: the server has to have heard of it.
            trigger:
                ".alert:contains(Still missing for the form):not(:contains(Signed as))",
        },
        ...[
            "is_acquired",
            "is_amending",
            "known_filer",
            "has_account",
            "is_lease",
            "has_setoff",
            "is_secured",
        ].map((name) => ({
            trigger: `.o_field_widget[name=${name}] input[data-value=no]`,
            run: "click",
        })),
        {
            trigger: ".o_field_widget[name=basis] input",
            run: "edit Goods sold and delivered",
        },
        ...["signer_name", "signer_title", "signer_address", "signer_phone"].map(
            (name) => ({
                trigger: `.o_field_widget[name=${name}] input`,
                run: "edit Jane Credit",
            }),
        ),
        {
            trigger: ".o_field_widget[name=signer_email] input",
            run: "edit jane@example.com",
        },
        {
            trigger: ".o_field_widget[name=date_signed] input",
            run: (helpers) => helpers.edit(luxon.DateTime.now().toFormat("MM/dd/yyyy")),
        },
        {
            trigger: ".o_notebook a[name=ranks]",
            run: "click",
        },
        ...["has_priority", "has_goods"].map((name) => ({
            trigger: `.o_field_widget[name=${name}] input[data-value=no]`,
            run: "click",
        })),
        {
            trigger: ".o_form_view button.o_form_button_save",
            run: "click",
        },
        {
            content: "Nothing is missing any more",
            trigger:
                ".o_form_view:not(:has(.alert:contains(Still missing for the form)))",
        },
        {
            // While wkhtmltopdf runs, a test answers no other request: the chatter has
            // to be loaded by then.
            trigger: ".o-mail-Chatter .o-mail-Message",
            run: () => new Promise((resolve) => setTimeout(resolve, 2000)),
        },
        {
            content: "The packet is printed by the real wkhtmltopdf",
            trigger: ".o_statusbar_buttons button[name=action_make_packet]",
            run: "click",
        },
        {
            trigger: "button[name=action_view_packet]:contains(pages)",
        },
        {
            trigger: ".o_notebook a[name=packet]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=exhibit_ids] .o_data_row:contains(Signed terms)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_finish_packet]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:not(:has(.o_statusbar_buttons button[name=action_finish_packet]))",
        },
    ],
});

registry.category("web_tour.tours").add("collection_claim_file", {
    timeout: 60000,
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name=action_ready]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_open_file]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=register_number] input",
            run: "edit 22-1",
        },
        {
            trigger: ".modal .o_field_widget[name=method] input",
            run: "click",
        },
        {
            trigger:
                ".o-dropdown-item:contains(Electronically), .o_select_menu_item:contains(Electronically)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=method] input:value(Electronically)",
        },
        {
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Filed)",
        },
        {
            trigger: ".o_field_widget[name=register_number] input:value(22-1)",
        },
    ],
});

registry.category("web_tour.tours").add("collection_claim_close", {
    timeout: 60000,
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name=action_open_decide]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount] input",
            run: "edit 800",
        },
        {
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_arrow_button_current:contains(Allowed in part)",
        },
        {
            trigger: ".o_notebook a[name=distributions]",
            run: "click",
        },
        {
            content: "The dividend that came in",
            trigger: ".o_field_widget[name=amount_received]:contains(100.00)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_close]",
            run: "click",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_propose_writeoff]",
            run: "click",
        },
        {
            content: "The write-off is a draft entry",
            trigger: ".o_arrow_button_current:contains(Draft)",
        },
        {
            trigger: ".o_form_view:contains(Write-off)",
        },
    ],
});
