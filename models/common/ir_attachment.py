from odoo import api, models
from odoo.exceptions import UserError

# Where it belongs and what it is called; without a place nobody may read it any more.
LOCATION_FIELDS = {"res_model", "res_id", "res_field", "name", "public"}
CONTENT_FIELDS = {"raw", "datas", "db_datas", "store_fname", "checksum", "type", "url"}


class IrAttachment(models.Model):
    """Documents that a record of collections holds as evidence are neither deleted nor
    given another content; see ``collection.evidence.mixin``."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT_FIELDS & vals.keys():
            for attachment in self._filter_collection_evidence():
                # Moving the files to another storage writes the same content again.
                if vals.keys() - {"raw", "mimetype"} or (
                    self._compute_checksum(vals["raw"] or b"") != attachment.checksum
                ):
                    attachment._raise_collection_evidence()
        places = LOCATION_FIELDS & vals.keys()
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
                "“%s” is evidence of a collection case. It cannot be changed or "
                "deleted.",
                self.name,
            )
        )

    def _filter_collection_evidence(self):
        """:return: those that a record of collections holds as evidence"""
        evidence = self.browse()
        if self.ids:
            mixin = "collection.evidence.mixin"
            for model in self.env.registry.descendants([mixin], "_inherit"):
                evidence |= self.env[model]._filter_evidence(self)
        return evidence
