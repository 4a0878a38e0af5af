from odoo import api, models
from odoo.exceptions import AccessError


class CollectionEvidenceMixin(models.AbstractModel):
    """Documents of a record that are evidence: nobody changes or deletes them.

    A model names the fields that hold them, many2one and many2many fields of
    ``ir.attachment`` or binary fields, and says from when on they are evidence.
    """

    _name = "collection.evidence.mixin"
    _description = "Documents Kept as Evidence"

    _evidence_fields = ()

    @api.model
    def _get_evidence_domain(self):
        """:return: domain of the records whose documents are evidence"""
        return []

    @api.model
    def _check_own_files(self, attachments):
        """Let people make evidence of what they have uploaded alone: nobody changes
        or deletes it any more.

        :raises AccessError: when one of these ir.attachment records is another's
        """
        # Sudo: whose file it is decides, and is not shown.
        others = attachments.sudo().filtered(
            lambda file: file.create_uid != self.env.user
        )
        if others and not self.env.su:
            raise AccessError(
                self.env._(
                    "Only files that you have uploaded yourself become evidence."
                    " Upload a copy of the others."
                )
            )

    @api.model
    def _filter_evidence(self, attachments):
        """:return: those of these ir.attachment records that are evidence"""
        # Sudo: they are evidence for those, too, who may not see the record.
        Model = self.sudo().with_context(active_test=False, skip_res_field_check=True)
        evidence = attachments.browse()
        for name in self._evidence_fields:
            if self._fields[name].type == "binary":
                evidence |= Model._filter_stored_evidence(name, attachments)
            else:
                evidence |= Model._find_linked_evidence(name, attachments)
        return evidence & attachments

    @api.model
    def _filter_stored_evidence(self, name, attachments):
        own = attachments.filtered(
            lambda attachment: (
                attachment.res_model == self._name and attachment.res_field == name
            )
        )
        domain = [("id", "in", own.mapped("res_id")), *self._get_evidence_domain()]
        ids = set(self.search(domain).ids) if own else ()
        return own.filtered(lambda attachment: attachment.res_id in ids)

    @api.model
    def _find_linked_evidence(self, name, attachments):
        domain = [(name, "in", attachments.ids), *self._get_evidence_domain()]
        records = self.search(domain)
        # Read with the context of this search, which hides no attachment.
        records.invalidate_recordset([name])
        records.fetch([name])
        return records[name].with_env(attachments.env)
