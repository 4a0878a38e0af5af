from odoo import Command, api, fields, models
from odoo.exceptions import UserError

COLLECTOR_MAX, MANAGER_MAX = 5.0, 30.0


class CollectionSettlementOffer(models.AbstractModel):
    """The offer of a settlement: what may be offered and by whom, what speaks against
    it now, and what accepting it puts in force."""

    _name = "collection.settlement.offer"
    _description = "Offer of a Settlement"

    # ------------------------------------------------------------------
    # What may be offered
    # ------------------------------------------------------------------

    @api.model
    def _check(self, settlement):
        """:raises UserError: when the settlement cannot be offered as it is"""
        settlement._refresh({"amount": settlement.amount, "line_ids": True})
        reason = (
            self._get_items_reason(settlement)
            or self._get_amount_reason(settlement)
            or self._get_date_reason(settlement)
        )
        if reason:
            raise UserError(reason)

    @api.model
    def _get_items_reason(self, settlement):
        """:return: translated sentence on why these items are not settled, or False"""
        items = settlement.item_ids
        if not items or any(not item.is_open for item in items):
            return self.env._("Choose open items to settle.")
        if items.case_id != settlement.case_id:
            return self.env._("A settlement can only cover items of its own customer.")
        if items.currency_id != settlement.currency_id:
            return self.env._(
                "All items of a settlement must be in its currency. Make one for each."
            )
        return self._get_claim_reason(settlement)

    @api.model
    def _get_claim_reason(self, settlement):
        """:return: translated sentence on who else has a say about the items, or
        False"""
        # Whoever signs sees nothing of it, and is bound by it.
        own = settlement.sudo()
        if self.env["collection.stay"]._filter_items(own.item_ids):
            return self.env._(
                "Because of insolvency proceedings, nothing can be settled."
            )
        if any(row.amount_disputed for row in own._get_rows()):
            return self.env._(
                "One of the invoices is disputed. Resolve the dispute first."
            )
        plans = own.env["collection.installment.plan"]._find_running(own.item_ids)
        if plans:
            return self.env._(
                "One of the invoices is on an installment plan (%s).", plans[:1].name
            )
        others = own._find_running(own.item_ids) - own
        return others and self.env._(
            "One of the invoices is in another settlement (%s).", others[:1].name
        )

    @api.model
    def _get_amount_reason(self, settlement):
        currency = settlement.currency_id
        compare = currency.compare_amounts
        if compare(settlement.amount, 0) <= 0:
            return self.env._("The amount to be paid must be above zero.")
        if compare(settlement.amount, settlement.amount_covered) >= 0:
            return self.env._(
                "The amount to be paid must be less than the %s that are open. For more"
                " time, take a promise or propose installments.",
                currency.format(settlement.amount_covered),
            )
        if any(compare(line.amount, 0) <= 0 for line in settlement.line_ids):
            return self.env._("Each payment must be above zero.")
        total = sum(settlement.line_ids.mapped("amount"))
        if compare(total, settlement.amount):
            return self.env._(
                "The payments add up to %(total)s, not to %(amount)s.",
                total=currency.format(total),
                amount=currency.format(settlement.amount),
            )
        policy = settlement.case_id.policy_id
        # Zero says that nothing is given up.
        most = policy.settlement_manager_max if policy else MANAGER_MAX
        if settlement._get_share_waived() > most:
            return self.env._("The policy allows a reduction of at most %g %%.", most)
        return False

    @api.model
    def _get_date_reason(self, settlement):
        today = settlement.company_id._get_collection_today()
        if any(line.date < today for line in settlement.line_ids):
            return self.env._("A payment cannot be due in the past.")
        if not settlement.date_offer_end or settlement.date_offer_end < today:
            return self.env._("The offer must be valid until today or later.")
        return False

    @api.model
    def _get_limit_exceeded(self, settlement):
        """:return: translated sentence when it takes a manager to offer this, or
        False"""
        manager = "account_collections.group_collection_manager"
        if self.env.user.has_group(manager):
            return False
        policy = settlement.case_id.policy_id
        most = policy.settlement_collector_max if policy else COLLECTOR_MAX
        if settlement._get_share_waived() > most:
            return self.env._(
                "The reduction is above the %g %% that a collector may offer.", most
            )
        return False

    # ------------------------------------------------------------------
    # While it is open
    # ------------------------------------------------------------------

    @api.model
    def _pause(self, settlement):
        """Hold the items while the offer is open, if the policy says so."""
        if not settlement.case_id.policy_id.settlement_pause:
            return
        hold = self.env["collection.hold"].create(
            {
                "case_id": settlement.case_id.id,
                "scope": "items",
                "item_ids": [Command.set(settlement.item_ids.ids)],
                "reason_id": self.env.ref(
                    "account_collections.reason_hold_settlement"
                ).id,
                "note": settlement.name,
                "on_review": "resume",
                "date_review": fields.Date.add(settlement.date_offer_end, days=1),
            }
        )
        settlement._write_protected({"hold_id": hold.id})

    @api.model
    def _end_pause(self, settlements):
        # Whoever declines in the portal sees no holds.
        for hold in settlements.sudo().hold_id:
            if hold.state == "active":
                hold._lift(hold.company_id._get_collection_today())

    @api.model
    def _get_refusal(self, settlement):
        """:return: translated sentence on why an offer cannot be signed, or False"""
        if settlement.state != "offered":
            return self.env._("This offer can no longer be signed.")
        if settlement.kind == "discount":
            return self.env._("Nothing has to be signed: you accept by paying in time.")
        if settlement.date_offer_end < settlement.company_id._get_collection_today():
            return self.env._("This offer has expired. Please ask us for a new one.")
        return self._get_claim_reason(settlement)

    @api.model
    def _find_reason_against_signing(self, settlement, sha256):
        """Say why an offer cannot be signed; void it when its invoices have changed.

        :return: translated sentence, or False
        """
        if reason := self._get_refusal(settlement):
            return reason
        signature = self.env["collection.signature"]
        if reason := signature._get_changed_reason(settlement, sha256):
            return reason
        if self._is_changed(settlement):
            self._void(settlement)
            return self.env._(
                "The invoices in this offer have changed, so it can no longer be"
                " signed. We will send you a new one."
            )
        return False

    @api.model
    def _is_changed(self, settlement):
        now = settlement.sudo()._get_amount_open()
        compare = settlement.currency_id.compare_amounts
        return bool(compare(now, settlement.amount_covered))

    @api.model
    def _void(self, settlement):
        reason = self.env._(
            "A covered invoice changed before the signature: %(now)s is open instead of"
            " %(then)s.",
            now=settlement.currency_id.format(settlement.sudo()._get_amount_open()),
            then=settlement.currency_id.format(settlement.amount_covered),
        )
        settlement._end_offer("void", reason)
        settlement.case_id._add_task(
            self.env._("Offer of a settlement is void"), reason
        )

    @api.model
    def _follow_up(self, company, today):
        """End the offers of a company that nobody accepted in time, or whose invoices
        have changed."""
        offers = self.env["collection.settlement"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "offered"),
                ("kind", "=", "offer"),
            ]
        )
        isolate = self.env["collection.customer.notice"]._isolate
        for settlement in offers:
            if settlement.date_offer_end < today:
                isolate(self._expire, settlement)
            elif self._is_changed(settlement):
                isolate(self._void, settlement)

    @api.model
    def _expire(self, settlement):
        text = self.env._("The offer has expired.")
        settlement._end_offer("expired", text)
        settlement.case_id._add_task(
            self.env._("Offer of a settlement has expired"), settlement.name
        )

    # ------------------------------------------------------------------
    # In force
    # ------------------------------------------------------------------

    @api.model
    def _take_effect(self, settlement):
        """Put an accepted settlement in force, as superuser: it is a promise from now
        on, which holds back all that is open."""
        self._end_pause(settlement)
        promises = self.env["collection.promise"].with_env(settlement.env)
        promises._find_open(settlement.item_ids)._end(
            "replaced", self.env._("Replaced by %s.", settlement.name)
        )
        promise = promises.create(self._prepare_promise_vals(settlement))
        settlement.promise_id = promise
        settlement.message_post(
            body=self.env._("Signed by %s.", settlement.signed_by),
            attachment_ids=settlement.signed_document_id.ids,
            partner_ids=settlement.user_id.partner_id.ids,
        )
        self._send_signed(settlement)
        settlement.case_id._review_now()

    @api.model
    def _prepare_promise_vals(self, settlement):
        return {
            "kind": "settlement",
            "case_id": settlement.case_id.id,
            "scope": "items",
            "item_ids": [Command.set(settlement.item_ids.ids)],
            "currency_id": settlement.currency_id.id,
            "user_id": settlement.user_id.id,
            "person": settlement.signed_by,
            "date_taken": settlement.company_id._get_collection_today(),
            "tolerance": settlement.case_id.policy_id.settlement_tolerance,
            "threshold": 100,
            "amount_waived": settlement.amount_waived,
            "line_ids": [
                Command.create({"date": line.date, "amount": line.amount})
                for line in settlement.line_ids
            ],
        }

    @api.model
    def _send_signed(self, settlement):
        try:
            settlement.env["collection.customer.notice"]._send(
                settlement,
                self.env.ref("account_collections.mail_template_settlement_signed"),
                settlement.item_ids.move_id,
                settlement.signed_document_id,
            )
        except UserError as error:
            settlement.case_id._add_task(
                self.env._("Send the signed settlement by post"), str(error)
            )
