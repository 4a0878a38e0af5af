import { registry } from "@web/core/registry";

/** A mail that belongs to no case is assigned to one. */
registry.category("web_tour.tours").add("collection_collector_inbox", {
    url: "/odoo/collections-inbox",
    timeout: 60000,
    steps: () => [
        {
            trigger: ".o_data_row:contains(counsel@law.example.com) td[name=name]",
            run: "click",
        },
        {
            content: "The words of the mail are there to be read",
            trigger: ".o_form_view .o_field_widget[name=note]:contains(We act for)",
        },
        {
            content: "The case that the subject names is proposed; the other one it is",
            trigger: ".o_field_widget[name=case_id] input",
            run: "edit Small Debtor",
        },
        {
            trigger:
                ".o-autocomplete--dropdown-item:not(:contains(Search)):contains(Small Debtor)",
            run: "click",
        },
        {
            trigger: "button[name=action_assign]",
            run: "click",
        },
        {
            content: "The case is open, and says that they wrote",
            trigger:
                ".o_form_view:contains(Small Debtor) button[name=action_end_pause]",
        },
    ],
});
