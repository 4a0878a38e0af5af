from odoo import api, models
from odoo.tools import format_datetime
from odoo.tools.image import image_data_uri


class CollectionSignatureDocument(models.AbstractModel):
    """What stands on the page about a signature: who signed what, when and from
    where."""

    _name = "collection.signature.document"
    _description = "Page on a Signature"

    @api.model
    def _get_values(self, record):
        """:return: dict for the template ``collection_signature_document``, but for the
        letterhead; in the language of the record's environment"""
        zone = record.company_id._get_collection_zone()
        return {
            "record": record,
            "signature_uri": record.signature and image_data_uri(record.signature),
            "signed_on": format_datetime(record.env, record.signed_on, tz=zone),
            "zone": zone,
        }
