import { registry } from "@web/core/registry";

const FORM = "form.o_collection_portal_form";
const inAWeek = () => luxon.DateTime.now().plus({ days: 7 }).toISODate();

registry.category("web_tour.tours").add("collection_portal_invoice", {
    timeout: 60000,
    steps: () => [
        {
            content: "Question or dispute about the invoice",
            trigger: "a[name=collection_dispute]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #collection_amount`,
            run: "edit 100",
        },
        {
            trigger: `${FORM} #collection_reason`,
            run: "selectByIndex 1",
        },
        {
            trigger: `${FORM} #collection_note`,
            run: "edit The chair arrived broken.",
        },
        {
            trigger: `${FORM} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_portal_done:contains(100.00)",
        },
        {
            trigger: "a.btn:contains(Back to the invoice)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_portal .alert:contains(We are looking into it)",
        },
        {
            content: "The rest will be paid in a week",
            trigger: "a[name=collection_promise]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #collection_amount:value(900)`,
        },
        {
            trigger: `${FORM} #collection_date`,
            run() {
                this.anchor.value = inAWeek();
            },
        },
        {
            trigger: `${FORM} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_portal_done:contains(900.00)",
        },
        {
            trigger: "a.btn:contains(Back to the invoice)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_portal .alert:contains(Payment agreed)",
        },
    ],
});
