from odoo.fields import Command

from . import history_agreements as history
from .part import Demo

# A signature that was drawn: a PNG, base64.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAPAAAABGAQAAAADavSRXAAABnklEQVR42u3VMW6DMBSAYaoMWSpx"
    "BF+kkocezJE6ZOQIuQpSBsZcAcTAaovFkRDUfj8BkrocoGqiyBIffu/58ZJk0+4r++cdHvNdHo67"
    "7D/3ud1l5/b5zpqnufcc4JjmdjBygEOaO9g3v/Ao7Gyaq1EL+zTfJr0pYVQ/WG0rPL5wAXfk8IcX"
    "voT3WoJtXliF/ZEJsh7gmW8srTfPrMNGKaGgSTrJF5ZqORkcKurgKznyMgZZ2EwtJTTkOGU6Frpy"
    "Tw4Ll+8h/PnBoVkOlpoVg1EsPAmHEqSfSiLEZWEPywUtHVrZS/xYwlRruSvw4+aF5aPgdsN3Ag8M"
    "q0yOkwV2jIDwWYKES8OW40lklK6wl5vh2JMvyRGTesrxwjFF7GhpYAcP5v7EXtE5x12DcbCWZxN/"
    "AXqiOh5iT26eTUze0sEebmE1MSPNzIbvuurgYmbLSLAtcAWfeUQhaQV3jH4BX2ceTLVuC/XMXB8Y"
    "/lEX67awS8E2+5i/eFw/s9R6bqrNmPpcrdvCVfPo+RtDfWL4a5X+TS0JYnWa7f9fzZ/nb5KXvTJZ"
    "E6ChAAAAAElFTkSuQmCC"
)


class DemoAgreements(Demo):
    """Demo data: what the demo customers promised, disputed and pay in installments."""

    def _agree(self, offset):
        """Take the promises of a day, open its disputes and resolve others."""
        demo = self.with_user(self._user("collector"))
        for promise in self._on(history.PROMISES, offset):
            demo._take_demo_promise(*promise)
        for dispute in self._on(history.DISPUTES, offset):
            demo._open_demo_dispute(*dispute)
        for name, *_claim, outcome in history.DISPUTES:
            if outcome and self._on([(name, *outcome)], offset):
                demo._resolve_demo_dispute(name, *outcome)
        # The agreement is a PDF; a demo without them is better than none.
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() in ("ok", "workers"):
            for plan in self._on(history.PLANS, offset):
                demo._offer_demo_plan(*plan)
            for settlement in self._on(history.SETTLEMENTS, offset):
                demo._offer_demo_settlement(*settlement)
            for terms in self._on(history.TERMS, offset):
                demo._send_demo_terms(*terms)

    def _follow_up_agreements(self, company, day):
        self.env["collection.promise"]._follow_up(company, day)
        self.env["collection.dispute"]._follow_up(company, day)
        self.env["collection.installment.reminder"]._follow_up(company, day)

    def _take_demo_promise(self, name, _on, promised, share, person, means):
        case = self._customer(name).collection_case_id
        items = case._get_promisable_items()
        amount = items.currency_id.round(
            sum(items.mapped("amount_residual_currency")) * share
        )
        self.env["collection.promise"].create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(items.ids)],
                "currency_id": items.currency_id.id,
                "person": person,
                "means": means,
                "line_ids": [
                    Command.create({"date": self._day(promised), "amount": amount})
                ],
            }
        )

    def _open_demo_dispute(self, name, _on, share, reason, words, _outcome):
        invoice = self._open_invoices(name)[:1]
        self.env["collection.dispute"].create(
            {
                "move_id": invoice.id,
                "amount": invoice.currency_id.round(invoice.amount_total * share),
                "reason_id": self.env.ref(f"account_collections.{reason}").id,
                "words": words,
            }
        )

    def _resolve_demo_dispute(self, name, _on, decision, share, cause, answer):
        dispute = self.env["collection.dispute"].search(
            [("partner_id", "=", self._customer(name).id)], limit=1
        )
        self.env["collection.dispute.resolve"].create(
            {
                "dispute_id": dispute.id,
                "decision": decision,
                "amount": dispute.amount * share,
                "cause_id": self.env.ref(f"account_collections.{cause}").id,
                "answer": answer,
            }
        ).action_resolve()
        note = dispute.credit_note_id.sudo()
        if note:
            note.invoice_date = self.env.company._get_collection_today()
            note.action_post()

    def _offer_demo_plan(self, name, offered, signer, first, terms):
        case = self._customer(name).collection_case_id
        items = case._get_plannable_items()
        plan = self.env["collection.installment.plan"].create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(items.ids)],
                "currency_id": items.currency_id.id,
                "date_first": self._day(first),
                "date_down": self._day(offered + 7),
                **terms,
            }
        )
        plan.action_offer()
        plan.action_send_offer()
        if signer:
            self._sign_demo(plan, signer)

    def _offer_demo_settlement(self, name, offered, signer, share, vals):
        case = self._customer(name).collection_case_id
        context = case.action_offer_settlement()["context"]
        settlement = self.env["collection.settlement"].create(
            {
                "case_id": case.id,
                "currency_id": context["default_currency_id"],
                "item_ids": context["default_item_ids"],
                "percent": 100 * (1 - share),
                "date_first": self._day(offered + 14),
                "date_offer_end": self._day(offered + 10),
                **vals,
            }
        )
        settlement.action_offer()
        if settlement.state == "approve":
            manager = settlement.with_user(self._user("manager"))
            manager.action_approve()
        settlement.action_send_offer()
        if signer:
            self._sign_demo(settlement, signer)

    def _send_demo_terms(self, name, _on, signer, vals):
        terms = self.env["collection.terms"].create(
            {
                "partner_id": self._customer(name).id,
                "policy_id": self.env.ref("account_collections.policy_default").id,
                "date_from": self.env.company._get_collection_today(),
                **vals,
            }
        )
        terms.action_offer()
        terms.action_send()
        if signer:
            self._sign_demo(terms, signer)

    def _sign_demo(self, record, signer):
        """Sign as the portal does it, with the visitor's signature."""
        own = record.sudo()
        own.env["collection.signature"]._sign(
            own, signer, SIGNATURE, own.document_sha256, "192.0.2.44", "Browser"
        )
