import { registry } from "@web/core/registry";

const FORM = "form.o_collection_portal_form";
const inDays = (days) => luxon.DateTime.now().plus({ days }).toISODate();

registry.category("web_tour.tours").add("collection_account_link", {
    timeout: 60000,
    steps: () => [
        {
            content: "After some seconds it is noted that somebody looks",
            trigger: ".o_collection_by_link[data-told] [name=asked]:contains(1,440.00)",
        },
        {
            content: "Pay what is asked for, less the credit",
            trigger: "a[name=pay]:contains(1,440.00)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_payment_form",
        },
        {
            trigger: "[name=amount]:contains(1,440.00)",
        },
        {
            trigger: "a.btn:contains(Back)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Promise what is overdue",
            trigger: "button[formaction$='/promise']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #collection_date`,
            run() {
                this.anchor.value = inDays(7);
            },
        },
        {
            trigger: `${FORM} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "[name=done][role=status]",
        },
        {
            content: "Say what is wrong with an invoice",
            trigger: "a[href*='/collections/'][href$='/dispute']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #collection_reason`,
            run: "selectByIndex 1",
        },
        {
            trigger: `${FORM} #collection_note`,
            run: "edit Two of the boxes were empty.",
        },
        {
            trigger: `${FORM} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "[name=done][role=status]",
        },
    ],
});

registry.category("web_tour.tours").add("collection_account_link_dead", {
    timeout: 60000,
    steps: () => [
        {
            trigger: "h1:contains(This link no longer works)",
        },
        {
            trigger: `${FORM} #collection_email`,
            run: "edit nobody@example.com",
        },
        {
            trigger: `${FORM} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "p[name=sent][role=status]",
        },
    ],
});
