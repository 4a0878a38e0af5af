import { registry } from "@web/core/registry";

/** Open the case of a customer from the worklist, whatever its status. */
function openCase(customer) {
    return [
        {
            content: "Go to the worklist",
            trigger: ".o_menu_sections button:contains(Collections)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu a:contains(Worklist)",
            run: "click",
        },
        {
            content: "Show every status",
            trigger: ".o_searchview_facet:contains(To collect) .o_facet_remove",
            run: "click",
        },
        {
            content: `Open the case of ${customer}`,
            trigger: `.o_action_manager:not(:has(.o_searchview_facet)) .o_data_row td[name=partner_id]:contains(${customer})`,
            run: "click",
        },
        { trigger: `.o_form_view h1:contains(${customer})` },
    ];
}

registry.category("web_tour.tours").add("collection_collector_approves", {
    url: "/odoo/collections",
    timeout: 60000,
    steps: () => [
        {
            content:
                "The worklist shows how old the debt is, also to those who cannot see",
            trigger:
                ".o_data_row:contains(Letterbox) .o_collection_ageing_bar[role=img][aria-label*='31-60 days'][aria-label*='1,000.00']",
        },
        {
            content: "What is covered by credits is not on the worklist",
            trigger: ".o_list_view:not(:contains(Covered Ltd))",
        },
        {
            trigger: ".o_data_row td[name=partner_id]:contains(Letterbox)",
            run: "click",
        },
        {
            content: "Look at the due items",
            trigger:
                ".o_field_widget[name=exposure_ids] .o_data_row:contains(INV) td[name=days_late]:contains(40)",
        },
        {
            content: "The case says what is next",
            trigger: ".alert:contains(“Formal demand” is due)",
        },
        {
            trigger: ".o_statusbar_buttons button:contains(Open step)",
            run: "click",
        },
        {
            content: "Read the letter as the customer will",
            trigger:
                ".o_field_widget[name=preview] :iframe body:contains(Words of the stage)",
        },
        {
            content: "Change this one message",
            trigger: "button[name=action_edit]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=subject] input",
            run: "edit Our telephone call of today",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        { trigger: ".o_form_saved" },
        {
            content: "Approve it",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "It says that it goes out",
            trigger: ".o_notification:contains(Approved: Formal demand: Letterbox)",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Planned)",
        },
    ],
});

registry.category("web_tour.tours").add("collection_collector_day", {
    url: "/odoo/collections-letters",
    timeout: 60000,
    steps: () => [
        {
            content: "The approved letter is there, to be printed",
            trigger:
                ".o_data_row:contains(Letterbox):contains(To print) td[name=subject]",
            run: "click",
        },
        {
            content: "It has the words that were approved",
            trigger: ".o_form_view h1:contains(Our telephone call of today)",
        },
        {
            content: "Look at the PDF",
            trigger:
                ".o_field_widget[name=document] iframe[data-src*='collection.letter'], .o_field_widget[name=document] iframe[src*='collection.letter']",
        },
        ...openCase("Letterbox"),
        {
            content: "Put the case on hold",
            trigger: ".o_statusbar_buttons button:contains(Hold)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Invoice disputed",
        },
        {
            trigger: ".ui-menu-item a:contains(Invoice disputed)",
            run: "click",
        },
        {
            content: "The reason proposes the review date",
            trigger: ".modal .o_field_widget[name=date_review] :value(/\\d/)",
        },
        {
            trigger: ".modal button:contains(Put on hold)",
            run: "click",
        },
        {
            content: "The case says that it is on hold, and until when",
            trigger: ".alert-warning:contains(On hold until it is reviewed on)",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(On hold)",
        },
        ...openCase("Covered Ltd"),
        {
            content: "Find out why this customer is not contacted",
            trigger: ".o_statusbar_buttons button:contains(Why)",
            run: "click",
        },
        {
            trigger: ".modal .alert:contains(Nothing is sent: after open credits)",
        },
        {
            content: "And before the case was there?",
            trigger: ".modal .o_field_widget[name=date] button",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=date] input",
            run: "edit 01/01/2020",
        },
        {
            trigger: ".modal .o_form_sheet, .modal .o_form_nosheet",
            run: "click",
        },
        {
            trigger: ".modal .alert:contains(The case had not been opened by then)",
        },
        {
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "See the money to match",
            trigger: "a[name=credits]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=credit_ids] button[name=action_match]",
            run: "click",
        },
        {
            content: "Odoo's own widget offers the credit on the invoice",
            trigger:
                ".o_field_widget[name=invoice_outstanding_credits_debits_widget] a:contains(Add)",
        },
        {
            content: "Make the call that is to do",
            trigger: ".o_menu_sections button:contains(Collections)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu a:contains(To do)",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Telephone Inc) td[name=stage_id]",
            run: "click",
        },
        {
            content: "The call guide is beside the account",
            trigger: ".o_field_widget[name=call_guide]:contains(Ask why)",
        },
        {
            trigger: "button[name=action_open_done]",
            run: "click",
        },
        {
            content: "The call screen: account, guide, outcomes",
            trigger:
                ".o_collection_call .o_field_widget[name=call_guide]:contains(Ask why)",
        },
        {
            trigger: ".o_collection_outcome button[data-value=reached]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=note] textarea",
            run: "edit The payment run is on Friday.",
        },
        {
            trigger: ".o_collection_call_bar button[name=action_log]",
            run: "click",
        },
        {
            trigger: ".alert-success:contains(This contact is logged)",
        },
        {
            trigger: "button[name=action_open_case]",
            run: "click",
        },
        {
            trigger: "a[name=history]",
            run: "click",
        },
        {
            content: "The call stands in the history",
            trigger:
                ".o_field_widget[name=contact_ids] .o_data_row:contains(Reached the right person):contains(The payment run is on Friday.)",
        },
    ],
});
