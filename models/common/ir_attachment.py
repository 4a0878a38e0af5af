from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What it belongs to and is called; who loses that loses the right to read it.
PLACE = {"res_model", "res_id", "res_field", "name", "public"}
CONTENT = {"raw", "datas", "db_datas", "store_fname", "checksum", "type", "url"}
DRAFT_STATES = ("draft", "ready")


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

    def _filter_collection_evidence__1(self):
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

    # ------------------------------------------------------------------
    # Claims
    # ------------------------------------------------------------------

    def _filter_collection_evidence__2(self):
        evidence = self._filter_collection_evidence__1()
        if not self.ids:
            return evidence
        # Evidence is evidence for those, too, who may not see the claim.
        claims = (
            self.env["collection.claim"]
            .sudo()
            .search(
                [
                    ("state", "not in", DRAFT_STATES),
                    "|",
                    ("packet_id", "in", self.ids),
                    ("receipt_id", "in", self.ids),
                ]
            )
        )
        filed = (claims.packet_id | claims.receipt_id) & self
        return evidence | filed | self._filter_claim_exhibits()

    def _filter_claim_exhibits(self):
        """:return: the documents behind the exhibits of filed claims"""
        own = self.filtered(
            lambda attachment: attachment.res_model == "collection.claim.exhibit"
        )
        if not own:
            return own
        Exhibit = self.env["collection.claim.exhibit"].sudo()
        exhibits = Exhibit.browse(own.mapped("res_id")).exists()
        filed = exhibits.filtered(
            lambda exhibit: exhibit.claim_id.state not in DRAFT_STATES
        )
        return own.filtered(lambda attachment: attachment.res_id in filed.ids)

    # ------------------------------------------------------------------
    # Installment plans
    # ------------------------------------------------------------------

    def _filter_collection_evidence(self):
        evidence = self._filter_collection_evidence__2()
        if not self.ids:
            return evidence
        names = ["document_id", "signed_document_id"]
        self.env["collection.installment.plan"].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attachment.id FROM ir_attachment attachment
                 WHERE attachment.id = ANY(%(ids)s) AND (
                    EXISTS (SELECT FROM collection_installment_plan plan
                             WHERE attachment.id IN (
                                plan.document_id, plan.signed_document_id))
                    -- A signature is an image kept with the plan.
                    OR attachment.res_model = 'collection.installment.plan'
                       AND attachment.res_field = 'signature')
                """,
                ids=self.ids,
            )
        )
        return evidence | self.browse(id_ for [id_] in rows)
