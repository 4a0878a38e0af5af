import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize_all, format_date, html2plaintext

from ...tools.channels import channel_of, step_selection
from ...tools.tracking_number import check_number, write_number

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
# What became of a posted letter, and where its day is kept.
DELIVERY_RESULT_DATES = {
    "delivered": "date_delivered",
    "refused": "date_refused",
    "returned": "date_returned",
}
# A letter that is to be printed may have an e-mail beside it.
WAITING_STATES = ("queued", "to_print")


class CollectionLetter(models.Model):
    """A message as it was sent: words, items, address, language, document, delivery.

    Made by the execution in the transaction that sends it. Its content never changes;
    only its delivery does, and the date of sending is the real one.
    """

    _name = "collection.letter"
    _description = "Collection Letter"
    _inherit = ["collection.protected.mixin", "collection.evidence.mixin"]
    _order = "id desc"
    _rec_name = "subject"
    _check_company_auto = True
    _evidence_fields = ("attachment_id", "receipt_ids")

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
    channel = fields.Selection(step_selection(), required=True, readonly=True)
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
    mail_attempts = fields.Integer(
        "Refused attempts",
        readonly=True,
        help="Of the mail server, to take the e-mail.",
    )
    date_refused_first = fields.Datetime(
        "Waits for the mail server since", readonly=True, index="btree_not_null"
    )
    date_try = fields.Datetime("Next try", readonly=True)
    post_id = fields.Many2one(
        "snailmail.letter",
        "Order of the postal service",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    has_post = fields.Boolean(compute="_compute_has_post")
    batch_id = fields.Many2one(
        "collection.letter.batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    batch_sequence = fields.Integer("Place in the batch", readonly=True)
    # What the step of this message has raised, for as long as it may not leave.
    raised = fields.Json(readonly=True)
    # What proves that a letter on paper arrived.
    tracking_number = fields.Char(
        help="The number on the receipt of the post. Numbers of the United States are"
        " checked by their last digit; a wrong one is pointed out and kept all the"
        " same, because other countries number differently."
    )
    tracking_problem = fields.Char(compute="_compute_tracking_problem")
    date_printed = fields.Datetime("Printed on", readonly=True)
    date_delivered = fields.Date("Delivered on", readonly=True)
    date_refused = fields.Date("Refused on", readonly=True)
    date_returned = fields.Date("Returned on", readonly=True)
    signer = fields.Char("Signed by", readonly=True)
    receipt_ids = fields.Many2many(
        "ir.attachment",
        "collection_letter_receipt_rel",
        "letter_id",
        "attachment_id",
        string="Return receipt",
        readonly=True,
        help="The scanned receipt. It is evidence: neither changed nor deleted.",
    )
    proof_text = fields.Char("Proof of delivery", compute="_compute_proof_text")

    @api.depends("tracking_number")
    @api.depends_context("lang")
    def _compute_tracking_problem(self):
        for letter in self:
            letter.tracking_problem = self._get_number_problem(letter.tracking_number)

    @api.depends(
        "tracking_number",
        "delivery_state",
        "date_sent",
        "signer",
        *DELIVERY_RESULT_DATES.values(),
    )
    @api.depends_context("lang")
    def _compute_proof_text(self):
        for letter in self:
            letter.proof_text = (
                ", ".join(letter._get_proofs()) if letter._is_paper() else False
            )

    @api.depends("channel", "delivery_state", "attachment_id")
    def _compute_has_post(self):
        for letter in self:
            letter.has_post = (
                letter.channel == "letter"
                and letter.delivery_state == "to_print"
                and bool(letter.attachment_id)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A letter that was sent is evidence and cannot be deleted.")
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Seal the words; who attaches a document takes its fingerprint instead."""
        vals_list = [self._tidy_number(vals) for vals in vals_list]
        for vals in vals_list:
            if vals.get("body") and not vals.get("sha256"):
                vals["sha256"] = self._fingerprint(str(vals["body"]).encode())
        return super().create(vals_list)

    def write(self, vals):
        state = vals.get("delivery_state")
        changing = self.filtered(lambda letter: letter.delivery_state != state)
        if state in ("sent", "posted"):
            # From now on it was a step, whatever happens.
            vals = {**vals, "raised": False}
        result = super().write(self._tidy_number(vals))
        if state == "cancelled":
            changing._undo_step()
        return result

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
        vals = {"date_refused_first": False} if state in ("sent", "cancelled") else {}
        if state in ("sent", "cancelled", "failed"):
            vals["date_try"] = False
        for letter in self:
            keeps = state == "failed" or (state == "queued" and letter.date_try)
            own = {**vals, "failure_reason": failure_reason if keeps else False}
            if letter.channel == "email":
                own["delivery_state"] = state
            if state == "sent" and letter.channel == "email":
                own["date_sent"] = fields.Datetime.now()
            letter.write(own)
        if state == "failed":
            # What nobody took in all that time is one to-do for the lot.
            self.filtered(lambda one: not one.date_refused_first)._warn_collector()

    def action_resend(self):
        """Send e-mails again that the mail server did not take, or that came back.

        :raises UserError: when there is none, an address does not work, or a stay
            forbids one of them
        """
        self.check_access("write")
        return self.env["collection.mail.retry"]._resend(self)

    def _note_raised(self, day, date_last_step, rows):
        """Remember what the step of this message has raised.

        :param date day: of the step
        :param date date_last_step: of the step before
        :param list rows: see ``collection.item._lower``
        """
        self.raised = {
            "day": fields.Date.to_string(day),
            "last_step": fields.Date.to_string(date_last_step),
            "rows": [
                [
                    value.isoformat() if hasattr(value, "isoformat") else value
                    for value in row
                ]
                for row in rows
            ],
        }

    def _undo_step(self):
        """A message that never left was no step: the items get back the stage they had,
        the quiet time does not count, and the log says so. The customer gets the first
        reminder next, and never starts with the second."""
        stayed_here = self.filtered(
            lambda letter: letter.raised and not letter._has_left()
        )
        for letter in stayed_here:
            raised, case = letter.raised, letter.case_id
            day = fields.Date.to_date(raised["day"])
            self.env["collection.item"]._lower(day, raised["rows"])
            if case.date_last_step == day:
                case._write_protected({"date_last_step": raised["last_step"]})
            letter._write_protected({"raised": False})
            case._write_protected({"stage_id": False})
        if stayed_here:
            for company, cases in stayed_here.case_id.grouped("company_id").items():
                self.env["collection.snapshot"]._build(
                    company, company._get_collection_today(), cases.partner_id.ids
                )
                cases._refresh_stages()
            stayed_here._void_entries()

    def _has_left(self):
        """:return: whether anything of the message has left, or may have: beside a
        letter on paper, its e-mail"""
        # The queue belongs to the administrator.
        return self.mail_id.sudo().state in ("sent", "received")

    def _void_entries(self):
        """Nobody was contacted: the entries do not count for the limits."""
        # The log is the program's own here; it was its message.
        entries = self.env["collection.contact"].sudo()
        entries = entries.search(
            [
                ("letter_id", "in", self.ids),
                ("outcome", "=", "sent"),
                ("is_void", "=", False),
            ]
        )
        if entries:
            entries.action_void(self.env._("It was cancelled before it left."))

    def _is_to(self, email, partner):
        """:return: whether the mail went to this address, or to one of these people"""
        self.ensure_one()
        return self.partner_id in partner or email in self._get_mailed_to()

    def _get_mailed_to(self):
        """:return: list of the e-mail addresses; beside a letter on paper, the
        recipient's"""
        is_mail = self.channel == "email"
        return email_normalize_all(
            (self.address if is_mail else self.partner_id.email) or ""
        )

    def _receive_bounce(self, reason, email):
        """The mail came back undelivered: nothing more is sent to this address.

        A letter on paper goes its own way; only the mail beside it has failed.

        :param str reason: what is said of it
        :param str email: the address; all of the recipient's when it is none of them
        """
        self.ensure_one()
        # Whoever fetches the mail reports what came back, with whatever rights.
        letter = self.sudo()
        mailed_to = letter._get_mailed_to()
        letter.partner_id._note_bounced([email] if email in mailed_to else mailed_to)
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
        """:return: translated sentence when the message did not arrive, else False; one
        that a stay has stopped is no problem to be solved"""
        self.ensure_one()
        if self.delivery_state not in PROBLEMS:
            return False
        stay = self.env["collection.stay"]
        if self.delivery_state == "cancelled" and stay._filter_moves(self.move_ids):
            return False
        return self.env._(
            "“%(subject)s” to %(address)s: %(state)s. %(reason)s",
            subject=self.subject,
            address=self.address or self.partner_id.display_name,
            state=self._label("delivery_state"),
            reason=self.failure_reason or "",
        )

    def _set_paper_state(self, state, **vals):
        """Change the state of letters on paper along ``PAPER_TRANSITIONS``.

        :raises UserError: when a letter cannot go there, or a stay forbids it
        """
        if state in ("printed", "posted"):
            self._check_stay("print" if state == "printed" else "post")
        self.check_access("write")
        for letter in self:
            if state not in PAPER_TRANSITIONS.get(letter.delivery_state, ()):
                raise UserError(
                    self.env._(
                        "“%(subject)s” is “%(old)s” and cannot become “%(new)s”.",
                        subject=letter.subject,
                        old=letter._label("delivery_state"),
                        new=letter._label("delivery_state", state),
                    )
                )
        self._write_protected({"delivery_state": state, **vals})

    def action_post(self):
        """Mark letters as given to the post, now."""
        self._set_paper_state("posted", date_sent=fields.Datetime.now())

    # ------------------------------------------------------------------
    # Print
    # ------------------------------------------------------------------

    def _sort_for_post(self):
        """:return: the letters by country, postal code, town, street and name"""
        return self.sorted(
            lambda letter: (
                letter.partner_id.country_id.code or "",
                letter.partner_id.zip or "",
                letter.partner_id.city or "",
                letter.partner_id.street or "",
                letter.partner_id.display_name or "",
                letter.id,
            )
        )

    def action_print(self):
        """Print letters in one document, in postal order, and mark them as printed.

        What was not printed before becomes a batch, one per company. What was sent may
        be printed for the file at any time, whatever is stayed.
        """
        unsent = ("to_print", "printed", "cancelled")
        self.filtered(lambda one: one.delivery_state in unsent)._check_stay("print")
        # What was settled or put on hold since it was written is not printed any more.
        going = self - self._cancel_obsolete()
        letters = going.filtered("attachment_id")._sort_for_post()
        if self and not going:
            return self._notify_cancelled()
        if not letters:
            raise UserError(self.env._("There is no document to print."))
        new = letters.filtered(lambda letter: letter.delivery_state == "to_print")
        new._set_paper_state("printed")
        Batch = self.env["collection.letter.batch"]
        for own in new.grouped("company_id").values():
            Batch._make(own)
        return letters._open_documents()

    def _notify_cancelled(self):
        return self._notify(
            "warning",
            self.env._(
                "Cancelled instead of printed: this was settled, is on hold, or the"
                " customer is not to be contacted."
            ),
            next={"type": "ir.actions.client", "tag": "soft_reload"},
        )

    def _open_documents(self):
        """:return: action that shows the documents as one, in this order"""
        ids = ",".join(map(str, self.filtered("attachment_id").ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/account_collections/letters/{ids}",
            "target": "new",
        }

    def action_open_tracking(self):
        """Scan or paste tracking numbers, in the order of the print."""
        letters = self._get_numbered()
        if not letters:
            raise UserError(self.env._("None of these is a printed letter."))
        return self._open_wizard(
            "collection.letter.tracking",
            self.env._("Tracking numbers"),
            letter_ids=letters.ids,
        )

    def _get_numbered(self):
        """:return: the letters that get tracking numbers, in the order of the print:
        the certified ones, or all on paper when none is certified"""
        paper = self.filtered(
            lambda letter: (
                letter._is_paper()
                and letter.delivery_state not in ("to_print", "cancelled")
            )
        )
        certified = paper.filtered(lambda letter: letter.channel == "certified")
        return (
            (certified or paper)
            ._sort_for_post()
            .sorted(lambda letter: (letter.batch_id.id or 0, letter.batch_sequence))
        )

    # ------------------------------------------------------------------
    # Tracking
    # ------------------------------------------------------------------

    @api.model
    def _tidy_number(self, vals):
        number = vals.get("tracking_number")
        return {**vals, "tracking_number": write_number(number)} if number else vals

    @api.model
    def _get_number_problem(self, number):
        """:return: translated sentence when a tracking number looks wrong, or False"""
        if number and check_number(number) == "wrong":
            return self.env._("The check digit is wrong. Compare it with the receipt.")
        return False

    def _is_paper(self):
        return channel_of(self.channel).is_paper

    def _get_proofs(self):
        """:return: list of what is known about the way of this letter, for people and
        for the history in a final demand, in the language of the context"""
        self.ensure_one()
        days = {name: self[field] for name, field in DELIVERY_RESULT_DATES.items()}
        texts = {name: day and format_date(self.env, day) for name, day in days.items()}
        return [
            text
            for text in (
                self.tracking_number
                and self.env._("tracking number %s", self.tracking_number),
                texts["delivered"]
                and self.signer
                and self.env._(
                    "delivered on %(day)s, signed by %(signer)s",
                    day=texts["delivered"],
                    signer=self.signer,
                ),
                texts["delivered"]
                and not self.signer
                and self.env._("delivered on %s", texts["delivered"]),
                texts["refused"] and self.env._("refused on %s", texts["refused"]),
                texts["returned"] and self.env._("returned on %s", texts["returned"]),
            )
            if text
        ]

    # ------------------------------------------------------------------
    # Delivery on paper
    # ------------------------------------------------------------------

    def action_open_result(self):
        """Ask for the day, the signer and the receipt."""
        return self._open_wizard(
            "collection.letter.result",
            self.env._("Delivery result"),
            letter_ids=self.ids,
            result=self.env.context.get("collection_letter_result", "delivered"),
        )

    def _record_delivery_result(self, result, day=None, signer="", reason=""):
        """Write down what became of posted letters.

        :param str result: delivered, refused or returned
        :param date day: when; today if not given
        :param str signer: who signed for it
        :param str reason: what the post noted
        :raises UserError: when a letter was not posted, or the day cannot be
        """
        for company, letters in self.grouped("company_id").items():
            today = company._get_collection_today()
            letters._check_result_day(day or today, today)
            vals = {
                DELIVERY_RESULT_DATES[result]: day or today,
                "failure_reason": reason,
            }
            if signer:
                vals["signer"] = signer
            letters._set_paper_state(result, **vals)
        if result != "delivered":
            self._warn_collector()
            self._log_return()

    def _check_result_day(self, day, today):
        if day > today:
            raise UserError(self.env._("The day is in the future."))
        for letter in self:
            if not letter.date_sent:
                continue
            posted = letter.company_id._get_collection_day(letter.date_sent)
            if day < posted:
                raise UserError(
                    self.env._(
                        "“%(subject)s” was posted on %(day)s; it cannot have arrived "
                        "before.",
                        subject=letter.subject,
                        day=format_date(self.env, posted),
                    )
                )

    def _log_return(self):
        """A letter that came back stands in the log, as a bounced e-mail does."""
        # Whoever may follow a letter may note its way; the entry names them.
        self.env["collection.contact"].sudo().create(
            [
                letter._prepare_log_vals(
                    "returned", direction="in", note=letter.failure_reason
                )
                for letter in self
            ]
        )

    def _prepare_log_vals(self, outcome, **vals):
        """:return: values of the entry of this letter in the contact log"""
        return self.env["collection.contact"]._prepare_log_vals(
            self.case_id,
            self.channel,
            outcome,
            partner=self.partner_id,
            moves=self.move_ids,
            subject=self.subject,
            letter_id=self.id,
            **vals,
        )

    def _file_receipt(self, attachments, signer=""):
        """Keep the scanned return receipt with the letter, as evidence.

        :param attachments: ir.attachment records
        :param str signer: who signed
        """
        self.check_access("write")
        self._check_own_files(attachments)
        for letter in self:
            vals = {
                "receipt_ids": [fields.Command.link(id_) for id_ in attachments.ids]
            }
            if signer:
                vals["signer"] = signer
            letter._write_protected(vals)
        attachments.write({"res_model": self._name, "res_id": self[:1].id})

    # ------------------------------------------------------------------
    # Proof
    # ------------------------------------------------------------------

    def _get_sealed(self):
        """:return: bytes that the fingerprint was taken of: the document, else the
        words"""
        if self.attachment_id:
            return self.attachment_id.raw or b""
        return str(self.body or "").encode()

    def _get_check(self):
        """Compare what is stored with the fingerprint taken when it was sent.

        :return: pair of whether it matches and a translated sentence
        """
        self.ensure_one()
        if not self.sha256:
            return False, self.env._("No fingerprint was taken of this message.")
        if self._fingerprint(self._get_sealed()) == self.sha256:
            what = (
                self.env._("The stored document is the one that was sent.")
                if self.attachment_id
                else self.env._("The stored message is the one that was sent.")
            )
            return True, what
        return False, self.env._(
            "The stored document is not the one that was sent: its content was changed"
            " or is missing. Look for it in a backup."
        )

    def action_check(self):
        """Say whether the stored document still is the one that was sent."""
        matches, sentence = self._get_check()
        return self._notify(
            "success" if matches else "danger",
            sentence,
            title=self.env._("Fingerprint"),
            sticky=not matches,
        )

    # ------------------------------------------------------------------
    # Recheck before sending
    # ------------------------------------------------------------------

    def _cancel_queued(self):
        """Keep here what still waits in a queue: e-mails, text messages, and what the
        postal service was given."""
        # The queues belong to the administrator; only these letters' own are touched.
        mails = self.mail_id.sudo()
        mails.filtered(lambda mail: mail.state == "outgoing").cancel()
        texts = self.env["sms.sms"].sudo()
        texts = texts.search(
            [
                ("mail_message_id", "in", self.mail_message_id.ids),
                ("state", "=", "outgoing"),
            ]
        )
        texts.action_set_canceled()
        self._cancel_post()

    @api.model
    def _cancel_queued_about(self, cases, moves=None, only_steps=False):
        """Cancel what waits in a queue and is not to leave any more.

        :param cases: collection.case records, of which everything is cancelled
        :param moves: account.move records, to cancel what is about these instead
        :param bool only_steps: leave alone what is no step of the ladder, an agreement
            on its way for example
        """
        about = ("case_id", "in", cases.ids)
        if moves is not None:
            about = ("move_ids", "in", moves.ids)
        letters = self.search([about, ("delivery_state", "=", "queued")])
        if only_steps:
            letters = letters.filtered("stage_id")
        letters._cancel_queued()

    def _cancel_obsolete(self):
        """Cancel the queued messages of steps that ask for nothing any more.

        :return: the letters that stay here
        """
        # The queue is worked by whoever sends mail, with whatever rights.
        obsolete = self.sudo()._find_obsolete()
        if obsolete:
            reason = self.env._("Settled or stopped before the message left.")
            obsolete._cancel_queued()
            # A killed queue may have sent one of them without writing it down.
            obsolete = obsolete.filtered(
                lambda letter: letter.delivery_state in (*WAITING_STATES, "cancelled")
            )
            obsolete.write({"delivery_state": "cancelled", "failure_reason": reason})
        return obsolete

    def _find_queued(self, messages):
        """:return: the waiting letters that mails or text messages deliver"""
        return self.search(
            [
                ("mail_message_id", "in", messages.mail_message_id.ids),
                ("delivery_state", "in", WAITING_STATES),
            ]
        )

    def _find_obsolete(self):
        letters = self.filtered(
            lambda letter: letter.stage_id and letter.delivery_state in WAITING_STATES
        )
        stopped = letters._find_stopped()
        return stopped | (letters - stopped)._find_settled()

    def _find_settled(self):
        """:return: the letters that ask for nothing any more, as the decision has it"""
        statement, settled = self.env["collection.decision.statement"], self
        for company, letters in self.grouped("company_id").items():
            demands = {
                letter.id: (
                    letter.customer_id.id,
                    letter.stage_id.id,
                    letter.move_ids.ids,
                )
                for letter in letters
            }
            today = company._get_collection_today()
            settled -= self.browse(statement._filter_asked(company, today, demands))
        return settled

    def _find_stopped(self):
        """:return: the letters to people who may not be contacted by now, asked for all
        cases at once"""
        guard, stopped = self.env["collection.contact.guard"], self.browse()
        for channel, letters in self.grouped("channel").items():
            rest = letters
            while rest:
                # One per case: two letters of one may be to two people.
                turn = letters.browse(
                    own.ids[0] for own in rest.grouped("case_id").values()
                )
                persons = {letter.case_id: letter.partner_id for letter in turn}
                stops = guard._hard_stop(turn.case_id, channel, persons)
                stopped |= turn.filtered(lambda one, stops=stops: one.case_id in stops)
                rest -= turn
        return stopped

    # ------------------------------------------------------------------
    # Odoo's postal service
    # ------------------------------------------------------------------

    def action_send_by_post(self):
        """Hand letters over to Odoo's postal service, which prints and posts them."""
        self.check_access("write")
        letters = self.filtered("has_post")
        if not letters:
            raise UserError(
                self.env._(
                    "Odoo's postal service only takes ordinary letters that are not "
                    "printed yet."
                )
            )
        for letter in letters:
            letter._check_stay("post")
            letter._set_post_state(
                "queued", post_id=letter._order_post().id, failure_reason=False
            )

    def _order_post(self):
        """:return: the snailmail.letter that takes this letter"""
        # Collectors need no right on technical records; the document is the letter's.
        return (
            self.env["snailmail.letter"]
            .sudo()
            .create(
                {
                    "model": "collection.case",
                    "res_id": self.case_id.id,
                    "partner_id": self.partner_id.id,
                    "company_id": self.company_id.id,
                    "attachment_id": self.attachment_id.id,
                    "user_id": self.env.uid,
                }
            )
        )

    def _set_post_state(self, state, **vals):
        # The service has states of its own, which no button leads to.
        self._write_protected({"delivery_state": state, **vals})

    def _follow_post(self):
        """Take over what the postal service says of letters it was given."""
        for letter in self:
            order = letter.post_id
            if order.state == "sent":
                letter._set_post_state("posted", date_sent=fields.Datetime.now())
            elif order.state != "pending":
                reason = html2plaintext(order.info_msg or "").strip()
                letter._take_back(
                    reason
                    or self.env._("The postal service did not accept the letter.")
                )

    def _take_back(self, reason):
        """The letters were not posted: they are to be printed here, unless a stay
        forbids them."""
        orders, stay = self.post_id, self.env["collection.stay"]
        stayed = self.filtered(lambda letter: stay._filter_moves(letter.move_ids))
        stayed._set_post_state("cancelled", failure_reason=reason, post_id=False)
        letters = self - stayed
        letters._set_post_state("to_print", failure_reason=reason, post_id=False)
        for letter in letters:
            letter.case_id._add_task(self.env._("Print and post the letter"), reason)
        # The service would try again, and the letter go out twice.
        orders.filtered(lambda order: order.state == "error").state = "canceled"

    def _cancel_post(self):
        """Recall what the postal service has not printed yet."""
        orders = self.sudo().post_id.filtered(lambda order: order.state == "pending")
        letters = self.filtered(lambda letter: letter.sudo().post_id in orders)
        letters._set_post_state("cancelled", post_id=False)
        orders.cancel()

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def _stop_for_stay(self):
        """Cancel what is queued, and pull what is on paper and not yet posted."""
        self._cancel_queued()
        self.filtered(
            lambda letter: letter.delivery_state in ("to_print", "printed")
        )._set_paper_state("cancelled")

    def _check_stay(self, kind):
        """:raises UserError: when a stay forbids one of these letters"""
        for letter in self:
            self.env["collection.stay"]._check_moves(
                letter.move_ids,
                kind,
                letter.subject or letter.display_name,
                letter.case_id,
            )
