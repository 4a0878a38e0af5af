from odoo import api, models
from odoo.tools import format_amount, format_date, get_lang


class CollectionTermsDocument(models.AbstractModel):
    """What stands in the terms that a customer signs, and on the page of their
    signature, in the customer's language."""

    _name = "collection.terms.document"
    _description = "Documents of Terms"

    @api.model
    def _prepare_terms(self, records):
        """:return: dict of values per collection.terms record: the document"""
        return {terms: self._prepare_document(terms) for terms in records}

    @api.model
    def _prepare_signatures(self, records):
        """:return: dict of values per collection.terms record: who signed"""
        return {terms: self._prepare_signature(terms) for terms in records}

    @api.model
    def _prepare_document(self, terms):
        own = self._get_own(terms)
        env = own.env
        return {
            **self._get_parties(own),
            "terms": own,
            "subject": env._("Terms of payment %s", own.name),
            "limit": own.credit_limit
            and format_amount(env, own.credit_limit, own.currency_id),
            "interest": own._get_interest_text(),
            "lump_sum": own.lump_sum
            and format_amount(env, own.lump_sum, own.currency_id),
            "date_from": format_date(env, own.date_from, date_format="long"),
            "date_to": own.date_to
            and format_date(env, own.date_to, date_format="long"),
            "version_of": own.replaces_id.name,
        }

    @api.model
    def _prepare_signature(self, terms):
        own = self._get_own(terms)
        return {
            **self._get_parties(own),
            "subject": own.env._("Signature of terms %s", own.name),
            **own.env["collection.signature.document"]._get_values(own),
        }

    @api.model
    def _get_own(self, terms):
        """:return: the terms in the language of the customer"""
        lang = terms.lang or get_lang(self.env, terms._get_addressee().lang).code
        return terms.with_context(lang=lang)

    @api.model
    def _get_parties(self, terms):
        """:return: dict of values for the letterhead, without a case"""
        env, company = terms.env, terms.company_id
        message, finder = (
            env["collection.message.composer"],
            env["collection.recipient"],
        )
        addressee, person = terms._get_addressee(), terms.user_id.partner_id
        lang = env.lang
        return {
            "reference": terms.name,
            "company": company,
            "customer": terms.partner_id,
            "address": finder._get_address(addressee),
            "sender_address": finder._get_address(company.partner_id),
            "sender_line": message._get_sender_line(company),
            "contact": {
                "name": person.name or company.name,
                "title": person.function,
                "phone": person.phone or company.phone,
                "email": person.email or company.email,
            },
            "lang": lang,
            "direction": get_lang(env, lang).direction,
            "today": format_date(
                env, company._get_collection_today(), date_format="long"
            ),
            **message._get_look(company),
        }
