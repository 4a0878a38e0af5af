from odoo import api, fields, models
from odoo.exceptions import UserError

CHANNELS = [
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("certified", "Certified letter"),
    ("sms", "Text message"),
    ("visit", "Visit"),
    ("meeting", "Meeting"),
    ("portal", "Portal"),
    ("task", "Decision"),
    ("other", "Other"),
]
OUTCOMES = [
    ("sent", "Sent"),
    ("reached", "Reached the right person"),
    ("third_person", "Spoke with a third person"),
    ("no_answer", "No answer"),
    ("message_left", "Message left"),
    ("wrong_number", "Wrong number"),
    ("call_back", "Call back asked for"),
    ("refused", "Refused to talk or pay"),
    ("promise", "Promised to pay"),
    ("dispute", "Disputes the invoice"),
    ("plan_wanted", "Asks for installments"),
    ("hardship", "Financial hardship"),
    ("insolvency", "Notice of insolvency"),
    ("paid_already", "Says it is paid"),
    ("bounced", "Message bounced"),
    ("returned", "Mail returned"),
    ("received", "Message received"),
]
VOID_FIELDS = {"is_void", "void_reason", "void_user_id", "void_date"}


class CollectionContact(models.Model):
    """A contact that happened: sent, received, said. Append-only.

    An entry is never changed nor deleted; a wrong one is voided with a reason, and
    stays visible. The rule stands in ``write`` and ``unlink``, so it holds for every
    way in: screens, imports, the external API. Collectors add entries, everybody in
    Invoicing reads them.
    """

    _name = "collection.contact"
    _description = "Collection Contact"
    _inherit = ["collection.guarded.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one(
        "collection.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    customer_id = fields.Many2one(
        related="case_id.partner_id",
        string="Customer",
        store=True,
        index=True,
        precompute=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")], required=True, default="out"
    )
    partner_id = fields.Many2one("res.partner", "With", ondelete="restrict")
    person = fields.Char(
        "With whom", help="Name, role and number of somebody who is not on file."
    )
    user_id = fields.Many2one(
        "res.users", "By", default=lambda self: self.env.user, ondelete="restrict"
    )
    user_name = fields.Char(
        "Name and title",
        compute="_compute_user_name",
        store=True,
        precompute=True,
        help="As they were at that time.",
    )
    outcome = fields.Selection(OUTCOMES, required=True)
    reason_id = fields.Many2one(
        "collection.reason",
        "Reason for non-payment",
        domain="[('kind', '=', 'nonpayment')]",
        ondelete="restrict",
    )
    subject = fields.Char()
    note = fields.Text("Notes")
    summary = fields.Char("What was said", compute="_compute_summary")
    action_id = fields.Many2one("collection.action", "Step", ondelete="restrict")
    stage_id = fields.Many2one(related="action_id.stage_id", store=True)
    letter_id = fields.Many2one("collection.letter", ondelete="restrict")
    move_ids = fields.Many2many("account.move", string="Invoices")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")

    is_void = fields.Boolean("Voided", readonly=True, copy=False)
    void_reason = fields.Char(readonly=True, copy=False)
    void_user_id = fields.Many2one("res.users", "Voided by", readonly=True, copy=False)
    void_date = fields.Datetime("Voided on", readonly=True, copy=False)

    @api.depends("user_id")
    def _compute_user_name(self):
        for contact in self:
            if contact.user_name:
                continue
            partner = contact.user_id.partner_id
            if partner == self.env.ref("base.partner_root"):
                contact.user_name = self.env._("Automatic")
                continue
            contact.user_name = ", ".join(
                part for part in (partner.name, partner.function) if part
            )

    @api.depends("subject", "note")
    def _compute_summary(self):
        for contact in self:
            parts = [contact.subject, " ".join((contact.note or "").split())]
            contact.summary = " - ".join(part for part in parts if part)

    @api.depends("channel", "outcome", "date")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        for contact in self:
            contact.display_name = (
                f"{channels.get(contact.channel)}: {outcomes.get(contact.outcome)}"
            )

    @api.constrains("date")
    def _check_date(self):
        now = fields.Datetime.now()
        if any(contact.date > fields.Datetime.add(now, minutes=5) for contact in self):
            raise UserError(
                self.env._("A contact is written down after it happened, not before.")
            )

    def write(self, vals):
        # A context comes over the network too; being superuser does not.
        is_voiding = self.env.su and self.env.context.get("collection_void")
        if not (is_voiding and vals.keys() <= VOID_FIELDS):
            raise UserError(
                self.env._(
                    "The contact log cannot be rewritten. Void the entry with a reason"
                    " and log a new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._(
                "The contact log cannot be deleted from. Void the entry with a reason."
            )
        )

    def action_void(self, reason):
        """Void entries that are wrong; they stay visible, struck out.

        :param str reason: why the entry is wrong
        :raises UserError: without a reason, or when already voided
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the entry is wrong."))
        if any(contact.is_void for contact in self):
            raise UserError(self.env._("The entry is void already."))
        # The right was checked above; voiding is the only change there is.
        self.sudo().with_context(collection_void=True).write(
            {
                "is_void": True,
                "void_reason": reason.strip(),
                "void_user_id": self.env.uid,
                "void_date": fields.Datetime.now(),
            }
        )

    def action_open_void(self):
        """Ask for the reason and void the entry."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Void the entry"),
            "res_model": "collection.contact.void",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contact_ids": self.ids},
        }
