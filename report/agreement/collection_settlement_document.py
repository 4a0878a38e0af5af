from odoo import api, models
from odoo.tools import format_amount, format_date


class CollectionSettlementDocument(models.AbstractModel):
    """What stands in the offer of a settlement, and on the page of its signature, in
    the customer's language."""

    _name = "collection.settlement.document"
    _description = "Documents of a Settlement"

    @api.model
    def _prepare_offers(self, settlements):
        """:return: dict of values per settlement: the letter"""
        return {
            settlement: self._prepare_offer(settlement) for settlement in settlements
        }

    @api.model
    def _prepare_signatures(self, settlements):
        """:return: dict of values per settlement: who signed what, when, from where"""
        return {
            settlement: self._prepare_signature(settlement)
            for settlement in settlements
        }

    @api.model
    def _prepare_offer(self, settlement):
        own, values = self._get_parties(settlement)
        env = own.env
        message = env["collection.message.composer"]
        return {
            **values,
            # As the list of invoices, which it shares with plans, knows it.
            "plan": own,
            "subject": env._("Offer to settle your account %s", own.name),
            "invoices": self.env["collection.installment.document"]._get_invoices(own),
            "covered": self._format(own, own.amount_covered),
            "amount": self._format(own, own.amount),
            "waived": self._format(own, own.amount_waived),
            "is_credited": own.rest_kind == "credit",
            "payments": [
                {
                    "date": format_date(env, line.date, date_format="long"),
                    "amount": self._format(own, line.amount),
                }
                for line in own.line_ids
            ],
            "offer_end": format_date(env, own.date_offer_end, date_format="long"),
            "bank": message._get_bank(own.company_id, own.item_ids.move_id),
            "pay_reference": own.name,
        }

    @api.model
    def _prepare_signature(self, settlement):
        own, values = self._get_parties(settlement)
        return {
            **values,
            "subject": own.env._("Signature of settlement %s", own.name),
            **own.env["collection.signature.document"]._get_values(own),
        }

    @api.model
    def _get_parties(self, settlement):
        """:return: the settlement in the customer's language, and the letterhead"""
        agreement = self.env["collection.installment.agreement"]
        lang = settlement.lang or agreement._get_lang(settlement)
        own = settlement.with_context(lang=lang)
        case = own.case_id
        recipient = own.env["collection.recipient"]._find_for_letters(case)[case]
        return own, own.env["collection.message.composer"]._get_parties(case, recipient)

    @api.model
    def _format(self, settlement, amount):
        return format_amount(settlement.env, amount, settlement.currency_id)
