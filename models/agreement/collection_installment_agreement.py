import base64
import binascii
import hashlib
import hmac
import io
from datetime import datetime

from odoo import Command, fields, models
from odoo.exceptions import UserError

REPORT_AGREEMENT = "account_collections.action_report_plan"
REPORT_SIGNATURE = "account_collections.action_report_plan_signature"


class CollectionInstallmentPlan(models.Model):
    """The offer: the agreement as a document, sent or printed, and its end."""

    _inherit = "collection.installment.plan"

    def action_offer(self):
        """Offer the plan; above the limits of the policy a manager approves first."""
        self.check_access("write")
        self._check_draft()
        for plan in self:
            plan._check_can_offer()
            limit = plan._get_limit_exceeded()
            if limit and not plan.is_approved:
                plan._move_to("approve", approval_reason=limit)
            else:
                plan._do_offer()

    def action_approve(self):
        """Offer plans above the limits; for collections managers."""
        if not self.env.user.has_group("account_collections.group_collection_manager"):
            raise UserError(self.env._("A collections manager approves this plan."))
        self.check_access("write")
        for plan in self:
            if plan.state != "approve":
                raise UserError(self.env._("This plan does not wait for approval."))
            plan._check_can_offer()
            plan.sudo().is_approved = True
            plan._do_offer()

    def action_to_draft(self):
        """Take an offer back, to change it; what was sent cannot be signed any more."""
        self.check_access("write")
        self._move_to(
            "draft",
            approval_reason=False,
            is_approved=False,
            date_offered=False,
            date_offer_end=False,
            is_sent=False,
            document_id=False,
            document_sha256=False,
        )

    def _check_can_offer(self):
        self.ensure_one()
        self._check_items()
        self._check_schedule()
        if reason := self._get_cannot_offer_reason():
            raise UserError(reason)

    def _do_offer(self):
        """Fix the terms, and make the document that will be signed."""
        self.ensure_one()
        self._move_to(
            "offered",
            date_offered=self.company_id._get_collection_today(),
            date_offer_end=self._get_offer_end(),
            lang=self._get_lang(),
            told_state="offered",
            **self._prepare_lateness_vals(),
        )
        self._portal_ensure_token()
        self._write_document()

    def _get_offer_end(self):
        """:return: the last day to sign: the policy's, and never after the first date
        of the schedule, so that nobody signs what is late already"""
        today = self.company_id._get_collection_today()
        policy = self.case_id.policy_id
        days = policy.plan_offer_days if policy else 14
        return min(fields.Date.add(today, days=days), *self.line_ids.mapped("date"))

    def _prepare_lateness_vals(self):
        """:return: the policy's rules about lateness, which become part of the plan"""
        policy, company = self.case_id.policy_id, self.company_id
        if not policy:
            return {"tolerance_days": 5, "cure_days": 7}
        today = company._get_collection_today()
        tolerance = company.currency_id._convert(
            policy.plan_tolerance_amount, self.currency_id, company, today
        )
        return {
            "tolerance_days": policy.plan_tolerance_days,
            "tolerance_amount": tolerance,
            "cure_days": policy.plan_cure_days,
            "missed_max": policy.plan_missed_max,
            "is_current_required": policy.plan_current,
        }

    def _get_lang(self):
        case = self.case_id
        recipient = self.env["collection.recipient"]._find_for_letters(case)[case]
        return self.env["collection.message.composer"]._choose_lang(
            recipient, case.partner_id, self.company_id.partner_id
        )

    # ------------------------------------------------------------------
    # The document
    # ------------------------------------------------------------------

    def _write_document(self):
        """Keep the agreement as it is shown to the signer, and its fingerprint."""
        content = self._render(REPORT_AGREEMENT)
        document = self._attach(self._get_document_name(), content)
        # Readonly for everybody; the document is the program's.
        self.sudo().write(
            {
                "document_id": document.id,
                "document_sha256": hashlib.sha256(content).hexdigest(),
            }
        )

    def _render(self, report):
        """:return: bytes of a PDF about the plan, in the customer's language"""
        self.ensure_one()
        self.env.flush_all()
        # As superuser, so that the document says the same whoever has it made.
        dispatcher = self.sudo().env["collection.dispatcher"]
        model = self.env["ir.actions.report"]._get_report(report).report_name
        prepare = self.sudo().env[f"report.{model}"]._prepare
        return dispatcher._render_pdf(
            report, {self.id: prepare(self.sudo())[self.sudo()]}
        )[self.id]

    def _attach(self, name, content):
        """:return: the ir.attachment of a document that belongs to the plan"""
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    def _get_document_name(self):
        plan = self.with_context(lang=self.lang or self.env.lang)
        return plan.env._("Installment agreement %s", self.name) + ".pdf"

    def action_preview(self):
        """Show the agreement: the one that was offered, else what it would be."""
        self.ensure_one()
        document = self.signed_document_id or self.document_id
        if document:
            return {
                "type": "ir.actions.act_url",
                "url": f"/web/content/{document.id}",
                "target": "new",
            }
        return self.env.ref(REPORT_AGREEMENT).report_action(self, config=False)

    def action_open_portal(self):
        """Show the page that the customer sees."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self.get_portal_url(),
            "target": "new",
        }

    def action_send_offer(self):
        """Send the offer by e-mail, with the agreement and the link to sign it."""
        self.check_access("write")
        for plan in self:
            if plan.state != "offered":
                raise UserError(self.env._("Only an offer can be sent."))
            plan._send_notice("mail_template_plan_offer", plan.document_id)
            plan.sudo().is_sent = True
            plan.message_post(body=self.env._("The offer was sent."))

    def _send_notice(self, template, attachments=None):
        """Write to the customer about the plan.

        :param str template: name of a mail.template of this addon
        :param attachments: ir.attachment records that go with it
        :return: the collection.letter
        :raises UserError: when the customer cannot be reached by e-mail
        """
        self.ensure_one()
        return self.env["collection.customer.notice"]._send(
            self,
            self.env.ref(f"account_collections.{template}"),
            self.item_ids.move_id,
            attachments,
        )

    # ------------------------------------------------------------------
    # The end of an offer
    # ------------------------------------------------------------------

    def _void_if_changed(self):
        """Void an offer whose covered invoices have changed, and tell both sides.

        :return: translated sentence for who wanted to sign, or False
        """
        self.ensure_one()
        if self.state != "offered" or not self._is_changed():
            return False
        self._move_to("void", end_reason=self._get_void_reason())
        self._tell()
        return self.env._(
            "The invoices of this agreement have changed meanwhile, so it cannot be"
            " signed any more. We will send you a new one."
        )

    def _get_void_reason(self):
        return self.env._(
            "A covered invoice changed before the signature: %(now)s is open instead of"
            " %(then)s.",
            now=self.currency_id.format(self._get_amount_open()),
            then=self.currency_id.format(self.amount_covered),
        )

    # ------------------------------------------------------------------
    # Signature
    # ------------------------------------------------------------------

    def _get_cannot_sign_reason(self, sha256=None):
        """Say why the offer cannot be signed; to be asked under lock.

        :param str sha256: fingerprint of the document that the signer was shown; None
            for a signature on paper
        :return: translated sentence, or False
        """
        self.ensure_one()
        if reason := self._get_stay_reason():
            return reason
        if self.state != "offered":
            return self.env._("This offer is not open for signature any more.")
        if self.date_offer_end < self.company_id._get_collection_today():
            return self.env._("This offer has expired. Please ask us for a new one.")
        own = (self.document_sha256 or "").encode()
        if sha256 is not None and not hmac.compare_digest(sha256.encode(), own):
            return self.env._(
                "The agreement was changed after you opened it. Please read it again."
            )
        if self._find_running(self.item_ids) - self.replaces_id:
            return self.env._("Another installment plan covers these invoices already.")
        return False

    def _lock_for_signature(self):
        """Make sure that nobody else signs, pays or reminds meanwhile.

        :return: whether the ledger is free; if not, a payment is just being written
        """
        self.ensure_one()
        # Who signs at the same time waits, then starts again and finds it signed.
        self.case_id._stop_execution()
        lines = self.item_ids.move_line_id
        # The signer's rights do not matter to the lock; nothing is written.
        free = lines.sudo().try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        self.env["collection.exposure"].invalidate_model()
        return free == lines

    def _sign(self, name, signature, sha256, ip, agent):
        """Take a signature from the portal, as superuser.

        :param str name: who signs
        :param str signature: PNG, base64
        :param str sha256: fingerprint of the document that was shown
        :param str ip: the signer's address
        :param str agent: the signer's browser
        :return: translated sentence on why it was not taken, or False
        """
        name = (name or "").replace("\x00", "").strip()
        if not name or len(name) > 100:
            return self.env._("Please enter your name.")
        if not self._is_image(signature):
            return self.env._("Please sign in the field.")
        if not self._lock_for_signature():
            return self.env._("A payment is just being booked. Please try again.")
        reason = self._get_cannot_sign_reason(sha256) or self._void_if_changed()
        if reason:
            return reason
        self._accept(
            {
                "signed_by": name,
                "signature": signature,
                "signed_ip": ip,
                "signed_agent": (agent or "").replace("\x00", "")[:200],
                "date_signed": self.company_id._get_collection_today(),
            }
        )
        return False

    @staticmethod
    def _is_image(signature):
        """:return: whether the text is a PNG of a sensible size"""
        if not isinstance(signature, str) or len(signature) > 2_000_000:
            return False
        try:
            content = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return content.startswith(b"\x89PNG\r\n\x1a\n")

    def _sign_on_paper(self, name, day, file_name, scan):
        """Take a signature on paper.

        :param str name: who signed
        :param date day: when
        :param str file_name: name of the scan
        :param bytes scan: the signed document
        :raises UserError: when the offer cannot be accepted
        """
        self.check_access("write")
        if day > self.company_id._get_collection_today():
            raise UserError(self.env._("It cannot have been signed in the future."))
        if not self._lock_for_signature():
            raise UserError(self.env._("A payment is just being booked. Try again."))
        if reason := self._get_cannot_sign_reason():
            raise UserError(reason)
        if self._is_changed():
            raise UserError(self._get_void_reason())
        document = self._attach(file_name, scan)
        self._accept(
            {
                "is_paper": True,
                "signed_by": name,
                "date_signed": day,
                "signed_document_id": document.id,
            }
        )

    def _accept(self, vals):
        """Accept the offer, and put the plan in force."""
        self._move_to("accepted", signed_on=self._get_moment(), **vals)
        if not self.is_paper:
            self._write_signed_document()
        self._activate()
        self._file_agreement()

    def _get_moment(self):
        """:return: now, or the same time on the simulated day"""
        now = fields.Datetime.now()
        if not self.env.context.get("collection_as_of"):
            return now
        return datetime.combine(self.company_id._get_collection_today(), now.time())

    def _write_signed_document(self):
        """The document as it was shown, with a page on its signature."""
        proof = self._render(REPORT_SIGNATURE)
        streams = [io.BytesIO(self.sudo().document_id.raw), io.BytesIO(proof)]
        with self.env["ir.actions.report"]._merge_pdfs(streams) as merged:
            content = merged.getvalue()
        name = self._get_document_name().removesuffix(".pdf")
        signed = self.with_context(lang=self.lang).env._("%s (signed)", name)
        # Readonly for everybody; the document is the program's.
        self.sudo().signed_document_id = self._attach(f"{signed}.pdf", content)

    def _check_document(self):
        """:return: whether the document on file is the one that was signed"""
        self.ensure_one()
        content = self.sudo().document_id.raw or b""
        return hashlib.sha256(content).hexdigest() == self.document_sha256

    # ------------------------------------------------------------------
    # In force
    # ------------------------------------------------------------------

    def _activate(self):
        """Put an accepted plan in force: what it covers is not chased any more."""
        self.ensure_one()
        self._invoice_charge()
        promises = self._find_open_promises()
        promises._end("replaced", self.env._("Replaced by %s.", self.name))
        today = self.company_id._get_collection_today()
        old = self.replaces_id
        if old.state in ("active", "notice", "suspended", "defaulted"):
            old._finish("renegotiated", self.env._("Replaced by %s.", self.name))
        self._move_to(
            "active",
            date_active=today,
            default_percent=0.0,
            last_allocation=self.env["collection.promise"]._get_last_allocation(),
            told_state="active",
        )
        self._cancel_what_is_queued()
        self.case_id._review_now()

    def _find_open_promises(self):
        return self.env["collection.promise"].search(
            [
                ("item_ids", "in", self.item_ids.ids),
                ("state", "in", ("open", "approve")),
            ]
        )

    def _cancel_what_is_queued(self):
        """A reminder that is still in the mail queue does not leave any more."""
        letters = self.env["collection.letter"]._find_queued_about(
            self.item_ids.move_id
        )
        # The agreement itself is on its way as well; only steps are called off.
        letters.filtered("stage_id")._cancel_queued()

    def _invoice_charge(self):
        """Invoice what the plan costs, so that it is in the ledger, and cover it."""
        if self.currency_id.is_zero(self.amount_charge):
            return
        # Whoever signs need not have a right to invoices; the amount was agreed.
        company = self.company_id
        Move = self.env["account.move"].sudo().with_company(company)
        move = Move.create(self._prepare_charge_vals())
        move.action_post()
        lines = move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        items = (
            self.env["collection.item"]
            .sudo()
            .create(
                [
                    {
                        "move_line_id": line.id,
                        "case_id": self.case_id.id,
                        "date_maturity": line.date_maturity,
                    }
                    for line in lines
                ]
            )
        )
        self.sudo().write(
            {
                "charge_move_id": move.id,
                "item_ids": [Command.link(item.id) for item in items],
            }
        )

    def _prepare_charge_vals(self):
        words = self.with_context(lang=self.lang).env
        label = (
            words._("Interest for installment plan %s", self.name)
            if self.charge_kind == "interest"
            else words._("Charge for installment plan %s", self.name)
        )
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.company_id._get_collection_today(),
            "invoice_payment_term_id": False,
            "invoice_date_due": self.date_last,
            "invoice_origin": self.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "quantity": 1,
                        "price_unit": self.amount_charge,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def _file_agreement(self):
        """The signed agreement goes to both, and a to-do tells the collector."""
        plan = self.sudo()
        try:
            plan._send_notice("mail_template_plan_signed", plan.signed_document_id)
        except UserError as error:
            plan.case_id._add_task(
                self.env._("Send the signed agreement by post"), str(error)
            )
        plan.message_post(
            body=self.env._("Signed by %s.", self.signed_by),
            attachment_ids=plan.signed_document_id.ids,
            partner_ids=plan.user_id.partner_id.ids,
        )
