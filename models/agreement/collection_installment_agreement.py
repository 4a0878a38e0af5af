from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...tools.installments import add_months

# Where a case has no policy.
OFFER_DAYS = 14
TOLERANCE_DAYS = 5
CURE_DAYS = 7


class CollectionInstallmentAgreement(models.AbstractModel):
    """The agreement on an installment plan: what may be offered, the document that is
    shown and signed, and its signature in the portal or on paper."""

    _name = "collection.installment.agreement"
    _description = "Agreement on Installments"

    # ------------------------------------------------------------------
    # The limits of the policy
    # ------------------------------------------------------------------

    @api.model
    def _get_limit_exceeded(self, plan):
        """Compare a plan with the limits of the policy.

        :param plan: collection.installment.plan record
        :return: translated sentence on the limit that is exceeded, or False when a
            collector may offer the plan
        """
        policy = plan.case_id.policy_id
        if not policy:
            return False
        return (
            self._get_duration_exceeded(plan, policy)
            or self._get_amount_exceeded(plan, policy)
            or self._get_down_exceeded(plan, policy)
            or self._get_cost_exceeded(plan, policy)
            or self._get_defaults_exceeded(plan, policy)
        )

    @api.model
    def _get_duration_exceeded(self, plan, policy):
        months = policy.plan_months_max
        today = plan.company_id._get_collection_today()
        # A working day later than the very day is not a longer plan.
        if months and (plan.date_last - add_months(today, months)).days > 3:
            return self.env._("It runs longer than %s months.", months)
        return False

    @api.model
    def _get_amount_exceeded(self, plan, policy):
        company = plan.company_id
        today = company._get_collection_today()
        return policy._get_amount_exceeded(
            "plan_amount_max", plan.amount, plan.currency_id, company, today
        ) or self._get_installment_exceeded(plan, policy.plan_installment_min, today)

    @api.model
    def _get_installment_exceeded(self, plan, limit, today):
        # The last one is what is left.
        parts = plan.line_ids.filtered(lambda line: not line.is_down)
        parts = parts.sorted(lambda line: (line.date, line.id))
        parts = parts[:-1] or parts
        company, own = plan.company_id, plan.company_id.currency_id
        smallest = plan.currency_id._convert(
            min(parts.mapped("amount"), default=0.0), own, company, today
        )
        if limit and own.compare_amounts(smallest, limit) < 0:
            return self.env._(
                "An installment is below the minimum of %s.", own.format(limit)
            )
        return False

    @api.model
    def _get_down_exceeded(self, plan, policy):
        currency = plan.currency_id
        least = currency.round(plan.amount_covered * policy.plan_down_min / 100)
        down = sum(plan.line_ids.filtered("is_down").mapped("amount"))
        if currency.compare_amounts(down, least) < 0:
            return self.env._(
                "The down payment is below %(share)g %%, which is %(amount)s.",
                share=policy.plan_down_min,
                amount=currency.format(least),
            )
        return False

    @api.model
    def _get_cost_exceeded(self, plan, policy):
        rate, share = policy.plan_rate_max, policy.plan_charge_max
        if plan.charge_kind == "interest":
            if rate and plan.charge_rate > rate:
                return self.env._("The interest is above %g %% a year.", rate)
            return False
        currency = plan.currency_id
        most = currency.round(plan.amount_covered * share / 100)
        if share and currency.compare_amounts(plan.amount_charge, most) > 0:
            return self.env._(
                "The charge is above %(share)g %%, which is %(amount)s.",
                share=share,
                amount=currency.format(most),
            )
        return False

    @api.model
    def _get_defaults_exceeded(self, plan, policy):
        count = plan.search_count(
            [
                ("partner_id", "=", plan.partner_id.id),
                ("company_id", "=", plan.company_id.id),
                ("date_default", "!=", False),
            ]
        )
        if count > policy.plan_default_max:
            return self.env._(
                "The customer has defaulted on a plan before (%s).", count
            )
        return False

    # ------------------------------------------------------------------
    # The offer
    # ------------------------------------------------------------------

    @api.model
    def _get_cannot_offer_reason(self, plan):
        """:return: translated sentence on why the plan cannot be offered as it is, or
        False"""
        if reason := self._get_stay_reason(plan):
            return reason
        today = plan.company_id._get_collection_today()
        if plan.case_id.state == "closed":
            return self.env._("The case is closed; nothing is open any more.")
        if any(line.date < today for line in plan.line_ids):
            return self.env._("An installment cannot be due in the past.")
        if plan._is_changed():
            return self.env._(
                "The covered invoices have changed since the schedule was made. Update"
                " it first."
            )
        return False

    @api.model
    def _get_stay_reason(self, plan):
        """:return: translated sentence, or False when no bankruptcy stays the items"""
        # The stay binds the signer too, who sees nothing of bankruptcies.
        if not plan.sudo()._find_stayed_items():
            return False
        return self.env._(
            "Because of insolvency proceedings, no installments can be agreed."
        )

    @api.model
    def _prepare_offer_vals(self, plan):
        """:return: what is fixed when a plan is offered: until when it can be signed,
        its language, and the policy's rules about lateness"""
        return {
            "date_offer_end": self._get_offer_end(plan),
            "lang": self._get_lang(plan),
            **self._prepare_lateness_vals(plan),
        }

    @api.model
    def _get_offer_end(self, plan):
        """:return: the last day to sign: the policy's, and never after the first date
        of the schedule, so that no installment is late on signing"""
        today = plan.company_id._get_collection_today()
        policy = plan.case_id.policy_id
        days = policy.plan_offer_days if policy else OFFER_DAYS
        return min(fields.Date.add(today, days=days), *plan.line_ids.mapped("date"))

    @api.model
    def _prepare_lateness_vals(self, plan):
        """:return: the policy's rules about lateness, which become part of the plan"""
        policy, company = plan.case_id.policy_id, plan.company_id
        if not policy:
            return {"tolerance_days": TOLERANCE_DAYS, "cure_days": CURE_DAYS}
        today = company._get_collection_today()
        tolerance = company.currency_id._convert(
            policy.plan_tolerance_amount, plan.currency_id, company, today
        )
        return {
            "tolerance_days": policy.plan_tolerance_days,
            "tolerance_amount": tolerance,
            "cure_days": policy.plan_cure_days,
            "missed_max": policy.plan_missed_max,
            "is_current_required": policy.plan_current,
        }

    @api.model
    def _get_lang(self, plan):
        case = plan.case_id
        recipient = self.env["collection.recipient"]._find_for_letters(case)[case]
        return self.env["collection.message.composer"]._choose_lang(
            recipient, case.partner_id, plan.company_id.partner_id
        )

    @api.model
    def _void_if_changed(self, plan):
        """Void an offer whose covered invoices have changed, and notify both sides.

        :return: translated sentence for who wanted to sign, or False
        """
        if plan.state != "offered" or not plan._is_changed():
            return False
        plan._set_state("void", end_reason=self._get_void_reason(plan))
        self.env["collection.installment.reminder"]._notify(plan)
        return self.env._(
            "The invoices in this agreement have changed, so it can no longer be "
            "signed. We will send you a new one."
        )

    @api.model
    def _get_void_reason(self, plan):
        return self.env._(
            "A covered invoice changed before the signature: %(now)s is open instead of"
            " %(then)s.",
            now=plan.currency_id.format(plan._get_amount_open()),
            then=plan.currency_id.format(plan.amount_covered),
        )

    # ------------------------------------------------------------------
    # The signature
    # ------------------------------------------------------------------

    @api.model
    def _get_cannot_sign_reason(self, plan, sha256=None):
        """Say why an offer cannot be signed; to be asked under lock.

        :param plan: collection.installment.plan record
        :param str sha256: fingerprint of the document that the signer was shown; None
            for a signature on paper
        :return: translated sentence, or False
        """
        if reason := self._get_stay_reason(plan):
            return reason
        if plan.state != "offered":
            return self.env._("This offer can no longer be signed.")
        if plan.date_offer_end < plan.company_id._get_collection_today():
            return self.env._("This offer has expired. Please ask us for a new one.")
        if reason := self.env["collection.signature"]._get_changed_reason(plan, sha256):
            return reason
        if plan._find_running(plan.item_ids) - plan.replaces_id:
            return self.env._("Another installment plan already covers these invoices.")
        return False

    @api.model
    def _lock_for_signature(self, plan):
        """Lock the case and its items against other signatures, payments, reminders.

        :return: whether the ledger is free; if not, a payment is just being written
        """
        # Who signs at the same time waits, then starts again and finds it signed.
        plan.case_id._stop_execution()
        lines = plan.item_ids.move_line_id
        # The signer's rights do not matter to the lock; nothing is written.
        free = lines.sudo().try_lock_for_update(allow_referencing=True)
        plan.invalidate_recordset()
        self.env["collection.exposure"].invalidate_model()
        return free == lines

    @api.model
    def _find_reason_against_signing(self, plan, sha256):
        """Say why an offer cannot be signed as things are; void it when they have
        changed.

        :param str sha256: as for ``_get_cannot_sign_reason``
        :return: translated sentence, or False
        """
        if reason := self._get_cannot_sign_reason(plan, sha256):
            return reason
        if sha256 is None:
            return plan._is_changed() and self._get_void_reason(plan)
        return self._void_if_changed(plan)

    @api.model
    def _accept(self, plan, vals):
        """Accept an offer, and put the plan in force."""
        moment = plan.company_id._get_collection_moment()
        plan._set_state("accepted", **{"signed_on": moment, **vals})
        if not plan.is_paper:
            self.env["collection.signature"]._write_signed_document(plan)
        plan._activate()
        self._send_signed(plan)

    @api.model
    def _send_signed(self, plan):
        """Send the signed agreement to both sides; a to-do if it has to go by post."""
        plan = plan.sudo()
        try:
            plan.env["collection.installment.reminder"]._send(
                plan, "mail_template_plan_signed", plan.signed_document_id
            )
        except UserError as error:
            plan.case_id._add_task(
                self.env._("Send the signed agreement by post"), str(error)
            )
        plan.message_post(
            body=self.env._("Signed by %s.", plan.signed_by),
            attachment_ids=plan.signed_document_id.ids,
            partner_ids=plan.user_id.partner_id.ids,
        )

    # ------------------------------------------------------------------
    # The charge
    # ------------------------------------------------------------------

    @api.model
    def _invoice_charge(self, plan):
        """Invoice what the plan costs, so that it is in the ledger, and cover it."""
        if plan.currency_id.is_zero(plan.amount_charge):
            return
        # Whoever signs need not have a right to invoices; the amount was agreed.
        plan = plan.sudo()
        Move = plan.env["account.move"].with_company(plan.company_id)
        move = Move.create(self._prepare_charge_vals(plan))
        move.action_post()
        lines = move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        items = plan.env["collection.item"].create(
            [
                {
                    "move_line_id": line.id,
                    "case_id": plan.case_id.id,
                    "date_maturity": line.date_maturity,
                }
                for line in lines
            ]
        )
        plan.write(
            {
                "charge_move_id": move.id,
                "item_ids": [Command.link(item.id) for item in items],
            }
        )

    @api.model
    def _prepare_charge_vals(self, plan):
        words = self.with_context(lang=plan.lang).env
        label = (
            words._("Interest for installment plan %s", plan.name)
            if plan.charge_kind == "interest"
            else words._("Charge for installment plan %s", plan.name)
        )
        line = {
            "name": label,
            "quantity": 1,
            "price_unit": plan.amount_charge,
            "tax_ids": [Command.clear()],
        }
        return {
            "move_type": "out_invoice",
            "company_id": plan.company_id.id,
            "partner_id": plan.partner_id.id,
            "currency_id": plan.currency_id.id,
            "invoice_date": plan.company_id._get_collection_today(),
            "invoice_payment_term_id": False,
            "invoice_date_due": plan.date_last,
            "invoice_origin": plan.name,
            "invoice_line_ids": [Command.create(line)],
        }
