import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * How old the debt is, as one small stacked bar: a part per ageing bucket, as wide as
 * its share. The amounts are in the tooltip, and beside the bar where there is room.
 */
export class CollectionAgeingField extends Component {
    static template = "account_collections.CollectionAgeingField";
    static props = {
        ...standardFieldProps,
        currencyField: { type: String, optional: true },
        showAmounts: { type: Boolean, optional: true },
    };
    static defaultProps = { currencyField: "currency_id", showAmounts: false };

    get buckets() {
        const { data } = this.props.record;
        const buckets = data[this.props.name] || [];
        const currencyId = data[this.props.currencyField]?.id;
        const total = buckets.reduce((sum, { amount }) => sum + amount, 0);
        return buckets.map(({ key, label, amount }) => ({
            key,
            label,
            amount: formatMonetary(amount, { currencyId }),
            isEmpty: !amount,
            share: total > 0 ? (amount / total) * 100 : 0,
        }));
    }

    /** What the bar shows, for those who cannot see it. */
    get description() {
        const parts = this.buckets
            .filter((bucket) => !bucket.isEmpty)
            .map((bucket) => `${bucket.label}: ${bucket.amount}`);
        return parts.length ? parts.join(", ") : _t("Nothing open");
    }

    get tooltipInfo() {
        return JSON.stringify({ buckets: this.buckets });
    }
}

export const collectionAgeingField = {
    component: CollectionAgeingField,
    displayName: _t("Ageing bar"),
    supportedTypes: ["json"],
    supportedOptions: [
        {
            label: _t("Currency"),
            name: "currency_field",
            type: "field",
            availableTypes: ["many2one"],
        },
        { label: _t("Show the amounts"), name: "show_amounts", type: "boolean" },
    ],
    fieldDependencies: ({ options }) => [
        {
            name: options.currency_field || "currency_id",
            type: "many2one",
            readonly: true,
        },
    ],
    extractProps: ({ options }) => ({
        currencyField: options.currency_field,
        showAmounts: Boolean(options.show_amounts),
    }),
};

registry.category("fields").add("collection_ageing", collectionAgeingField);
