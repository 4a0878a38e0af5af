from contextlib import contextmanager, suppress

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 50
# A step whose executor was ended this many times is set aside.
MAX_INTERRUPTIONS = 3


class CollectionStepClaim(models.AbstractModel):
    """Which executor works on which steps.

    A message takes seconds to make, and meanwhile nobody's row is locked. So whoever
    begins with a step notes it, and commits that before anything can go wrong: an
    executor that is killed leaves its mark. What was interrupted is taken again after
    all the others, alone, and after some interruptions it is set aside for a person:
    a document that kills its executor stops nobody else's.

    An executor holds two kinds of advisory locks, which end with its connection to the
    database: one says that it lives, so that what it has begun is free again in the
    moment it is killed; the others are for the people its steps are about, so that
    nobody gets the messages of two executors at once.
    """

    _name = "collection.step.claim"
    _description = "Claims on Collection Steps"

    @contextmanager
    def _hold(self, is_lasting):
        """Be known as an executor that lives, and give back all locks in the end.

        :param bool is_lasting: whether the work goes in several transactions
        """
        cr = self.env.cr
        self._try_locks("collections.executor", [self._get_backend()], is_lasting)
        try:
            yield
        except BaseException:
            if is_lasting:
                with suppress(psycopg2.Error):
                    cr.rollback()
            raise
        finally:
            if is_lasting:
                # Without a connection there are no locks.
                with suppress(psycopg2.Error):
                    cr.execute("SELECT pg_advisory_unlock_all()")

    @api.model
    def _get_backend(self):
        """:return: the number of the process of PostgreSQL that works for this one"""
        return self.env.cr.connection.info.backend_pid

    @api.model
    def _try_locks(self, kind, numbers, is_lasting):
        """:return: set of those numbers that nobody else has locked, now locked"""
        lock = "pg_try_advisory_lock" if is_lasting else "pg_try_advisory_xact_lock"
        rows = self.env.execute_query(
            SQL(
                "SELECT number FROM unnest(%s) number WHERE %s(hashtext(%s), number)",
                sorted(numbers),
                SQL.identifier(lock),
                kind,
            )
        )
        return {number for [number] in rows}

    @api.model
    def _take(self, company, as_of, left=None, is_lasting=False):
        """Take steps that are due to be tried.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param set left: ids of steps to leave alone; those are added whose people
            another executor is writing to
        :param bool is_lasting: whether they are held beyond this transaction
        :return: collection.step records, locked, which nobody else has
        """
        left = set() if left is None else left
        domain = self._get_due_domain(company, as_of, left)
        steps = self._lock([*domain, ("interruptions", "=", 0)], BATCH)
        while not steps:
            steps = self._lock([*domain, ("interruptions", ">", 0)], 1)
            if steps.interruptions < MAX_INTERRUPTIONS:
                break
            self._set_aside(steps)
            steps = steps.browse()
        free = self._filter_alone(steps, is_lasting)
        left.update((steps - free).ids)
        if free:
            free.write(
                {
                    "date_claimed": fields.Datetime.now(),
                    "claimant": self._get_backend(),
                    "interruptions": free[0].interruptions + 1,
                }
            )
        return free

    @api.model
    def _filter_alone(self, steps, is_lasting):
        """:return: the steps whose customer and addressee no other executor is just
        writing to: it would not see in the log what the other one sends"""
        people = {
            step: {step.case_id.partner_id.id, step.recipient_id.id} - {False}
            for step in steps
        }
        numbers = set().union(*people.values())
        if not numbers:
            return steps
        mine = self._try_locks("collections.person", numbers, is_lasting)
        return steps.filtered(lambda step: people[step] <= mine)

    @api.model
    def _get_due_domain(self, company, as_of, left):
        company = company.with_context(collection_as_of=as_of)
        now = fields.Datetime.now()
        return [
            ("company_id", "=", company.id),
            ("id", "not in", list(left)),
            ("date_planned", "<=", as_of),
            *("|", ("date_claimed", "=", False)),
            ("claimant", "not in", self._find_living()),
            "|",
            ("date_allowed", "=", False),
            ("date_allowed", "<=", company._get_collection_moment()),
            *("|", ("state", "=", "planned")),
            *("&", ("state", "=", "failed"), ("date_try", "<=", now)),
        ]

    @api.model
    def _find_living(self):
        """:return: list of the claimants that are at work, beside this one"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pid FROM pg_locks
                 WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
                   AND classid = hashtext('collections.executor')::oid
                   AND database = (
                        SELECT oid FROM pg_database WHERE datname = CURRENT_DATABASE())
                """
            )
        )
        return [pid for [pid] in rows]

    @api.model
    def _lock(self, domain, limit):
        steps = self.env["collection.step"].search(
            domain, order="interruptions, id" if limit == 1 else "id", limit=limit * 8
        )
        steps = steps.try_lock_for_update(limit=limit)
        steps.invalidate_recordset()
        return steps.filtered(lambda step: step.state in ("planned", "failed"))

    @api.model
    def _lock_own(self, steps, moment):
        """Lock the steps again that were taken in another transaction.

        :param steps: collection.step records
        :param datetime moment: when they were taken
        :return: those that are still this executor's, and not dropped
        """
        steps = steps.try_lock_for_update()
        steps.invalidate_recordset()
        return steps.filtered(
            lambda step: (
                step.state in ("planned", "failed") and step.date_claimed == moment
            )
        )

    @api.model
    def _end(self, steps):
        """Give steps back, done or not: their executor has come to an end with them."""
        steps.write({"date_claimed": False, "claimant": False, "interruptions": 0})

    @api.model
    def _set_aside(self, steps):
        """A person looks at what has ended its executor again and again."""
        error = self.env._(
            "The program was ended %s times while it made this message. Look at its"
            " words and its documents, then retry.",
            MAX_INTERRUPTIONS,
        )
        steps._set_state(
            "failed",
            error=error,
            attempts=MAX_INTERRUPTIONS,
            date_try=False,
            date_claimed=False,
            interruptions=0,
        )
        for step in steps:
            step.case_id._add_task(self.env._("Message set aside"), error)
