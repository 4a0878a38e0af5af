from odoo import api, models
from odoo.tools import SQL

from .collection_snapshot import OF_CUSTOMERS


class CollectionReview(models.AbstractModel):
    """Bring the cases of a company in line with its ledger. Set-based.

    Opens, refreshes and closes cases with a fixed number of statements, however many
    customers there are. Reads the exposure once into a temporary table that the plan
    reads too. Writes the ``collection_*`` tables and the stage on the invoice only.
    """

    _name = "collection.review"
    _description = "Collection Review"

    @api.model
    def _review(self, company, as_of, partner_ids=None, ledger_date=None):
        """Review a company as of a day.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners
        :param date ledger_date: use the ledger as of that past day
        :return: dict with the numbers of cases opened and closed
        """
        self.env.flush_all()
        self.env["collection.snapshot"]._build(
            company, as_of, partner_ids, ledger_date, is_review=True
        )
        opened = self._reopen_cases(company)
        restrict = SQL(OF_CUSTOMERS, partners=partner_ids)
        figures = self.env["collection.case.figures"]
        opened += figures._refresh(company, as_of, partner_ids)
        # First, while there are none but those known before.
        self._settle_items(company, as_of, restrict)
        self._move_items()
        self._insert_items()
        self._move_holds(company)
        self.env["collection.policy.matching"]._match_stages(company, restrict)
        closed = self._close_cases(company, as_of, restrict)
        figures._refresh_invoices(company, restrict)
        self.env.invalidate_all(flush=False)
        return {"opened_count": opened, "closed_count": closed}

    @api.model
    def _execute(self, query):
        """Run a statement and return the number of rows it touched."""
        self.env.cr.execute(query)
        return self.env.cr.rowcount

    @api.model
    def _reopen_cases(self, company):
        """A settled item that is open again (payment undone) brings its case back.

        In: the debts of the snapshot, and the cases they were in when last settled.
        Out: the last closed case of each customer without an open one is active.
        Example: the check that paid the invoice of case C000123 bounces: C000123 goes
        on, with the stage its items had reached.
        """
        return self._execute(
            SQL(
                """
                UPDATE collection_case AS case_
                   SET state = 'active', date_closed = NULL, closing_reason = NULL
                 WHERE case_.id IN (
                    SELECT DISTINCT ON (old.partner_id) old.id
                      FROM collection_snapshot snapshot
                      JOIN collection_case old ON old.id = snapshot.case_id
                     WHERE snapshot.is_debt
                       AND old.state = 'closed'
                       AND old.partner_id = snapshot.partner_id
                       AND NOT EXISTS (
                            SELECT FROM collection_case open_case
                             WHERE open_case.company_id = %(company)s
                               AND open_case.partner_id = old.partner_id
                               AND open_case.state <> 'closed')
                     ORDER BY old.partner_id, old.id DESC)
                """,
                company=company.id,
            )
        )

    @api.model
    def _insert_items(self):
        """Take up what is collected from now on.

        In: the debts of the snapshot that have no item, and the cases of this run.
        Out: rows of ``collection_item``, with no stage reached.
        Example: an invoice posted yesterday in two installments: two items.
        """
        self._execute(
            SQL(
                """
                INSERT INTO collection_item (
                    move_line_id, case_id, date_maturity, days_frozen, is_open)
                SELECT snapshot.move_line_id, case_.case_id, snapshot.date_maturity, 0,
                       TRUE
                  FROM collection_snapshot snapshot
                  JOIN collection_figure case_
                    ON case_.partner_id = snapshot.partner_id
                 WHERE snapshot.item_id IS NULL AND snapshot.is_debt
                 -- Neighbors in the ledger are neighbors in the index.
                 ORDER BY snapshot.move_line_id
                """
            )
        )

    @api.model
    def _move_items(self):
        """Items open again, with another due date, or of a customer who has another
        commercial entity now. The stage they had reached stays; with another due date,
        other days were frozen.

        In: the debts of the snapshot that have an item, and the cases of this run.
        Out: case, due date and "open" of the items that are not as the ledger says.
        Example: the customer becomes a part of another company: the item goes from case
        C000123 to C000045, and stays at "Reminder 2".
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH moved AS MATERIALIZED (
                    SELECT snapshot.item_id, snapshot.date_maturity, case_.case_id
                      FROM collection_snapshot snapshot
                      JOIN collection_figure case_
                        ON case_.partner_id = snapshot.partner_id
                     WHERE snapshot.item_id IS NOT NULL AND snapshot.is_debt
                       AND (snapshot.is_outdated
                            OR snapshot.case_id <> case_.case_id))
                UPDATE collection_item item
                   SET case_id = moved.case_id, is_open = TRUE, date_settled = NULL,
                       date_maturity = moved.date_maturity
                  FROM moved
                 WHERE item.id = moved.item_id
                   -- They are few, and looked up instead of reading all.
                   AND item.id = ANY(ARRAY(SELECT item_id FROM moved))
                RETURNING item.id
                """
            )
        )
        moved = self.env["collection.item"].browse(id_ for [id_] in rows)
        moved._count_frozen_days()

    @api.model
    def _move_holds(self, company):
        """The holds of a customer who has another commercial entity now go with the
        items: what was not to be chased is not chased under another name.

        In: active holds of cases whose customer is a part of another one now.
        Out: the same holds on the open case of the other, which is on hold by that.
        Example: C000123 is on hold and its customer was merged into that of C000045:
        C000045 is on hold.
        """
        moved = self._execute(
            SQL(
                """
                UPDATE collection_hold hold SET case_id = target.id
                  FROM collection_case old
                  JOIN res_partner partner ON partner.id = old.partner_id
                  JOIN collection_case target
                    ON target.company_id = old.company_id
                   AND target.partner_id = partner.commercial_partner_id
                   AND target.state <> 'closed'
                 WHERE old.id = hold.case_id AND old.company_id = %s
                   AND partner.commercial_partner_id <> old.partner_id
                   AND hold.state = 'active'
                """,
                company.id,
            )
        )
        if moved:
            self._execute(
                SQL(
                    """
                    UPDATE collection_case AS case_ SET state = 'hold'
                      FROM collection_hold hold
                     WHERE hold.case_id = case_.id AND hold.state = 'active'
                       AND hold.scope = 'case' AND case_.company_id = %s
                       AND case_.state <> 'closed'
                    """,
                    company.id,
                )
            )

    @api.model
    def _settle_items(self, company, as_of, restrict):
        """Settle what is paid, or is not to be collected any more.

        In: the open items of the customers, and the snapshot.
        Out: the items that are no debt there are not open, since today.
        Example: the invoice was paid yesterday: its item is settled.
        """
        self._execute(
            SQL(
                """
                UPDATE collection_item item
                   SET is_open = FALSE, date_settled = %(as_of)s
                  FROM collection_case case_
                 WHERE case_.id = item.case_id AND case_.company_id = %(company)s
                   AND item.is_open AND %(restrict)s
                   AND NOT EXISTS (
                        SELECT FROM collection_snapshot snapshot
                         WHERE snapshot.move_line_id = item.move_line_id
                           AND snapshot.is_debt)
                """,
                as_of=as_of,
                company=company.id,
                restrict=restrict,
            )
        )

    @api.model
    def _close_cases(self, company, as_of, restrict):
        """A case without an open item ends, which is a decision like any other; its
        holds end with it.

        In: the cases closed now.
        Out: a row of ``collection_decision`` for each.
        Example: the last invoice of C000123 was paid: "settled", for 0.00.
        """
        closed = self._execute(
            SQL(
                """
                WITH closed AS (%(closed)s)
                INSERT INTO collection_decision (
                    case_id, company_id, date, reason, amount_net,
                    create_date, write_date)
                SELECT id, %(company)s, %(as_of)s, reason, 0,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM closed
                """,
                closed=self._close_sql(company, as_of, restrict),
                as_of=as_of,
                company=company.id,
            )
        )
        if closed:
            self._end_holds(as_of)
        return closed

    @api.model
    def _close_sql(self, company, as_of, restrict):
        """:return: SQL that closes the cases without an open item and says which, with
        the reason: "merged" if the items went on to the entity that the customer is a
        part of now, and "settled" else"""
        return SQL(
            """
            UPDATE collection_case AS case_
               SET state = 'closed', date_closed = %(as_of)s,
                   closing_reason = ending.reason, reason = ending.reason,
                   stage_id = NULL, next_stage_id = NULL, date_next = NULL,
                   amount_net = 0
              FROM res_partner partner
             CROSS JOIN LATERAL (
                SELECT CASE WHEN partner.commercial_partner_id = partner.id
                            THEN 'settled' ELSE 'merged' END AS reason) ending
             WHERE partner.id = case_.partner_id
               AND case_.company_id = %(company)s AND case_.state <> 'closed'
               AND %(restrict)s
               AND NOT EXISTS (SELECT FROM collection_item item
                                WHERE item.case_id = case_.id AND item.is_open)
            RETURNING case_.id, case_.reason
            """,
            as_of=as_of,
            company=company.id,
            restrict=restrict,
        )

    @api.model
    def _end_holds(self, as_of):
        """Nothing is held on a case that is closed.

        In: active holds of closed cases.
        Out: the same holds, ended; the days they took count as frozen.
        Example: on hold from the 1st, closed on the 5th: ended on the 5th.
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE collection_hold hold SET state = 'ended', date_end = %s
                  FROM collection_case case_
                 WHERE case_.id = hold.case_id AND case_.state = 'closed'
                   AND hold.state = 'active'
                RETURNING hold.id
                """,
                as_of,
            )
        )
        self.env.invalidate_all(flush=False)
        for hold in self.env["collection.hold"].browse(id_ for [id_] in rows):
            hold._get_held_items()._freeze_days(hold.date_start, as_of)
