from odoo import api, fields, models

from ..models.collection_contact import CHANNELS, OUTCOMES

NOT_BY_HAND = ("sent", "bounced")


class CollectionContactLog(models.TransientModel):
    """Log a call, visit or message, and complete the step it was made for."""

    _name = "collection.contact.log"
    _description = "Log a Contact"

    case_id = fields.Many2one("collection.case", required=True)
    action_id = fields.Many2one("collection.action", "Step")
    customer_id = fields.Many2one(related="case_id.partner_id")
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")], required=True, default="out"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "With",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', customer_id)]",
    )
    person = fields.Char("Somebody else")
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    outcome = fields.Selection(
        selection=lambda self: self._get_outcomes(), required=True
    )
    reason_id = fields.Many2one(
        "collection.reason",
        "Reason for non-payment",
        domain="[('kind', '=', 'nonpayment')]",
    )
    note = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")

    # What the collector has in view while talking.
    phone = fields.Char(related="partner_id.phone", string="Telephone")
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")
    days_late = fields.Integer(related="case_id.days_late", string="Oldest, days late")
    ageing = fields.Json(related="case_id.ageing")
    profile = fields.Char(related="case_id.profile")
    stay_text = fields.Char(related="case_id.stay_text")
    call_guide = fields.Html(related="action_id.call_guide")

    @api.model
    def _get_outcomes(self):
        labels = self.env["collection.contact"]._fields["outcome"]
        return [
            (key, label)
            for key, label in labels._description_selection(self.env) or OUTCOMES
            if key not in NOT_BY_HAND
        ]

    @api.depends("case_id", "action_id")
    def _compute_partner_id(self):
        for log in self:
            log.partner_id = log.action_id.addressee_id or log.case_id.partner_id

    def action_log(self):
        """Write the entry; a step it was made for is done."""
        self.ensure_one()
        contact = self.env["collection.contact"].create(self._prepare_contact_vals())
        self.attachment_ids.write(
            {"res_model": "collection.contact", "res_id": contact.id}
        )
        if self.action_id:
            self.action_id._complete(self.note or "")
            self.case_id._review_now()
        return self._get_next_action(contact)

    def _get_next_action(self, contact):
        """:return: what follows the entry: what was promised or disputed, or heard
        of an insolvency, is taken down next"""
        case = self.case_id
        if case.state != "closed" and self.outcome == "promise":
            return case._take_promise(
                case._get_promisable_items(),
                contact_id=contact.id,
                person=self.person or self.partner_id.name,
            )
        if case.state != "closed" and self.outcome == "dispute":
            return case._open_dispute(contact_id=contact.id, words=self.note)
        if self.outcome == "insolvency" and not case.is_bankrupt:
            return case._record_bankruptcy(contact_id=contact.id)
        return {"type": "ir.actions.act_window_close"}

    def _prepare_contact_vals(self):
        return {
            "case_id": self.case_id.id,
            "action_id": self.action_id.id,
            "channel": self.channel,
            "direction": self.direction,
            "partner_id": self.partner_id.id,
            "person": self.person,
            "date": self.date,
            "outcome": self.outcome,
            "reason_id": self.reason_id.id,
            "note": self.note,
            "move_ids": [fields.Command.set(self.case_id.exposure_ids.move_id.ids)],
            "attachment_ids": [fields.Command.set(self.attachment_ids.ids)],
        }
