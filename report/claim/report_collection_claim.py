from odoo import api, models

PARTS = ("form", "statement", "account", "index")


class ReportCollectionClaim(models.AbstractModel):
    """The form of a claim, its statements, and the index of its packet."""

    _name = "report.account_collections.report_collection_claim"
    _description = "Proof of Claim (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:return: one HTML document per claim, in the language of the proceedings"""
        claims = self.env["collection.claim"].browse(docids)
        part = (data or {}).get("claim_part")
        if part not in PARTS:
            part = "form"
        rows = (data or {}).get("claim_rows") or []
        return {
            "doc_ids": claims.ids,
            "doc_model": claims._name,
            "docs": claims,
            "documents": [self._get_document(claim, part, rows) for claim in claims],
        }

    @api.model
    def _get_document(self, claim, part, rows):
        own = claim.with_context(lang=claim.lang)
        service = self.env["collection.claim.document"].with_env(own.env)
        template, values = service._get_part(own, part, rows)
        return {
            "id": claim.id,
            "lang": claim.lang,
            "direction": values["direction"],
            "title": self._get_title(own, part),
            "html": self.env["collection.message.composer"]._render(template, values),
        }

    @api.model
    def _get_title(self, claim, part):
        """:return: what stands at the foot of each page"""
        if part == "form" and claim._is_american():
            return "Official Form 410 · Proof of Claim"
        parts = (claim.company_id.name, claim._get_form_title(), claim.case_number)
        return " · ".join(filter(None, parts))
