from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What it belongs to and is called; who loses that loses the right to read it.
PLACE = {"res_model", "res_id", "res_field", "name", "public"}
CONTENT = {"raw", "datas", "db_datas", "store_fname", "checksum", "type", "url"}


class IrAttachment(models.Model):
    """What is attached to the contact log, and the document of a letter, is evidence:
    it is neither deleted nor given another content."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT & vals.keys():
            for attachment in self._filter_collection_evidence():
                # Moving the files to another storage writes the same content again.
                if vals.keys() - {"raw", "mimetype"} or (
                    self._compute_checksum(vals["raw"] or b"") != attachment.checksum
                ):
                    attachment._raise_collection_evidence()
        places = PLACE & vals.keys()
        if places and not self.env.su:
            for attachment in self._filter_collection_evidence():
                if attachment.res_id and any(
                    attachment[name] != vals[name] for name in places
                ):
                    attachment._raise_collection_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collection_evidence(self):
        if evidence := self._filter_collection_evidence():
            evidence[:1]._raise_collection_evidence()

    def _raise_collection_evidence(self):
        raise UserError(
            self.env._(
                "“%s” is evidence of a collection case. It cannot be changed nor"
                " deleted.",
                self.name,
            )
        )

    def _filter_collection_evidence(self):
        """:return: those that belong to a contact, are a letter or its receipt"""
        if not self.ids:
            return self.browse()
        self.env["collection.contact"].flush_model(["attachment_ids"])
        self.env["collection.letter"].flush_model(["attachment_id", "receipt_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ir_attachment_id FROM collection_contact_ir_attachment_rel
                 WHERE ir_attachment_id = ANY(%(ids)s)
                 UNION SELECT attachment_id FROM collection_letter
                        WHERE attachment_id = ANY(%(ids)s)
                 UNION SELECT attachment_id FROM collection_letter_receipt_rel
                        WHERE attachment_id = ANY(%(ids)s)
                """,
                ids=self.ids,
            )
        )
        return self.browse(id_ for [id_] in rows)
