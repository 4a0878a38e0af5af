from odoo import api, fields, models
from odoo.tools import SQL


class CollectionReviewRequest(models.Model):
    """Customers whose ledger has just changed: the queue of the small review.

    Rows are only ever inserted by the one who changes the ledger, so that a payment
    never waits for, nor collides with, the scheduler that is working on the case.
    """

    _name = "collection.review.request"
    _description = "Customer to Review"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")

    @api.model
    def _request(self, lines):
        """Ask for a review of the customers of these journal items.

        :param lines: account.move.line records whose residual has changed
        """
        lines = lines.filtered(
            lambda line: line.account_type == "asset_receivable" and line.partner_id
        )
        vals = {
            (line.company_id.id, line.partner_id.commercial_partner_id.id)
            for line in lines
        }
        if not vals:
            return
        # Whoever may post a payment may cause the review; no other right is given.
        self.sudo().create(
            [
                {"company_id": company, "partner_id": partner}
                for company, partner in vals
            ]
        )
        self._trigger_review()

    @api.model
    def _trigger_review(self, in_minutes=0):
        cron = self.env.ref(
            "account_collections.ir_cron_review_changes", raise_if_not_found=False
        )
        if cron:
            now = fields.Datetime.now()
            cron._trigger(fields.Datetime.add(now, minutes=in_minutes))

    @api.model
    def _put_back(self, company, partner_ids):
        """Keep requests whose company another worker is reviewing for the next turn."""
        self.sudo().create(
            [{"company_id": company.id, "partner_id": pid} for pid in partner_ids]
        )
        self._trigger_review(in_minutes=1)

    @api.model
    def _take(self, limit):
        """Take requests off the queue; other workers skip what this one has taken.

        :param int limit: how many to take at most
        :return: set of commercial partner ids per company id
        """
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM collection_review_request
                 WHERE id IN (SELECT id FROM collection_review_request
                               ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING company_id, partner_id
                """,
                limit,
            )
        )
        self.invalidate_model()
        partners_by_company = {}
        for company_id, partner_id in rows:
            partners_by_company.setdefault(company_id, set()).add(partner_id)
        return partners_by_company
