import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_collector_terms", {
    timeout: 60000,
    steps: () => [
        {
            content: "Make the document of the draft",
            trigger: ".o_statusbar_buttons button[name=action_offer]",
            run: "click",
        },
        {
            content: "and send it for signature",
            trigger:
                ".o_statusbar_buttons button[name=action_send]:contains(Send for signature)",
            run: "click",
        },
        {
            trigger:
                ".o_statusbar_buttons button[name=action_send]:contains(Send again)",
        },
    ],
});

registry.category("web_tour.tours").add("collection_portal_terms", {
    timeout: 60000,
    steps: () => [
        {
            content: "Open the terms",
            trigger: ".list-group a:first",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What was agreed is there",
            trigger: ".o_collection_portal_terms:contains(interest of 9.00 % a year)",
        },
        {
            trigger: ".o_web_sign_name_and_signature input",
            run: "clear",
        },
        {
            trigger: ".o_portal_sign_submit:disabled",
        },
        {
            trigger: ".o_web_sign_name_and_signature input",
            run: "fill Paula Payer",
        },
        {
            trigger: "canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            trigger: ".o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_portal_terms:contains(Signed by)",
        },
    ],
});
