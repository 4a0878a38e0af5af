from odoo import models
from odoo.tools import SQL


class IrAttachment(models.Model):
    """The agreement of an installment plan, as offered and as signed, is evidence."""

    _inherit = "ir.attachment"

    def _filter_collection_evidence(self):
        evidence = super()._filter_collection_evidence()
        if not self.ids:
            return evidence
        names = ["document_id", "signed_document_id"]
        self.env["collection.plan"].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attachment.id FROM ir_attachment attachment
                 WHERE attachment.id = ANY(%(ids)s) AND (
                    EXISTS (SELECT FROM collection_plan plan
                             WHERE attachment.id IN (
                                plan.document_id, plan.signed_document_id))
                    -- A signature is an image kept with the plan.
                    OR attachment.res_model = 'collection.plan'
                       AND attachment.res_field = 'signature')
                """,
                ids=self.ids,
            )
        )
        return evidence | self.browse(id_ for [id_] in rows)
