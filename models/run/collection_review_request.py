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
        """Ask for a review of the customers of these journal items; in branches of
        the same company, too, whose cases count the same credits.

        :param lines: account.move.line records whose residual has changed
        """
        if not lines:
            return
        lines.flush_recordset(["account_id", "company_id", "partner_id"])
        if self.env.execute_query(self._request_sql(lines)):
            self._trigger_review()

    @api.model
    def _request_sql(self, lines):
        """:return: SQL that puts the customers of journal items on the queue. A payment
        waits for this: one statement, which the ORM would need four for"""
        return SQL(
            """
            INSERT INTO collection_review_request (company_id, partner_id)
            SELECT DISTINCT relative.id, partner.commercial_partner_id
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_company company ON company.id = line.company_id
              JOIN res_company relative
                ON SPLIT_PART(relative.parent_path, '/', 1)
                   = SPLIT_PART(company.parent_path, '/', 1)
             WHERE line.id = ANY(%s)
               AND account.account_type = 'asset_receivable'
               AND partner.commercial_partner_id IS NOT NULL
               AND (relative.id = company.id OR EXISTS (
                    SELECT FROM collection_case case_
                     WHERE case_.company_id = relative.id
                       AND case_.partner_id = partner.commercial_partner_id
                       AND case_.state <> 'closed'))
         RETURNING id
            """,
            lines.ids,
        )

    @api.model
    def _trigger_review(self, in_minutes=0):
        # Remembered, where Odoo's reference and trigger would read the record.
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "account_collections.ir_cron_review_changes"
        )
        if not cron_id:
            return
        at = fields.Datetime.add(fields.Datetime.now(), minutes=in_minutes)
        # Sudo: whoever may post a payment may cause the review; nothing else is given.
        cron = self.env["ir.cron"].sudo().browse(cron_id)
        self.env["ir.cron.trigger"].sudo().create({"cron_id": cron_id, "call_at": at})
        if not in_minutes:
            self.env.cr.postcommit.add(cron._notifydb)

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
