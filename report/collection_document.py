from odoo import api, models


class CollectionDocument(models.AbstractModel):
    """What the reports on letters and statements share: documents, ready rendered.

    A report names its model and its template, and says how to prepare the values.
    """

    _name = "collection.document"
    _description = "Letters and Statements"

    _document_model = "collection.step"
    _document_template = ""

    @api.model
    def _get_report_values(self, docids, data=None):
        """:return: one HTML document per record, in the recipient's language"""
        prepared = (data or {}).get("collection_values")
        # Only code can pass values: what comes in over the network has no numbers as
        # keys, so nobody can have their own words printed.
        if not isinstance(prepared, dict):
            prepared = {}
        records = self.env[self._document_model].browse(docids)
        missing = records.filtered(lambda record: record.id not in prepared)
        values = self._prepare(missing)
        return {
            "doc_ids": records.ids,
            "doc_model": records._name,
            "docs": records,
            "documents": [
                self._render_document(record, prepared.get(record.id) or values[record])
                for record in records
            ],
        }

    @api.model
    def _prepare(self, records):
        """:return: dict of the values of the template per record"""
        raise NotImplementedError

    @api.model
    def _render_document(self, record, values):
        render = self.env["collection.message.composer"]._render
        return {
            "id": record.id,
            "lang": values["lang"],
            "direction": values["direction"],
            "title": self._get_title(values),
            "html": render(self._document_template, values),
        }

    @api.model
    def _get_title(self, values):
        """:return: what stands at the foot of each page"""
        if "case" not in values:
            return f"{values['company'].name} · {values['title']}"
        return f"{values['company'].name} · {values['subject']} · {values['case'].name}"
