from typing import NamedTuple

from odoo import api, models


class Document(NamedTuple):
    """What a report prints: records of a model, each in a template, with the values
    that a method of a service prepares per record."""

    model: str
    template: str
    service: str
    preparer: str


# By the name of the report, without that of the addon.
DOCUMENTS = {
    "report_collection_letter": Document(
        "collection.step",
        "collection_letter_document",
        "collection.document",
        "_prepare_letters",
    ),
    "report_collection_statement": Document(
        "collection.step",
        "collection_statement_document",
        "collection.document",
        "_prepare_statements",
    ),
    "report_collection_case_statement": Document(
        "collection.case",
        "collection_statement_document",
        "collection.statement",
        "_prepare_cases",
    ),
    "report_collection_promise": Document(
        "collection.promise",
        "collection_letter_document",
        "collection.document",
        "_prepare_confirmations",
    ),
    "report_collection_summary": Document(
        "collection.contact",
        "collection_letter_document",
        "collection.document",
        "_prepare_summaries",
    ),
    "report_collection_policy": Document(
        "collection.policy",
        "collection_policy_document",
        "collection.policy.document",
        "_prepare_policies",
    ),
    "report_collection_case_policy": Document(
        "collection.case",
        "collection_policy_document",
        "collection.policy.document",
        "_prepare_cases",
    ),
    "report_collection_terms": Document(
        "collection.terms",
        "collection_terms_document",
        "collection.terms.document",
        "_prepare_terms",
    ),
    "report_collection_terms_signature": Document(
        "collection.terms",
        "collection_signature_document",
        "collection.terms.document",
        "_prepare_signatures",
    ),
    "report_collection_installment_plan": Document(
        "collection.installment.plan",
        "collection_plan_document",
        "collection.installment.document",
        "_prepare_agreements",
    ),
    "report_collection_settlement": Document(
        "collection.settlement",
        "collection_settlement_document",
        "collection.settlement.document",
        "_prepare_offers",
    ),
    "report_collection_settlement_signature": Document(
        "collection.settlement",
        "collection_signature_document",
        "collection.settlement.document",
        "_prepare_signatures",
    ),
    "report_collection_plan_signature": Document(
        "collection.installment.plan",
        "collection_signature_document",
        "collection.installment.document",
        "_prepare_signatures",
    ),
    "report_collection_claim_goods": Document(
        "collection.claim",
        "collection_claim_goods_document",
        "collection.claim.document",
        "_prepare_goods",
    ),
}


class CollectionDocument(models.AbstractModel):
    """The values of all reports in ``DOCUMENTS``: one document per record, ready
    rendered. Another letter or statement is another row of that table, a template and
    the record of its report."""

    _name = "collection.document"
    _description = "Letters and Statements"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Render the documents of the report that ``collection_report`` in the context
        names, see ``ir.actions.report``.

        :return: dict with one HTML document per record, in the recipient's language
        """
        document = DOCUMENTS[self.env.context["collection_report"]]
        prepared = (data or {}).get("collection_values")
        # Only code can pass values: what comes in over the network has no numbers as
        # keys, so nobody can have their own words printed.
        if not isinstance(prepared, dict):
            prepared = {}
        records = self.env[document.model].browse(docids)
        missing = records.filtered(lambda record: not prepared.get(record.id))
        values = getattr(self.env[document.service], document.preparer)(missing)
        return {
            "doc_ids": records.ids,
            "doc_model": records._name,
            "docs": records,
            "documents": [
                self._render_document(
                    record,
                    document.template,
                    prepared.get(record.id) or values[record],
                )
                for record in records
            ],
        }

    @api.model
    def _render_document(self, record, template, values):
        return {
            "id": record.id,
            "lang": values["lang"],
            "direction": values["direction"],
            "title": self._get_footer(values),
            "html": self.env["collection.message.composer"]._render(template, values),
        }

    @api.model
    def _get_footer(self, values):
        """:return: what stands at the foot of each page"""
        if "case" not in values:
            title = values.get("title") or values["subject"]
            return f"{values['company'].name} · {title}"
        return f"{values['company'].name} · {values['subject']} · {values['case'].name}"

    # ------------------------------------------------------------------
    # Preparers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_letters(self, steps):
        """:return: dict of values per step: its letter, as it would go out now"""
        histories = self.env["collection.demand.history"]._get_histories(steps)
        return self.env["collection.message.composer"]._prepare(steps, histories)

    @api.model
    def _prepare_statements(self, steps):
        """:return: dict of values per step: the statement that goes with its e-mail"""
        statement = self.env["collection.statement"]
        composer = self.env["collection.message.composer"]
        # A statement lists nothing.
        prepared = composer._prepare(steps, {step: [] for step in steps})
        return {
            step: statement._get_values(values, values["exposures"])
            for step, values in prepared.items()
        }

    @api.model
    def _prepare_confirmations(self, promises):
        """:return: dict of values per promise: what was agreed, as a letter"""
        notice = self.env["collection.customer.notice"]
        return {promise: notice._prepare_letter(promise) for promise in promises}

    @api.model
    def _prepare_summaries(self, contacts):
        """:return: dict of values per contact: the conversation, as a page on file"""
        summary = self.env["collection.conversation.summary"]
        notice = self.env["collection.customer.notice"]
        prepared = {}
        for contact in contacts:
            subject, words = summary._write_words(contact)
            recipient, _problem = summary._find_recipient(contact)
            values = notice._get_values(
                contact.case_id,
                recipient,
                summary._get_lang(contact),
                contact.move_ids,
                words,
            )
            prepared[contact] = {**values, "subject": subject}
        return prepared
