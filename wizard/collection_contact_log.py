from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.collection_contact import CHANNELS, NOT_BY_HAND, OUTCOMES


class CollectionContactLog(models.TransientModel):
    """The call screen: talk with a customer, and log it. Also for any other contact.

    One screen from the call to the entry: what is known of the account, the guide, the
    outcome with just the fields it needs. Saving writes the entry, takes down what was
    promised or disputed, and completes the step it was made for. The parts: what is in
    view (``_view``), what an outcome asks for (``_outcome``), the row of calls
    (``_row``).
    """

    _name = "collection.contact.log"
    _description = "Call Screen"
    _rec_name = "customer_id"

    case_id = fields.Many2one("collection.case", required=True)
    action_id = fields.Many2one("collection.action", "Step")
    customer_id = fields.Many2one(related="case_id.partner_id")
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")], required=True, default="out"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Spoken with",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', customer_id)]",
    )
    person = fields.Char("Somebody else")
    date = fields.Datetime(
        "When",
        required=True,
        default=lambda self: self.env.company._get_collection_moment(),
    )
    outcome = fields.Selection(selection=lambda self: self._get_outcomes())
    reason_id = fields.Many2one(
        "collection.reason",
        "Reason for non-payment",
        domain="[('kind', '=', 'nonpayment')]",
    )
    duration = fields.Float("Duration (minutes)")
    note = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    contact_id = fields.Many2one("collection.contact", "Entry", readonly=True)
    stay_text = fields.Char(related="case_id.stay_text")

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
        finder = self.env["collection.addressee"]
        for log in self:
            addressee = log.action_id.addressee_id
            if not addressee and log.case_id:
                addressee, _problem = finder._find_for_case(log.case_id, "phone")
            log.partner_id = addressee

    def action_log(self):
        """Write the entry; a step it was made for is done."""
        self.ensure_one()
        self._write_entry()
        return self._get_next_action()

    def _write_entry(self):
        """Write the entry, and take down what was agreed in it.

        :raises UserError: without an outcome, when it was written already, or when what
            the outcome asks for is missing
        """
        if self.contact_id:
            raise UserError(self.env._("This contact has been logged already."))
        if not self.outcome:
            raise UserError(self.env._("Choose what came of it."))
        self.contact_id = self.env["collection.contact"].create(
            self._prepare_contact_vals()
        )
        self.attachment_ids.write(
            {"res_model": "collection.contact", "res_id": self.contact_id.id}
        )
        self._apply_outcome()
        if self.action_id.state == "todo":
            self.action_id._complete(self.note or "")
        self.case_id._leave_call()
        self.case_id._review_now()

    def _get_next_action(self):
        """:return: what follows the entry: what was promised or disputed is taken down
        next, unless it was taken down on the screen; who asks for installments gets a
        proposal, and of an insolvency a record is made"""
        case, contact = self.case_id, self.contact_id
        if self._needs_form("promise"):
            return case._take_promise(
                case._get_promisable_items(),
                contact_id=contact.id,
                person=self._get_person(),
            )
        if self._needs_form("dispute"):
            return case._open_dispute(contact_id=contact.id, words=self.note)
        if case.state != "closed" and self.outcome == "plan_wanted":
            items = case._get_plannable_items()
            if items:
                return case._propose_plan(items, contact_id=contact.id, note=self.note)
        if self.outcome == "insolvency" and not case.is_bankrupt:
            return case._record_bankruptcy(contact_id=contact.id)
        return {"type": "ir.actions.act_window_close"}

    def _needs_form(self, outcome):
        return (
            self.outcome == outcome
            and self.case_id.state != "closed"
            and not self._is_taken_down()
        )

    def _get_person(self):
        return self.person or self.partner_id.name

    def _prepare_contact_vals(self):
        """:return: values of the entry; each outcome adds its own"""
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
            "note": self._get_note(),
            "duration": self.duration,
            "move_ids": [fields.Command.set(self._get_moves().ids)],
            "attachment_ids": [fields.Command.set(self.attachment_ids.ids)],
            **self._prepare_follow_up_vals(),
        }
