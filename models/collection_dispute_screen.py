from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CollectionDispute(models.Model):
    """What the screens of a dispute show beyond its own columns."""

    _inherit = "collection.dispute"

    amount_residual = fields.Monetary(
        related="move_id.amount_residual", string="Open on the invoice"
    )
    is_overdue = fields.Boolean("Answer overdue", compute="_compute_is_overdue")

    @api.depends("date_answer_due", "state")
    @api.depends_context("collection_as_of")
    def _compute_is_overdue(self):
        for dispute in self:
            company = dispute.company_id or self.env.company
            dispute.is_overdue = (
                dispute.state in ("new", "review", "wait_customer", "wait_us")
                and dispute.date_answer_due
                and dispute.date_answer_due < company._get_collection_today()
            )

    def _read_group_select(self, aggregate_spec, query):
        """Average the days to resolve over what has been resolved."""
        if aggregate_spec == "days_open:avg":
            return SQL(
                "AVG(%s) FILTER (WHERE %s IS NOT NULL)",
                self._field_to_sql(self._table, "days_open", query),
                self._field_to_sql(self._table, "date_closed", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    @api.constrains("contact_id", "move_id")
    def _check_contact(self):
        if any(dispute.contact_id.customer_id - dispute.partner_id for dispute in self):
            raise ValidationError(self.env._("The contact is another customer's."))

    def action_view_case(self):
        """Open the customer's case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def _log_credit_note(self):
        """Note that the credit note of these disputes was posted."""
        for dispute in self:
            dispute.message_post(
                body=self.env._(
                    "Credit note %(note)s over %(amount)s was posted and matched with"
                    " %(invoice)s.",
                    note=dispute.credit_note_id.name,
                    amount=dispute.currency_id.format(
                        dispute.credit_note_id.amount_total
                    ),
                    invoice=dispute.move_id.name,
                )
            )
