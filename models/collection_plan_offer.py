import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

REPORT_AGREEMENT = "account_collections.action_report_plan"
REPORT_SIGNATURE = "account_collections.action_report_plan_signature"


class CollectionPlan(models.Model):
    """The offer: the agreement as a document, sent or printed, and its end."""

    _inherit = "collection.plan"

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
        addressee = self.env["collection.addressee"]._find_for_letters(case)[case]
        return self.env["collection.message"]._choose_lang(
            addressee, case.partner_id, self.company_id.partner_id
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
        courier = self.sudo().env["collection.courier"]
        model = self.env["ir.actions.report"]._get_report(report).report_name
        prepare = self.sudo().env[f"report.{model}"]._prepare
        return courier._render_pdf(
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
        return self.env["collection.notice"]._send(
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
