import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_portal_settlement", {
    timeout: 60000,
    steps: () => [
        {
            content: "Open the offer",
            trigger: ".list-group a:contains(SE)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What is to be paid is there",
            trigger: ".o_collection_portal_settlement:contains(700.00)",
        },
        {
            trigger: "a[name=collection_settlement_document]",
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
            trigger: ".alert-success:contains(You have accepted this offer)",
        },
        {
            trigger: ".o_collection_portal_settlement:contains(Signed by)",
        },
    ],
});
