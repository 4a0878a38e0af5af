from odoo import api, models
from odoo.tools import SQL

from ...tools.ageing import BUCKETS, OVERDUE
from ..ledger.collection_exposure import (
    CREDIT,
    DISPUTED,
    HELD,
    OPEN,
    PLANNED,
    PROMISED,
    STAYED,
)

INTEGER, NUMERIC = SQL("integer"), SQL("numeric")
BOOLEAN, DATE, VARCHAR = SQL("boolean"), SQL("date"), SQL("varchar")

# What the review copies to the case from the sums of the customer.
SUMS = (
    "amount_open",
    "amount_overdue",
    *(bucket.name for bucket in BUCKETS),
    "amount_held",
    "amount_credit",
    "amount_overdue_open",
    "amount_disputed",
    "amount_promised",
    "amount_planned",
    "amount_stayed",
    "item_count",
)
FIGURES = (*SUMS, "date_oldest_due", "stage_id")
# What credits cover of a bucket, per name of its sum.
COVERED = {bucket.name: f"{bucket.name}_covered" for bucket in BUCKETS}
TOTALS = (
    ("partner_id", INTEGER, "the customer"),
    *((bucket.name, NUMERIC, "live debts so late") for bucket in BUCKETS),
    ("amount_overdue", NUMERIC, "live debts that are late"),
    ("amount_open", NUMERIC, "live debts, late or not"),
    ("amount_overdue_open", NUMERIC, "what may be asked for of the overdue"),
    ("amount_due_now", NUMERIC, "what may be asked for of all"),
    ("amount_held", NUMERIC, "on hold"),
    ("amount_disputed", NUMERIC, "disputed"),
    ("amount_promised", NUMERIC, "promised"),
    ("amount_planned", NUMERIC, "on installments"),
    ("amount_stayed", NUMERIC, "stayed by a bankruptcy"),
    ("amount_credit", NUMERIC, "open credits, at the rates of their days"),
    ("amount_set_off", NUMERIC, "what credits cover of the overdue, or all if they do"),
    ("open_count", INTEGER, "items to collect"),
    ("rest", INTEGER, "what keeps items from being collected, see RESTS"),
    ("stayed_count", INTEGER, "items that are stayed"),
    ("live_count", INTEGER, "live debts"),
    ("item_count", INTEGER, "debts"),
    ("date_oldest_due", DATE, "due date of the oldest live debt"),
    ("date_oldest_left", DATE, "the same without what credits cover"),
    ("stage_id", INTEGER, "the highest stage that a live debt has reached"),
)
# The working tables of a run, in the order in which they are filled: per column its
# name, its type and what it says. Amounts are in the company's currency unless said.
TABLES = {
    # What is open in the ledger: one row per receivable item.
    "collection_snapshot": (
        ("move_line_id", INTEGER, "the journal item"),
        ("item_id", INTEGER, "the item it is collected as, if it had one before"),
        ("case_id", INTEGER, "the case of that item"),
        ("partner_id", INTEGER, "the customer: the commercial partner of today"),
        ("stage_id", INTEGER, "the stage reached"),
        ("date_stage", DATE, "since when"),
        ("days_frozen", INTEGER, "days since then that do not count as waiting"),
        ("date_resumed", DATE, "when the last hold, dispute or promise ended"),
        ("has_item", BOOLEAN, "there is an item, or the review makes one now"),
        ("date_maturity", DATE, "the due date"),
        ("status", VARCHAR, "why it is, or is not, collected"),
        ("is_debt", BOOLEAN, "the customer owes it, and it is followed up"),
        ("is_outdated", BOOLEAN, "the item is closed, or has another due date"),
        ("is_live", BOOLEAN, "a debt that is not stayed: it counts in the figures"),
        ("amount_residual", NUMERIC, "open"),
        ("amount_residual_currency", NUMERIC, "open, in its own currency"),
        ("amount_disputed", NUMERIC, "disputed, in its own currency"),
        ("amount_promised", NUMERIC, "promised, in its own currency"),
        ("amount_planned", NUMERIC, "on installments, in its own currency"),
        ("amount_in_transit", NUMERIC, "on its way, in its own currency"),
        ("amount_held", NUMERIC, "on hold"),
        ("amount_due", NUMERIC, "to ask for, in its own currency"),
        ("amount_collectable", NUMERIC, "to ask for"),
        ("foreign_id", INTEGER, "its currency, if that is not the company's"),
        ("company_id", INTEGER, "the company"),
        ("digits", INTEGER, "decimal places of the company's currency"),
        ("is_payback", BOOLEAN, "money that went back to the customer"),
        ("amount_covered", NUMERIC, "covered by credits, in its own currency"),
        ("value_covered", NUMERIC, "covered by credits"),
    ),
    # The same summed up: one row per customer.
    "collection_total": TOTALS,
    # What the review writes to the cases: one row per customer with an open case, or
    # who gets one now.
    "collection_figure": (
        ("is_new", BOOLEAN, "the case is opened now"),
        ("case_id", INTEGER, "the case; the new ones are numbered here"),
        ("partner_id", INTEGER, "the customer"),
        ("policy_id", INTEGER, "the policy until now"),
        ("user_id", INTEGER, "the collector until now"),
        ("date_last_step", DATE, "when the customer was contacted last"),
        ("amount_set_off", NUMERIC, "what credits cover, see the totals"),
        *((name, NUMERIC, "what credits cover of that") for name in COVERED.values()),
        ("amount_overdue_covered", NUMERIC, "what credits cover of the overdue"),
        ("date_oldest_left", DATE, "the same without what credits cover"),
        ("stage_left_id", INTEGER, "the same without what credits cover"),
        *(column for column in TOTALS if column[0] in FIGURES),
        ("date_customer_since", DATE, "the first entry ever"),
        ("amount_invoiced", NUMERIC, "invoiced in twelve months"),
        ("days_late_average", NUMERIC, "of what fell due or was paid in two years"),
        ("share_on_time", NUMERIC, "the same in percent"),
        ("paid_count", INTEGER, "how many items that were"),
        ("date_last_payment", DATE, "the last payment"),
    ),
    # What concerns a case as a whole in the decision: one row per open case.
    "collection_position": (
        ("case_id", INTEGER, "the case"),
        ("partner_id", INTEGER, "the customer"),
        ("policy_id", INTEGER, "the policy"),
        ("tolerance", NUMERIC, "the policy's: what is not chased"),
        ("working_days_only", BOOLEAN, "the policy's"),
        ("date_quiet", DATE, "when the quiet time since the last step is over"),
        ("date_paused", DATE, "until when a reply waits to be read"),
        ("date_touch", DATE, "from when the limits allow a message"),
        ("date_call", DATE, "from when the limits allow a call"),
        ("is_held", BOOLEAN, "the whole case is on hold"),
        ("date_review", DATE, "when the hold comes up for review"),
        ("is_stopped", BOOLEAN, "the customer is not to be contacted"),
        ("is_stayed", BOOLEAN, "all there is was owed before a petition"),
        ("is_net", BOOLEAN, "the policy counts open credits"),
        ("overdue", NUMERIC, "what may be asked for of the overdue, see amount_net"),
        ("amount_net", NUMERIC, "the same, less open credits where the policy nets"),
        ("amount_net_all", NUMERIC, "what may be asked for of all, less the same"),
        ("open_count", INTEGER, "items to collect"),
        ("rest", INTEGER, "what keeps items from being collected, see RESTS"),
    ),
    # The days on which nothing is sent where the policy says so: one row per day off.
    "collection_day_off": (
        ("day", DATE, "no working day of the company"),
        ("date_next", DATE, "the working day that follows"),
    ),
    # What was decided: one row per open case.
    "collection_decision_statement": (
        ("case_id", INTEGER, "the case"),
        ("partner_id", INTEGER, "the customer"),
        ("stage_id", INTEGER, "the next step"),
        ("date_next", DATE, "the day it is due, or a hold is reviewed"),
        ("amount_net", NUMERIC, "what it is about, net of credits"),
        ("reason", VARCHAR, "a key of REASONS"),
    ),
}
# Read with statistics, because much is joined with them.
COUNTED = ("collection_snapshot", "collection_figure", "collection_position")
# With more rows, PostgreSQL has to know how many.
MANY = 200

# Why nothing is collected, the first that applies; ``rest`` counts them from 1. What
# else there is, on hold or on its way, comes after them.
RESTS = (PLANNED, PROMISED, DISPUTED)
RESERVED = ("amount_disputed", "amount_promised", "amount_planned")
# What is not asked for now, of most items nothing: held, disputed, promised, on a plan.
EXCLUDED = """
    SUM(amount_residual - amount_collectable)
        FILTER (WHERE is_live AND amount_collectable <> amount_residual AND %s)
    """
# Condition on ``case_``: the customers that a run is about, or all of them.
OF_CUSTOMERS = "(%(partners)s::int[] IS NULL OR case_.partner_id = ANY(%(partners)s))"
# Of the open credits, what ``policy`` sets off; without a policy all.
SET_OFF = "CASE WHEN COALESCE(policy.net_credits, TRUE) THEN COALESCE(%s, 0) ELSE 0 END"
# An item of which credits leave nothing to ask for.
IS_COVERED = SQL("status = %s AND amount_covered >= amount_due", OPEN)


class CollectionSnapshot(models.AbstractModel):
    """The ledger as a run finds it, read once for all that review and decision ask.

    It stands in working tables: temporary ones that belong to the database session and
    are empty at the end of each transaction. ``TABLES`` says what is in them. A few
    customers are put into the tables that are there, so that the catalog is spared.
    """

    _name = "collection.snapshot"
    _description = "Working Tables of a Run"

    # ------------------------------------------------------------------
    # Working tables
    # ------------------------------------------------------------------

    @api.model
    def _prepare(self):
        """Make the working tables that this database session does not have yet, or has
        with other columns: from before an update of the addon."""
        found = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT relname::text, ARRAY_AGG(attname::text ORDER BY attnum)
                      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
                     WHERE relnamespace = PG_MY_TEMP_SCHEMA() AND attnum > 0
                       AND relname::text = ANY(%s)
                     GROUP BY relname
                    """,
                    list(TABLES),
                )
            )
        )
        for name, columns in TABLES.items():
            if found.get(name) != [column for column, _kind, _meaning in columns]:
                self._drop(name)
                self.env.cr.execute(self._declare_sql(name))

    @api.model
    def _fill(self, is_whole=False, **queries):
        """Put the answers of queries into working tables, one after the other, in place
        of what was there.

        :param bool is_whole: it is about all customers, so that tables are made anew:
            PostgreSQL reads a ledger in parallel for that, but not for an INSERT
        :param queries: under a key of ``TABLES`` each, SQL of what is put in, column by
            name
        """
        for name, query in queries.items():
            table = SQL.identifier(name)
            if is_whole:
                self._drop(name)
                self.env.cr.execute(self._create_sql(name, query))
            else:
                self.env.cr.execute(SQL("DELETE FROM %s", table))
                self.env.cr.execute(self._insert_sql(name, query))
            if name in COUNTED and (is_whole or self.env.cr.rowcount > MANY):
                self.env.cr.execute(SQL("ANALYZE %s", table))

    @api.model
    def _drop(self, name):
        self.env.cr.execute(
            SQL("DROP TABLE IF EXISTS %s", SQL.identifier("pg_temp", name))
        )

    @api.model
    def _declare_sql(self, name):
        """:return: SQL that makes a working table as ``TABLES`` declares it"""
        return SQL(
            "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DELETE ROWS",
            SQL.identifier(name),
            SQL(", ").join(
                SQL("%s %s", SQL.identifier(column), kind)
                for column, kind, _meaning in TABLES[name]
            ),
        )

    @api.model
    def _create_sql(self, name, query):
        """:return: SQL that makes a working table of the answer of a query"""
        return SQL(
            "CREATE TEMPORARY TABLE %s ON COMMIT DELETE ROWS AS"
            " SELECT %s FROM (%s) filled",
            SQL.identifier(name),
            SQL(", ").join(
                SQL(
                    "%(column)s::%(kind)s AS %(column)s",
                    column=SQL.identifier(column),
                    kind=kind,
                )
                for column, kind, _meaning in TABLES[name]
            ),
            query,
        )

    @api.model
    def _insert_sql(self, name, query):
        """:return: SQL that puts the answer of a query into a working table"""
        columns = SQL(", ").join(
            SQL.identifier(column) for column, _kind, _meaning in TABLES[name]
        )
        return SQL(
            "INSERT INTO %(table)s (%(columns)s)"
            " SELECT %(columns)s FROM (%(query)s) filled",
            table=SQL.identifier(name),
            columns=columns,
            query=query,
        )

    @api.model
    def _tune(self):
        """Let PostgreSQL sort and hash a whole ledger in memory, and not compile
        statements that run once. For the rest of the transaction only."""
        self.env.cr.execute(
            SQL(
                """
                SET LOCAL work_mem = '128MB';
                SET LOCAL hash_mem_multiplier = 2;
                SET LOCAL jit = off;
                SET LOCAL default_statistics_target = 10
                """
            )
        )

    # ------------------------------------------------------------------
    # The ledger
    # ------------------------------------------------------------------

    @api.model
    def _build(self, company, as_of, partner_ids, ledger_date=None, is_review=False):
        """Read what is open in the ledger, and sum it up per customer.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners; None for all
        :param date ledger_date: use the ledger as of that past day
        :param bool is_review: every debt without an item is about to get one
        """
        self._tune()
        is_whole = partner_ids is None
        if not is_whole:
            self._prepare()
        items = self._items_sql(company, as_of, partner_ids, ledger_date, is_review)
        cover = self._cover_sql(company, as_of, partner_ids, ledger_date)
        self._fill(is_whole, collection_snapshot=items)
        self.env.cr.execute(cover)
        self._fill(is_whole, collection_total=self._totals_sql(company, as_of))

    @api.model
    def _items_sql(
        self, company, as_of, partner_ids, ledger_date=None, is_review=False
    ):
        """Pick from the exposure what review and decision need, and no more: it is read
        many times over.

        In: the rows of the exposure.
        Out: ``collection_snapshot``.
        Example: an invoice posted today, 100.00 open and due next month: no item yet,
        but ``has_item`` in a review; a live debt, status "open".
        """
        return SQL(
            """
            SELECT move_line_id, item_id, case_id, partner_id, stage_id,
                   date_stage, days_frozen, date_resumed,
                   item_id IS NOT NULL OR %(is_review)s AS has_item,
                   date_maturity, status, is_debt, is_outdated,
                   -- A debt has an item; stayed, it does not count in the figures.
                   is_debt AND NOT is_stayed AS is_live,
                   amount_residual, amount_residual_currency, amount_disputed,
                   amount_promised, amount_planned, amount_in_transit, amount_held,
                   amount_due, amount_collectable, foreign_id, company_id, digits,
                   is_payback, 0.0 AS amount_covered, 0.0 AS value_covered
              FROM (%(exposure)s) exposure
             -- With the items of a customer side by side, what is summed up per
             -- customer stays in the processor's cache.
             ORDER BY partner_id
            """,
            is_review=is_review,
            exposure=self.env["collection.exposure"]._rows_sql(
                company, partner_ids, ledger_date, as_of
            ),
        )

    @api.model
    def _cover_sql(self, company, as_of, partner_ids, ledger_date):
        """:return: SQL that writes what credits cover to the snapshot, where they do;
        most customers have none"""
        return SQL(
            """
            UPDATE collection_snapshot snapshot
               SET amount_covered = covered.amount_covered,
                   value_covered = covered.value_covered
              FROM (%s) covered
             WHERE covered.move_line_id = snapshot.move_line_id
               AND covered.amount_covered <> 0
            """,
            self.env["collection.credit.allocation"]._covered_sql(
                SQL.identifier("collection_snapshot"),
                company,
                as_of,
                partner_ids,
                ledger_date,
            ),
        )

    @api.model
    def _covered_items_sql(self, company, as_of, partner_ids):
        """:return: SQL of the CTEs that are the snapshot of some customers; nothing is
        filled"""
        covered = ("amount_covered", "value_covered")
        columns = [
            SQL("COALESCE(covered.%(name)s, 0) AS %(name)s", name=SQL.identifier(name))
            if name in covered
            else SQL.identifier("item", name)
            for name, _kind, _meaning in TABLES["collection_snapshot"]
        ]
        return SQL(
            """
            open_item AS MATERIALIZED (%(items)s),
            collection_snapshot AS MATERIALIZED (
                SELECT %(columns)s FROM open_item item
                  LEFT JOIN (%(covered)s) covered
                    ON covered.move_line_id = item.move_line_id)
            """,
            items=self._items_sql(company, as_of, partner_ids),
            columns=SQL(", ").join(columns),
            covered=self.env["collection.credit.allocation"]._covered_sql(
                SQL.identifier("open_item"), company, as_of, partner_ids
            ),
        )

    @api.model
    def _refresh(self):
        """Copy where the items stand on the ladder, after it was changed by others than
        the planner; few items are concerned.

        In: the snapshot, and ``collection_item`` as it is now.
        Out: stage, its day and what does not count as waiting, where they differ.
        Example: a call was skipped, and its items are at stage 3 since today: they were
        at stage 2 in the snapshot, and are at 3 now.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_snapshot snapshot
                   SET stage_id = item.stage_id, date_stage = item.date_stage,
                       days_frozen = item.days_frozen, date_resumed = item.date_resumed
                  FROM collection_item item
                 -- Not by item: those just made have none in the snapshot.
                 WHERE item.move_line_id = snapshot.move_line_id
                   AND (item.stage_id, item.date_stage, item.days_frozen,
                        item.date_resumed)
                       IS DISTINCT FROM (snapshot.stage_id, snapshot.date_stage,
                        snapshot.days_frozen, snapshot.date_resumed)
                """
            )
        )

    @api.model
    def _get_rows(self, names):
        """Read what the snapshot says of each item.

        :param names: columns, see ``TABLES``
        :return: dict of lists of tuples of their values per id of a customer, ordered
        """
        rows = {}
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        for partner_id, *row in self.env.execute_query(
            SQL("SELECT partner_id, %s FROM collection_snapshot", columns)
        ):
            rows.setdefault(partner_id, []).append(tuple(row))
        return {partner_id: sorted(own) for partner_id, own in rows.items()}

    # ------------------------------------------------------------------
    # The sums
    # ------------------------------------------------------------------

    @api.model
    def _totals_sql(self, company, as_of):
        """Work out what follows from the sums. A sum of its own for every figure would
        outgrow the processor's cache with many customers.

        In: the sums per customer.
        Out: ``collection_total``.
        Example: 100.00 are late by 10 days, 40.00 by 70 and promised, 50.00 are due
        next week: overdue 140.00, open 190.00, free of the overdue 100.00, due now
        150.00.
        """
        return SQL(
            """
            SELECT total.*, CASE WHEN amount_overdue_open > amount_overdue_covered
                        THEN amount_overdue_covered
                        ELSE amount_covered + amount_spare END AS amount_set_off
              FROM (
                SELECT sums.*, %(overdue)s AS amount_overdue,
                       %(overdue)s + amount_not_due AS amount_open,
                       %(overdue)s - amount_overdue_excluded AS amount_overdue_open,
                       %(overdue)s - amount_overdue_excluded
                           + amount_not_due - amount_not_due_excluded AS amount_due_now
                  FROM (%(sums)s) sums) total
            """,
            overdue=SQL(" + ").join(SQL.identifier(name) for name in OVERDUE),
            sums=self._sums_sql(company, as_of),
        )

    @api.model
    def _sums_sql(self, company, as_of):
        """:return: SQL with the sums per customer, of debits and credits"""
        return SQL(
            """
            SELECT snapshot.partner_id, %(amounts)s, %(reserved)s, %(counts)s,
                   COUNT(*) FILTER (WHERE is_live) AS live_count,
                   COUNT(*) FILTER (WHERE is_debt) AS item_count,
                   %(rest)s AS rest,
                   MIN(date_maturity) FILTER (WHERE is_live) AS date_oldest_due,
                   MIN(date_maturity) FILTER (WHERE is_live
                       AND NOT (%(is_covered)s)) AS date_oldest_left,
                   -- The id of the highest stage; an array needs no sorting.
                   (MAX(ARRAY[stage.sequence, stage.id])
                       FILTER (WHERE is_live AND stage.id IS NOT NULL))[2] AS stage_id
              FROM (SELECT *, %(as_of)s - date_maturity AS late
                      FROM collection_snapshot) snapshot
              LEFT JOIN collection_stage stage ON stage.id = snapshot.stage_id
             GROUP BY snapshot.partner_id
            """,
            amounts=self._amounts_sql(),
            reserved=self._reserved_sql(company),
            counts=self._counts_sql(),
            rest=self._rest_sql(),
            is_covered=IS_COVERED,
            as_of=as_of,
        )

    @api.model
    def _covered_sums_sql(self, as_of):
        """Sum up what credits cover, and what they leave, of the few customers who
        have open credits.

        In: ``collection_snapshot``.
        Out: one row per customer of whom credits cover anything.
        Example: 100.00 are late by 40 days and at stage 2, 50.00 by 5 and at stage 1,
        a credit is of 120.00: covered are 100.00 of ``amount_60`` and 20.00 of
        ``amount_30``, the highest stage of what is left is stage 1.
        """
        buckets = {
            COVERED[bucket.name]: SQL(
                "SUM(value_covered) FILTER (WHERE %s)",
                self._late_sql(bucket.first, bucket.last),
            )
            for bucket in BUCKETS
        }
        buckets["amount_overdue_covered"] = SQL(
            "SUM(value_covered) FILTER (WHERE %s)", self._late_sql(1, None)
        )
        return SQL(
            """
            SELECT snapshot.partner_id, %(buckets)s,
                   (MAX(ARRAY[stage.sequence, stage.id])
                       FILTER (WHERE is_live AND stage.id IS NOT NULL
                               AND NOT (%(is_covered)s)))[2] AS stage_left_id
              FROM (SELECT *, %(as_of)s - date_maturity AS late
                      FROM collection_snapshot) snapshot
              LEFT JOIN collection_stage stage ON stage.id = snapshot.stage_id
             WHERE snapshot.partner_id IN (
                SELECT partner_id FROM collection_snapshot WHERE value_covered > 0)
             GROUP BY snapshot.partner_id
            """,
            buckets=SQL(", ").join(
                SQL("%s AS %s", total, SQL.identifier(name))
                for name, total in buckets.items()
            ),
            is_covered=IS_COVERED,
            as_of=as_of,
        )

    @api.model
    def _counts_sql(self):
        return SQL(", ").join(
            SQL(
                "COUNT(*) FILTER (WHERE status = %s) AS %s",
                status,
                SQL.identifier(f"{status}_count"),
            )
            for status in (OPEN, STAYED)
        )

    @api.model
    def _rest_sql(self):
        """:return: SQL with the first of ``RESTS`` that keeps items from being
        collected: the overdue ones, if there are any"""
        return SQL(
            """
            MIN(COALESCE(ARRAY_POSITION(%(rests)s, status::text), %(other)s)
                + CASE WHEN late > 0 THEN 0 ELSE %(later)s END)
                FILTER (WHERE is_live AND status <> %(open)s) %% %(later)s
            """,
            rests=list(RESTS),
            other=len(RESTS) + 1,
            later=10,
            open=OPEN,
        )

    @api.model
    def _amounts_sql(self):
        """:return: SQL columns with the sums in the company's currency;
        ``..._excluded`` is what is not asked for now"""
        sums = {
            bucket.name: SQL(
                "SUM(amount_residual) FILTER (WHERE %s)",
                self._late_sql(bucket.first, bucket.last),
            )
            for bucket in BUCKETS
        }
        of_status = "SUM(%s) FILTER (WHERE status = %s)"
        sums |= {
            "amount_held": SQL(of_status, SQL("amount_held"), HELD),
            "amount_credit": SQL(of_status, SQL("-amount_residual"), CREDIT),
            "amount_stayed": SQL(of_status, SQL("amount_residual"), STAYED),
            "amount_covered": SQL(of_status, SQL("value_covered"), OPEN),
            "amount_overdue_covered": SQL(
                "SUM(value_covered) FILTER (WHERE status = %s AND late > 0)", OPEN
            ),
            # Of a credit, what is used is below zero.
            "amount_spare": SQL(
                of_status, SQL("value_covered - amount_residual"), CREDIT
            ),
            "amount_overdue_excluded": SQL(EXCLUDED, SQL("late > 0")),
            "amount_not_due_excluded": SQL(EXCLUDED, SQL("late <= 0")),
        }
        return SQL(", ").join(
            SQL("COALESCE(%s, 0) AS %s", total, SQL.identifier(name))
            for name, total in sums.items()
        )

    @api.model
    def _late_sql(self, first, last):
        """:return: SQL condition: a live debit that is late by first to last days"""
        conditions = [SQL("is_live")]
        if first is not None:
            conditions.append(SQL("late >= %s", first))
        if last is not None:
            conditions.append(SQL("late <= %s", last))
        return SQL(" AND ").join(conditions)

    @api.model
    def _reserved_sql(self, company):
        """:return: SQL columns with what is disputed, promised and on installments, in
        company currency"""
        column = """
            COALESCE(ROUND(
                SUM(amount_residual * %(name)s / NULLIF(amount_residual_currency, 0))
                    FILTER (WHERE %(name)s <> 0), %(digits)s), 0) AS %(name)s
            """
        digits = company.currency_id.decimal_places
        return SQL(", ").join(
            SQL(column, name=SQL.identifier(name), digits=digits) for name in RESERVED
        )
