import { registry } from "@web/core/registry";

/** Add a stage that is a task, so many days after the due date. */
function addStage(name, days) {
    return [
        {
            trigger: ".o_field_widget[name=stage_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            // First, while no answer of the server can redraw the menu.
            trigger: ".o_selected_row .o_field_widget[name=channel] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(Telephone call)",
            run: "click",
        },
        {
            trigger:
                ".o_selected_row .o_field_widget[name=channel] input:value(Telephone call)",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=name] input",
            run: `edit ${name}`,
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=days] input",
            run: `edit ${days}`,
        },
    ];
}

registry.category("web_tour.tours").add("collection_manager_policy", {
    url: "/odoo/collections-policies",
    timeout: 60000,
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] input",
            run: "edit Slow payers",
        },
        ...addStage("First call", 10),
        ...addStage("Second call", 10),
        {
            content: "Two stages on one day",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "are refused with a sentence that says what to do",
            trigger:
                ".modal:contains(First call):contains(are due on the same day):contains(Give one of them another day)",
        },
        {
            trigger: ".modal .btn-close, .modal-footer button",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=stage_ids] .o_data_row:nth-child(2) td[name=days]",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=days] input",
            run: "edit 20",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        { trigger: ".o_form_saved" },
        {
            content: "See before switching on: simulate",
            trigger: ".o_menu_sections button:contains(Collections)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu a:contains(Simulate)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_simulate]",
            run: "click",
        },
        {
            content: "Grouped by decision, in words",
            trigger: ".o_group_name:contains(A step is due)",
        },
        {
            trigger: ".o_data_row:contains(Letterbox):contains(“Formal demand” is due)",
        },
        {
            trigger: ".o_data_row:contains(Letterbox) button:contains(Open case)",
            run: "click",
        },
        { trigger: ".o_form_view h1:contains(Letterbox)" },
    ],
});
