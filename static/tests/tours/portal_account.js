import { registry } from "@web/core/registry";

const FORM = "form.o_collection_portal_form";
const BACK = { trigger: "[name=done][role=status]" };
const inDays = (days) => luxon.DateTime.now().plus({ days }).toISODate();

/** Send the form that is open, and wait for the account to say thank you. */
const SEND = [
    {
        content: "Send it",
        trigger: `${FORM} button[type=submit]`,
        run: "click",
        expectUnloadPage: true,
    },
    BACK,
];

/** Put files into the field of a form, as a person would choose them. */
function choose(name) {
    return {
        content: `Choose ${name}`,
        trigger: `${FORM} input[type=file]`,
        run() {
            const files = new DataTransfer();
            const bytes = new TextEncoder().encode("%PDF-1.4\n%%EOF\n");
            files.items.add(new File([bytes], name, { type: "application/pdf" }));
            this.anchor.files = files.files;
        },
    };
}

registry.category("web_tour.tours").add("collection_portal_account", {
    timeout: 60000,
    steps: () => [
        {
            content: "The portal's home leads to the account",
            trigger: ".o_portal_index_card:not(.d-none) a[href='/my/statement']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What is overdue is chosen already, what is not due is not",
            trigger:
                ".o_collection_account:has(input[name=item]:checked):has(input[name=item]:not(:checked))",
        },
        {
            content: "See what installments would mean, while filling in the terms",
            trigger: "button[formaction$='/plan']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_plan_preview:contains(500.00)",
        },
        {
            trigger: `${FORM} input[name=installment_count]`,
            run: "edit 2",
        },
        {
            trigger: ".o_collection_plan_preview:contains(750.00)",
        },
        {
            trigger: `${FORM} a.btn:contains(Back)`,
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
            content: "A day that has passed is refused",
            trigger: `${FORM} #collection_date`,
            run() {
                this.anchor.removeAttribute("min");
                this.anchor.value = inDays(-3);
            },
        },
        {
            trigger: `${FORM} #collection_note`,
            run: "edit The payment run is next week.",
        },
        {
            trigger: `${FORM} button[type=submit]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The reason is there, and what was filled in",
            trigger: `${FORM}:has(#error_date) #collection_note:value(The payment run is next week.)`,
        },
        {
            trigger: `${FORM} #collection_date`,
            run() {
                this.anchor.value = inDays(7);
            },
        },
        ...SEND,
        {
            content: "It is agreed, and is asked for no more",
            trigger: "section[name=agreed] strong:contains(1,500.00)",
        },
        {
            content: "Write to the collector",
            trigger: "a[name=write]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #collection_note`,
            run: "edit Please send the invoice again.",
        },
        ...SEND,
        {
            content: "Send a document",
            trigger: "a[name=document]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #kind_other`,
            run: "click",
        },
        choose("order.pdf"),
        ...SEND,
        {
            content: "Say how to be contacted",
            trigger: "a[name=preferences]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} #collection_no_calls`,
            run: "click",
        },
        {
            trigger: `${FORM} #collection_channel`,
            run: "selectByLabel E-mail",
        },
        ...SEND,
        {
            content: "Read what was sent",
            trigger: "section[name=letters] a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_collection_letter[title]",
        },
    ],
});
