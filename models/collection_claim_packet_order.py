import base64

from odoo import Command, models

# The document that Odoo prints of each.
REPORTS = {
    "sale.order": "sale.report_saleorder",
    "stock.picking": "stock.report_deliveryslip",
}
KINDS = {"sale.order": "order", "stock.picking": "delivery"}


class CollectionClaim(models.Model):
    """Orders and proofs of delivery, from Sales and Inventory where Odoo has them.

    Neither is a dependency: without them the documents are added by hand.
    """

    _inherit = "collection.claim"

    def _get_origins(self):
        """:return: list of records: the orders behind the invoices of the claim, and
        the deliveries for them that were made"""
        self.ensure_one()
        # Whoever works the claim may see what its invoices are for.
        items = self.sudo().line_ids.move_id.invoice_line_ids
        if "sale_line_ids" not in items._fields:
            return []
        orders = items.sale_line_ids.order_id.sorted("id")
        if not self._has_deliveries():
            return [*orders]
        deliveries = items.sale_line_ids.move_ids.picking_id.filtered(
            lambda row: row.state == "done" and row.location_dest_id.usage == "customer"
        )
        return [*orders, *deliveries.sorted("id")]

    def _list_exhibits(self):
        """List the orders and deliveries as well, in the place of those that are asked
        for."""
        result = super()._list_exhibits()
        for claim in self:
            origins = {(row._name, row.id): row for row in claim._get_origins()}
            kinds = {KINDS[name] for name, _id in origins}
            known = claim.exhibit_ids.filtered("origin_id")
            gone = known.filtered(
                lambda row, origins=origins: (
                    (row.origin_model, row.origin_id) not in origins
                )
            ) | claim.exhibit_ids.filtered(
                lambda row, kinds=kinds: (
                    row.is_missing and not row.missing_reason and row.kind in kinds
                )
            )
            listed = {(row.origin_model, row.origin_id) for row in known}
            claim.exhibit_ids = [
                *(Command.delete(row.id) for row in gone),
                *(
                    Command.create(claim._prepare_origin_vals(origin))
                    for key, origin in origins.items()
                    if key not in listed
                ),
            ]
        return result

    def _prepare_origin_vals(self, origin):
        kind, exhibit = KINDS[origin._name], self.env["collection.claim.exhibit"]
        labels = dict(exhibit._fields["kind"]._description_selection(self.env))
        return {
            "kind": kind,
            "sequence": self._get_sequence(kind),
            "name": f"{labels[kind]} {origin.name}",
            "origin_model": origin._name,
            "origin_id": origin.id,
        }

    def _copy_originals(self):
        """Keep a copy of each order and delivery that has none, too."""
        result = super()._copy_originals()
        binder = self.env["collection.claim.binder"]
        exhibits = self.exhibit_ids.filtered(
            lambda row: row.origin_id and not row.document
        )
        for name, same in exhibits.grouped("origin_model").items():
            copies = binder._print_records(REPORTS[name], same.mapped("origin_id"))
            for exhibit in same.sudo():
                exhibit._keep_copy(base64.b64encode(copies[exhibit.origin_id]))
        return result
