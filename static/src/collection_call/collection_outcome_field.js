import { useEffect, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import {
    BadgeSelectionField,
    badgeSelectionField,
} from "@web/views/fields/badge_selection/badge_selection_field";

/**
 * Outcomes in the order in which they are needed, with their keys (Alt and the key).
 * Letters and digits that Odoo's menus and buttons leave free.
 */
const GROUPS = [
    {
        label: _t("Spoken with them"),
        keys: {
            promise: "y",
            reached: "e",
            dispute: "d",
            call_back: "l",
            plan_wanted: "f",
            paid_already: "7",
            hardship: "t",
            refused: "8",
            insolvency: "i",
        },
    },
    {
        label: _t("Not reached"),
        keys: {
            no_answer: "9",
            message_left: "0",
            third_person: "r",
            wrong_number: "w",
        },
    },
];

/** Buttons of the call screen: one per outcome, for the mouse and for the keyboard. */
export class CollectionOutcomeField extends BadgeSelectionField {
    static template = "account_collections.CollectionOutcomeField";

    setup() {
        super.setup();
        this.root = useRef("root");
        useEffect(
            (value) => {
                // Once the fields of the outcome are there.
                const timer = value && setTimeout(() => this.showFields(), 100);
                return () => clearTimeout(timer);
            },
            () => [this.value],
        );
    }

    /** Go on where the chosen outcome asks for something. */
    showFields() {
        const form = this.root.el?.closest(".o_collection_call");
        const fields = form && form.querySelector(".o_collection_call_fields");
        if (fields) {
            fields.scrollIntoView({ block: "end" });
            const input = fields.querySelector("input:not([type=file]), textarea");
            input?.focus({ preventScroll: true });
        }
    }

    get groups() {
        const labels = Object.fromEntries(this.options);
        const known = new Set(GROUPS.flatMap((group) => Object.keys(group.keys)));
        const others = Object.keys(labels).filter((code) => !known.has(code));
        const groups = GROUPS.map(({ label, keys }) => ({
            label: label.toString(),
            outcomes: Object.entries(keys)
                .filter(([code]) => labels[code])
                .map(([code, key]) => ({ code, key, label: labels[code] })),
        }));
        groups.push({
            label: _t("In writing").toString(),
            outcomes: others.map((code) => ({ code, key: "", label: labels[code] })),
        });
        return groups.filter((group) => group.outcomes.length);
    }
}

registry.category("fields").add("collection_outcome", {
    ...badgeSelectionField,
    component: CollectionOutcomeField,
    displayName: _t("Outcome buttons"),
    supportedTypes: ["selection"],
});
