from odoo import api, fields, models


class CollectionPlan(models.Model):
    """What the screens and documents of a plan show beyond its own columns."""

    _inherit = "collection.plan"

    amount_paid = fields.Monetary(
        "Paid so far", compute="_compute_paid", help="From the ledger."
    )
    amount_remaining = fields.Monetary(
        "Still to pay",
        compute="_compute_paid",
        help="From the ledger: open on the covered items and not disputed.",
    )
    amount_late = fields.Monetary("Late", compute="_compute_paid")
    percent_paid = fields.Float("Paid (%)", compute="_compute_paid")
    date_next = fields.Date("Next date", compute="_compute_paid")
    amount_next = fields.Monetary("Next installment", compute="_compute_paid")
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )
    lineage_ids = fields.Many2many(
        "collection.plan", compute="_compute_lineage_ids", string="Versions"
    )
    lineage_count = fields.Integer("Number of versions", compute="_compute_lineage_ids")

    @api.depends("item_ids")
    def _compute_move_ids(self):
        for plan in self:
            plan.move_ids = plan.item_ids.move_id

    def _get_shares(self):
        """Lay what was received on the installments, from the oldest on; what credits
        took off shortens the plan at its end.

        :return: dict of (paid, to be paid) per collection.plan.installment id, of the
            plans that were accepted
        """
        positions = self.env["collection.plan.judge"]._get_positions(self)
        shares = {}
        for plan in self.filtered(lambda plan: plan.id in positions):
            received, remaining = positions[plan.id]
            asked = received + remaining
            for line in plan.line_ids.sorted(lambda line: (line.date, line.id)):
                due = plan.currency_id.round(min(line.amount, max(asked, 0.0)))
                paid = plan.currency_id.round(min(due, max(received, 0.0)))
                shares[line.id] = (paid, due)
                asked, received = asked - due, received - paid
        return shares

    @api.depends("state", "line_ids.amount", "line_ids.date")
    @api.depends_context("collection_as_of")
    def _compute_paid(self):
        positions = self.env["collection.plan.judge"]._get_positions(self._origin)
        for plan in self:
            received, remaining = positions.get(plan._origin.id, (0.0, plan.amount))
            plan.amount_paid = min(received, plan.amount)
            plan.amount_remaining = remaining
            asked = plan.amount_paid + remaining
            plan.percent_paid = 100 * plan.amount_paid / asked if asked else 100.0
            lines = plan.line_ids.filtered(
                lambda line: line.date and line.state != "paid"
            )
            late = lines.filtered(lambda line: line.state == "late")
            plan.amount_late = sum(late.mapped("amount_open"))
            coming = (lines - late).sorted(lambda line: (line.date, line.id))[:1]
            plan.date_next = coming.date
            plan.amount_next = coming.amount_open

    def _compute_lineage_ids(self):
        for plan in self:
            versions = plan
            while versions[-1:].replaces_id and len(versions) < 100:
                versions |= versions[-1:].replaces_id
            later = plan.replaced_by_ids
            while later - versions:
                versions |= later
                later = later.replaced_by_ids
            plan.lineage_ids = versions.sorted("id")
            plan.lineage_count = len(versions)

    def action_save_and_open(self):
        """Open the draft that was just saved, to look at it and offer it."""
        self.ensure_one()
        return self._get_records_action()

    def action_view_case(self):
        """Open the case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_view_invoices(self):
        """Open the covered invoices."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "domain": [("id", "in", self.item_ids.move_id.ids)],
            "context": {"create": False},
        }

    def action_view_lineage(self):
        """Open the versions of this plan."""
        self.ensure_one()
        return self.lineage_ids._get_records_action(name=self.env._("Versions"))
