import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_portal_plan", {
    timeout: 60000,
    steps: () => [
        {
            content: "Open the agreement",
            trigger: ".o_portal_my_doc_table a:contains(IP)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The schedule is there",
            trigger: ".o_collection_schedule:contains(333.34)",
        },
        {
            trigger: "a[name=collection_plan_document]",
        },
        {
            content: "Without a name it cannot be signed",
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
            trigger: ".alert-success:contains(You have signed this agreement)",
        },
        {
            trigger: ".o_collection_portal_plan:contains(Signed by)",
        },
    ],
});
