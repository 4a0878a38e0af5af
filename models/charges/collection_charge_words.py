from odoo import api, models
from odoo.tools import format_amount, formatLang

from ...tools.late_interest import get_rate
from .collection_stage import CHARGES

SHOWN = [key for key, _label in CHARGES if key != "none"]


class CollectionChargeWords(models.AbstractModel):
    """What late payment costs by a rule, in sentences for the policy in writing."""

    _name = "collection.charge.words"
    _description = "Late Charges in Words"

    @api.model
    def _get_sentences(self, policy, partner, terms=None):
        """Say what late payment costs a customer, in the language of the context.

        :param policy: collection.policy record; one whose messages say nothing of it
            says nothing here
        :param partner: res.partner record, whose country and kind count
        :param terms: the collection.terms that are valid, if any: what is agreed goes
            before the law, and is told elsewhere
        :return: list of translated sentences
        """
        company = policy.company_id
        stages = policy.stage_ids.filtered(lambda stage: stage.charges in SHOWN)
        rule = self.env["collection.charge.rule"]._find(company, partner)
        rule = rule.with_env(self.env(su=True))
        if not (stages and rule):
            return []
        is_agreed = terms and terms.interest_kind in ("rate", "points")
        sentences = [
            "" if is_agreed else self._get_interest(rule, company),
            "" if terms and terms.lump_sum else self._get_lump(rule),
            self._get_fee(rule, stages),
        ]
        sentences = [sentence for sentence in sentences if sentence]
        return sentences and [*sentences, self._get_first(stages, rule)]

    @api.model
    def _get_interest(self, rule, company):
        basis = rule._get_basis()
        if not basis:
            return ""
        start = self._label(rule, "start").lower()
        if not rule.has_reference:
            return self.env._(
                "Interest of %(rate)s %% a year, from %(start)s.",
                rate=self._format(rule.rate),
                start=start,
            )
        rates = self.env["collection.reference.rate"]._get_rates(
            rule.reference, company
        )
        rate = get_rate(basis, rates, company._get_collection_today())
        if rate is None:
            return self.env._(
                "Interest of %(points)s points over the reference rate (%(reference)s),"
                " from %(start)s.",
                points=self._format(rule.points),
                reference=self._label(rule, "reference"),
                start=start,
            )
        return self.env._(
            "Interest of %(points)s points over the reference rate (%(reference)s),"
            " from %(start)s; at present that is %(rate)s %% a year.",
            points=self._format(rule.points),
            reference=self._label(rule, "reference"),
            start=start,
            rate=self._format(float(rate)),
        )

    @api.model
    def _get_lump(self, rule):
        """:return: sentence on the lump sum, or an empty text"""
        tiers = rule.tier_ids.mapped("amount")
        amounts = {
            "one": (rule.lump_amount, rule.lump_amount),
            "tiers": (min(tiers, default=0), max(tiers, default=0)),
            "scale": (rule.lump_min, rule.lump_max),
        }
        least, most = amounts.get(rule.lump_kind, (0, 0))
        least_text = format_amount(self.env, least, rule.currency_id)
        if least and least == most:
            if rule.lump_once:
                return self.env._("A lump sum of %s for each late invoice.", least_text)
            return self.env._("A lump sum of %s for each late payment.", least_text)
        if not most:
            return ""
        return self.env._(
            "A lump sum of %(least)s to %(most)s, by the size of the debt.",
            least=least_text,
            most=format_amount(self.env, most, rule.currency_id),
        )

    @api.model
    def _get_fee(self, rule, stages):
        if not rule.fee or "charge" not in stages.mapped("charges"):
            return ""
        return self.env._(
            "A fee of %s for a reminder.",
            format_amount(self.env, rule.fee, rule.currency_id),
        )

    @api.model
    def _get_first(self, stages, rule):
        """:return: sentence on the law, and from which message on it is asked for"""
        charging = stages.filtered(lambda stage: stage.charges == "charge")
        first = (charging or stages).sorted("sequence")[0]
        law = rule.with_context(lang=self.env.lang).source
        if charging:
            return self.env._(
                "So says %(law)s; we ask for it from “%(stage)s” on.",
                law=law,
                stage=first.name,
            )
        return self.env._(
            "So says %(law)s; we announce it from “%(stage)s” on.",
            law=law,
            stage=first.name,
        )

    @api.model
    def _label(self, rule, name):
        labels = rule._fields[name]._description_selection(self.env)
        return dict(labels)[rule[name]]

    @api.model
    def _format(self, number):
        return formatLang(self.env, number, digits=2)
