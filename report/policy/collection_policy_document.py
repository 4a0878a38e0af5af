from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import get_lang

from ...tools.channels import channel_of


class CollectionPolicyDocument(models.AbstractModel):
    """A policy in writing: when what happens, which charges, how to reach us."""

    _name = "collection.policy.document"
    _description = "Collection Policy in Writing"

    @api.model
    def _prepare_policies(self, policies):
        """:return: dict of values per policy, in the language of who prints it"""
        return {policy: self._get_values(policy) for policy in policies}

    @api.model
    def _prepare_cases(self, cases):
        """:return: dict of values per case: the policy, in the customer's language
        :raises UserError: when a case has none"""
        if missing := cases.filtered(lambda case: not case.policy_id)[:1]:
            raise UserError(
                self.env._("No policy applies to %s.", missing.display_name)
            )
        return {case: self._get_case_values(case) for case in cases}

    @api.model
    def _get_case_values(self, case):
        """Like ``_get_values``, for a customer and in the customer's language."""
        finder = self.env["collection.recipient"]
        recipient = finder._find_for_letters(case)[case]
        lang = self.env["collection.message.composer"]._choose_lang(
            recipient, case.partner_id, case.company_id.partner_id
        )
        here = case.with_context(lang=lang)
        terms = here.env["collection.terms"]._get_valid(
            case.partner_id, case.company_id, case.company_id._get_collection_today()
        )
        values = self._get_values(case.policy_id, lang, case._get_collector())
        words = here.env["collection.charge.words"]
        return {
            **values,
            "terms_text": terms and here.terms_text,
            "charges": words._get_sentences(here.policy_id, case.partner_id, terms),
        }

    @api.model
    def _get_values(self, policy, lang=None, collector=None):
        """Prepare the document.

        :param policy: collection.policy record
        :param str lang: language code; the one of the context if not given
        :param collector: res.users record to contact; the policy's if not given
        :return: dict for the QWeb template ``collection_policy_document``
        """
        lang = lang or get_lang(self.env).code
        document = self.with_context(lang=lang)
        return document._get_values_here(
            policy.with_env(document.env), collector or policy.user_id
        )

    @api.model
    def _get_values_here(self, policy, collector):
        company, lang = policy.company_id, self.env.lang
        message = self.env["collection.message.composer"]
        person = collector.partner_id
        return {
            "policy": policy,
            "company": company,
            "lang": lang,
            "direction": get_lang(self.env, lang).direction,
            "title": self.env._("How we deal with late payment"),
            "sender_address": self.env["collection.recipient"]._get_address(
                company.partner_id
            ),
            "contact": self._get_contact(person, company),
            "portal_url": company.get_base_url() + "/my/invoices",
            "rows": [
                self._get_row(stage)
                for stage in policy.stage_ids.sorted("sequence")
                if channel_of(stage.channel).is_noticed
            ],
            # Without a customer: what counts at home, for businesses.
            "charges": self.env["collection.charge.words"]._get_sentences(
                policy, company.partner_id
            ),
            "final": policy.stage_ids.filtered("is_final_demand")[:1],
            **message._get_look(company),
        }

    @api.model
    def _get_contact(self, person, company):
        return {
            "name": person.name or company.name,
            "title": person.function,
            "phone": person.phone or company.phone,
            "email": person.email or company.email,
        }

    @api.model
    def _get_row(self, stage):
        """:return: dict of texts on one stage: when, what, and what it says"""
        return {
            "when": stage._get_timing_text(),
            "what": stage.name,
            "how": stage._label("channel"),
            "deadline": self.env._("Days to pay: %s", stage.deadline_days)
            if stage.is_final_demand
            else "",
        }
