from odoo import api, models
from odoo.tools import SQL

from .collection_exposure import RECEIVABLE

# ``line``, on ``account``, is a credit of a customer that waits to be matched.
UNMATCHED = SQL(
    """
    line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
    AND line.no_followup IS NOT TRUE AND line.amount_residual < 0
    AND line.amount_residual_currency < 0 AND %s
    """,
    RECEIVABLE,
)
# What ``move`` takes off a debt was not owed.
IS_CREDIT = SQL(
    "(move.move_type IN ('out_refund', 'out_invoice')"
    " OR move.reversed_entry_id IS NOT NULL)"
)


class CollectionReceivedMoney(models.AbstractModel):
    """Money that has come in on open items since something was agreed about them.

    The only place that says what counts as money: payments, and entries that bring
    what a payment brings. Credit notes, write-offs and exchange differences do not.
    Nothing of it is stored, so that an undone payment undoes it.
    """

    _name = "collection.received.money"
    _description = "Money Received on Open Items"

    @api.model
    def _allocations_sql(self, agreements):
        """Find the money allocated to the items of agreements.

        In: one row per agreement and item, with ``agreement_id``, ``line_id``, the
        first day that counts, ``date_start``, and the ids of the last allocation there
        was before, ``after``, for what came earlier on the same day does not count, and
        of the last that counts, ``until``; NULL sets no limit.
        Out: one row per allocation, with ``agreement_id``, ``date``, and, in the
        currency of the item, ``amount`` that is money, what was ``written_off``, and
        what was ``credited``: that was not owed.
        Example: a promise of 1 March about an invoice of 100.00; on the 5th a payment
        of 60.00 that writes off 10.00 more, and a credit note of 30.00, are matched
        with it: one row of 60.00, 10.00 and 0, and one of 0, 0 and 30.00.

        :param SQL agreements: a query
        """
        return SQL(
            """
            SELECT agreement.agreement_id, partial.max_date AS date,
                   ROUND(matched.amount * money.share, 6) AS amount,
                   ROUND(matched.amount * (1 - money.share), 6) AS written_off,
                   partial.debit_amount_currency - matched.amount AS credited
              FROM (%(agreements)s) agreement
              JOIN account_partial_reconcile partial
                ON partial.debit_move_id = agreement.line_id
              JOIN account_move_line paying ON paying.id = partial.credit_move_id
              JOIN account_move move ON move.id = paying.move_id
             CROSS JOIN LATERAL (%(share)s) money
             CROSS JOIN LATERAL (
                SELECT CASE WHEN %(is_credit)s THEN 0
                            ELSE partial.debit_amount_currency END AS amount) matched
             WHERE (agreement.date_start IS NULL
                    OR partial.max_date >= agreement.date_start)
               AND (agreement.after IS NULL OR partial.id > agreement.after)
               AND (agreement.until IS NULL OR partial.id <= agreement.until)
            """,
            agreements=agreements,
            share=self._share_sql(),
            is_credit=IS_CREDIT,
        )

    @api.model
    def _unmatched_sql(self, agreement):
        """Find the money, and the credit notes, of a customer that are not matched with
        anything yet; the decision counts them, so the agreements do.

        Also with the branches of the company, which are one legal person with it.

        In: ``partner_id``, ``company_id`` and ``currency_id`` of an agreement, the
        first and the last day that count, ``date_start`` and ``date_end``, and the id
        of the last journal item that was there before, ``after_line``.
        Out: one row with ``amount`` of money and what was ``credited``.
        Example: 1,000.00 were promised for the 10th, and arrive on the 9th: 1,000.00,
        until somebody matches them with the invoice.

        :param SQL agreement: name of the table with one agreement
        """
        return SQL(
            """
            SELECT COALESCE(SUM(unmatched.amount * money.share), 0) AS amount,
                   COALESCE(SUM(unmatched.credited), 0) AS credited
              FROM res_partner partner
              JOIN account_move_line line ON line.partner_id = partner.id
              JOIN (%(siblings)s) sibling ON sibling.company_id = line.company_id
               AND sibling.agreed_id = %(agreement)s.company_id
              JOIN account_account account ON account.id = line.account_id
              JOIN account_move move ON move.id = line.move_id
             CROSS JOIN LATERAL (%(share)s) money
             CROSS JOIN LATERAL (
                SELECT CASE WHEN %(is_credit)s THEN 0
                            ELSE -line.amount_residual_currency END AS amount,
                       CASE WHEN %(is_credit)s THEN -line.amount_residual_currency
                            ELSE 0 END AS credited) unmatched
             WHERE partner.commercial_partner_id = %(agreement)s.partner_id
               AND line.currency_id = %(agreement)s.currency_id
               AND line.date BETWEEN %(agreement)s.date_start AND %(agreement)s.date_end
               AND line.id > %(agreement)s.after_line AND %(unmatched)s
            """,
            agreement=agreement,
            share=self._share_sql(),
            siblings=self._siblings_sql(),
            is_credit=IS_CREDIT,
            unmatched=UNMATCHED,
        )

    @api.model
    def _siblings_sql(self):
        """:return: SQL with each company, ``agreed_id``, and the companies that are one
        legal person with it: itself, its branches, and those of the same root"""
        return SQL(
            """
            SELECT agreed.id AS agreed_id, sibling.id AS company_id
              FROM res_company agreed
              JOIN res_company sibling
                ON SPLIT_PART(sibling.parent_path, '/', 1)
                 = SPLIT_PART(agreed.parent_path, '/', 1)
            """
        )

    @api.model
    def _share_sql(self):
        """Say how much of the entry ``move`` brought money.

        In: the lines of the entry, but for the debt itself.
        Out: one row with ``share``, from 0 to 1.
        Example: a payment of 60.00 in cash that writes off 10.00 has 6/7. A line of a
        bank statement has 1, an entry against a loss or another customer's debt 0.

        What counts as money: cash, clearing accounts and what we owe the customer; of
        a payment or a line of a bank statement all but gains and losses.
        """
        return SQL(
            """
            SELECT COALESCE(
                       SUM(counterpart.balance) FILTER (WHERE
                           account.account_type IN (
                               'asset_cash', 'asset_current', 'liability_credit_card',
                               'liability_payable')
                           OR (move.origin_payment_id IS NOT NULL
                               OR move.statement_line_id IS NOT NULL)
                           AND account.account_type NOT LIKE 'income%%'
                           AND account.account_type NOT LIKE 'expense%%')
                       / NULLIF(SUM(counterpart.balance), 0), 0) AS share
              FROM account_move_line counterpart
              JOIN account_account account ON account.id = counterpart.account_id
             WHERE counterpart.move_id = move.id AND counterpart.balance > 0
            """
        )
