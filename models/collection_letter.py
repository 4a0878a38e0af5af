import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from .collection_stage import CHANNELS

DELIVERY_STATES = [
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("failed", "Not sent"),
    ("bounced", "Bounced"),
    ("cancelled", "Cancelled"),
    ("to_print", "To print"),
    ("printed", "Printed"),
    ("posted", "Posted"),
    ("delivered", "Delivered"),
    ("refused", "Refused"),
    ("returned", "Returned"),
]
# The paper's way: which state a letter may go to from each one.
PAPER_TRANSITIONS = {
    "to_print": {"printed", "cancelled"},
    "printed": {"printed", "posted", "cancelled"},
    "posted": {"delivered", "refused", "returned"},
    "refused": {"returned"},
}
# It did not arrive.
PROBLEMS = ("failed", "bounced", "cancelled", "refused", "returned")
# What the mail queue says of a mail, and what it means for the letter.
MAIL_STATES = {
    "outgoing": "queued",
    "sent": "sent",
    "received": "sent",
    "exception": "failed",
    "cancel": "cancelled",
}


class CollectionLetter(models.Model):
    """A message as it was sent: words, items, address, language, document, delivery.

    Made by the execution in the transaction that sends it. Its content never changes;
    only its delivery does, and the date of sending is the real one.
    """

    _name = "collection.letter"
    _description = "Collection Letter"
    _inherit = ["collection.guarded.mixin"]
    _order = "id desc"
    _rec_name = "subject"
    _check_company_auto = True

    case_id = fields.Many2one(
        "collection.case", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    customer_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True
    )
    stage_id = fields.Many2one("collection.stage", readonly=True, ondelete="restrict")
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Addressee", readonly=True, ondelete="restrict"
    )
    address = fields.Text("Sent to", readonly=True)
    lang = fields.Char("Language", readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize=False)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", "Document", readonly=True, ondelete="restrict"
    )
    document = fields.Binary(related="attachment_id.datas", string="PDF")
    sha256 = fields.Char("Fingerprint", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail", readonly=True, index="btree_not_null", ondelete="set null"
    )
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )

    delivery_state = fields.Selection(
        DELIVERY_STATES, "Delivery", required=True, readonly=True, index=True
    )
    date_sent = fields.Datetime(
        "Sent on", readonly=True, help="When it really left, not when it was planned."
    )
    failure_reason = fields.Char(readonly=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A letter that was sent is evidence and cannot be deleted.")
        )

    @api.model
    def _fingerprint(self, content):
        """:return: SHA-256 of the document, in hexadecimal"""
        return hashlib.sha256(content).hexdigest()

    def _set_mail_state(self, mail_state, failure_reason=""):
        """Follow the mail queue.

        :param str mail_state: state of the mail.mail
        :param str failure_reason: what the mail server said
        """
        state = MAIL_STATES[mail_state]
        vals = {"failure_reason": failure_reason if state == "failed" else False}
        emails = self.filtered(lambda letter: letter.channel == "email")
        if state == "sent":
            vals["date_sent"] = fields.Datetime.now()
        emails.write({"delivery_state": state, **vals})
        if state == "failed":
            emails._warn_collector()

    def _is_to(self, email, partner):
        """:return: whether the mail went to this address, or to one of these people"""
        self.ensure_one()
        return self.partner_id in partner or self._get_mailed_to() == email

    def _get_mailed_to(self):
        """:return: the e-mail address; beside a letter on paper, the addressee's"""
        is_mail = self.channel == "email"
        return self.address if is_mail else self.partner_id.email_normalized

    def _take_bounce(self, reason):
        """The mail came back undelivered: nothing more is sent to this address.

        A letter on paper goes its own way; only the mail beside it has failed.
        """
        self.ensure_one()
        # Whoever fetches the mail reports what came back, with whatever rights.
        letter = self.sudo()
        letter.partner_id.collection_email_bounced = letter._get_mailed_to()
        if letter.channel == "email":
            letter.write({"delivery_state": "bounced", "failure_reason": reason})
            self._warn_collector()
        else:
            letter.case_id._add_task(self.env._("Message not delivered"), reason)

    def _warn_collector(self):
        """Make a to-do: a message that did not arrive was not a reminder."""
        for letter in self:
            letter.case_id._add_task(
                self.env._("Message not delivered"), letter._get_problem_text()
            )

    def _get_problem_text(self):
        """:return: translated sentence when the message did not arrive, else False"""
        self.ensure_one()
        if self.delivery_state not in PROBLEMS:
            return False
        labels = dict(self._fields["delivery_state"]._description_selection(self.env))
        return self.env._(
            "“%(subject)s” to %(address)s: %(state)s. %(reason)s",
            subject=self.subject,
            address=self.address or self.partner_id.display_name,
            state=labels[self.delivery_state],
            reason=self.failure_reason or "",
        )

    def _set_paper_state(self, state, **vals):
        self.check_access("write")
        for letter in self:
            if state not in PAPER_TRANSITIONS.get(letter.delivery_state, ()):
                labels = dict(
                    self._fields["delivery_state"]._description_selection(self.env)
                )
                raise UserError(
                    self.env._(
                        "“%(subject)s” is “%(old)s” and cannot become “%(new)s”.",
                        subject=letter.subject,
                        old=labels[letter.delivery_state],
                        new=labels[state],
                    )
                )
        # Delivery is a readonly field for everybody; the transition was checked.
        self.sudo().write({"delivery_state": state, **vals})

    def action_post(self):
        """Mark letters as given to the post, now."""
        self._set_paper_state("posted", date_sent=fields.Datetime.now())
