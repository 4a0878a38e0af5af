from odoo import api, models


class ReportCollectionClaimGoods(models.AbstractModel):
    """The request for the goods of the last 20 days (11 U.S.C. 503(b)(9)).

    Official Form 410 must not be used for it; so it is a document of its own, which is
    filed as the court's local rules say.
    """

    _name = "report.account_collections.report_collection_claim_goods"
    _inherit = "report.account_collections.report_collection_claim"
    _description = "Request for Goods Received before a Bankruptcy (PDF)"

    @api.model
    def _get_document(self, claim, part, rows):  # pylint: disable=unused-argument
        return super()._get_document(claim, "goods", rows)

    @api.model
    def _get_title(self, claim):  # pylint: disable=unused-argument
        return self.env._("Request for goods, § 503(b)(9)")
