from odoo import api, models
from odoo.tools import format_amount, format_date


class CollectionInstallmentDocument(models.AbstractModel):
    """What stands in the agreement on installments, and on the page of its signature,
    in the customer's language."""

    _name = "collection.installment.document"
    _description = "Documents of an Installment Plan"

    @api.model
    def _prepare_agreements(self, plans):
        """:return: dict of values per plan: the agreement"""
        return {plan: self._prepare_agreement(plan) for plan in plans}

    @api.model
    def _prepare_signatures(self, plans):
        """:return: dict of values per plan: who signed what, when and from where"""
        return {plan: self._prepare_signature(plan) for plan in plans}

    @api.model
    def _prepare_agreement(self, plan):
        agreement = self.env["collection.installment.agreement"]
        lang = plan.lang or agreement._get_lang(plan)
        env = self.with_context(lang=lang).env
        own = plan.with_env(env)
        case = own.case_id
        recipient = env["collection.recipient"]._find_for_letters(case)[case]
        message = env["collection.message.composer"]
        moves = own.item_ids.move_id
        return {
            **message._get_parties(case, recipient),
            "plan": own,
            "subject": env._("Installment agreement %s", own.name),
            "invoices": self._get_invoices(own),
            "schedule": self._get_schedule(own),
            "covered": self._format(own, own.amount_covered),
            "charge": self._format(own, own.amount_charge),
            "total": self._format(own, own.amount_total),
            "offer_end": format_date(env, own.date_offer_end, date_format="long"),
            "law": own.company_id.collection_plan_law or self._get_law(own),
            "clauses": own.company_id.collection_plan_clauses,
            "version_of": own.replaces_id.name,
            "bank": message._get_bank(own.company_id, moves),
            "pay_reference": own.name,
        }

    @api.model
    def _prepare_signature(self, plan):
        env = self.with_context(lang=plan.lang).env
        own = plan.with_env(env)
        case = own.case_id
        recipient = env["collection.recipient"]._find_for_letters(case)[case]
        return {
            **env["collection.message.composer"]._get_parties(case, recipient),
            "subject": env._("Signature of installment agreement %s", own.name),
            **env["collection.signature.document"]._get_values(own),
        }

    @api.model
    def _get_law(self, plan):
        country = plan.company_id.country_id.name
        if not country:
            return plan.env._("The law of the creditor's country applies")
        return plan.env._("The law of the creditor's country (%s) applies", country)

    @api.model
    def _format(self, plan, amount):
        return format_amount(plan.env, amount, plan.currency_id)

    @api.model
    def _get_invoices(self, plan):
        """:return: list of dicts of texts, one per covered item"""
        listing = plan.env["collection.open.item.list"]
        rows = plan.env["collection.exposure"].search(
            [("move_line_id", "in", plan.item_ids.move_line_id.ids)]
        )
        positions = listing._get_positions([rows])
        return [
            {
                **listing._get_row(
                    row,
                    positions,
                    row.amount_residual_currency - row.amount_disputed,
                ),
            }
            for row in rows.sorted(lambda row: (row.date_maturity, row.id))
        ]

    @api.model
    def _get_schedule(self, plan):
        """:return: list of dicts of texts, one per installment"""
        schedule, remaining = [], plan.amount
        lines = plan.line_ids.sorted(lambda line: (line.date, line.id))
        for number, line in enumerate(lines, 1):
            remaining -= line.amount
            schedule.append(
                {
                    "number": number,
                    "what": plan.env._("Down payment")
                    if line.is_down
                    else plan.env._("Installment"),
                    "date": format_date(plan.env, line.date, date_format="long"),
                    "amount": self._format(plan, line.amount),
                    "remaining": self._format(
                        plan, max(plan.currency_id.round(remaining), 0)
                    ),
                }
            )
        return schedule
