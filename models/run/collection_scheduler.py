import logging
import time

from odoo import api, fields, models
from psycopg2.extensions import TransactionRollbackError

_logger = logging.getLogger(__name__)
REVIEW_BATCH = 1000
LOCK_ATTEMPTS = 20
LOCK_PAUSE = 1  # second


class CollectionScheduler(models.AbstractModel):
    """The night of a company, and all that goes the same way by day.

    The order is always the same:

    1. Evaluate the agreements: the ledger says which promises and plans are kept.
    2. Review: bring cases, items and figures in line with the ledger.
    3. Decide: say which step is next for each case, and if none is due, why.
    4. Fill the outbox with what is due; drop from it what no longer holds.
    5. Follow up: tell collectors and customers what this changes for them.

    The night takes all customers of a company. The small review takes the few whose
    ledger or case has just changed; it is the one thing that the rooms below may ask
    of this one. The simulation goes the same way and undoes it all. What is in the
    outbox is sent by the executor, which runs more often.
    """

    _name = "collection.scheduler"
    _description = "Collection Scheduler"

    # ------------------------------------------------------------------
    # The run of one company
    # ------------------------------------------------------------------

    @api.model
    def _run(self, company, as_of, partner_ids=None, ledger_date=None, kind="nightly"):
        """Review and plan a company as of a day. Repeating it changes nothing.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param list partner_ids: restrict to these commercial partners
        :param date ledger_date: use the ledger as of that past day
        :param str kind: what the run is logged as, a key of ``KINDS``
        :return: the collection.run, empty when another worker is at it
        """
        clock = time.monotonic()
        if not company._try_collection_lock():
            return self.env["collection.run"]
        counts = self._decide(company, as_of, partner_ids, ledger_date)
        self.env["collection.settlement.evaluation"]._evaluate(company, partner_ids)
        counts |= self._fill_outbox(company, as_of, partner_ids)
        return self.env["collection.run"]._log(kind, company, as_of, clock, **counts)

    @api.model
    def _decide(self, company, as_of, partner_ids, ledger_date):
        """Take the steps 1 to 3 of the order.

        :return: dict with the numbers of cases opened and closed
        """
        self.env.flush_all()
        self.env["collection.snapshot"]._tune()
        if not ledger_date:
            # What is promised and planned is known for the ledger of today only.
            discounts = self.env["collection.settlement.discount"]
            discounts._evaluate(company, as_of, partner_ids)
            promises = self.env["collection.promise.evaluation"]
            promises._evaluate(company, as_of, partner_ids)
            plans = self.env["collection.installment.evaluation"]
            plans._evaluate(company, as_of, partner_ids)
        counts = self.env["collection.review"]._review(
            company, as_of, partner_ids, ledger_date
        )
        # Calls and visits that nobody made in time; the ladder goes on.
        self.env["collection.step"]._skip_expired(company, as_of, partner_ids)
        self.env["collection.decision.statement"]._decide(company, as_of, partner_ids)
        return counts

    @api.model
    def _fill_outbox(self, company, as_of, partner_ids):
        """Take step 4 of the order.

        :return: dict with the numbers of steps planned and dropped
        """
        self.env["collection.executor"]._log_stayed(company, as_of)
        counts = self.env["collection.planner"]._plan(company, as_of, partner_ids)
        if counts["cancelled_count"]:
            self.env["collection.step"]._close_activities(company)
        return counts

    @api.model
    def _follow_up(self, company, today):
        """Take step 5 of the order, for all customers."""
        self.env["collection.mail.retry"]._follow_mails(company)
        self.env["collection.text.delivery"]._follow_texts(company)
        self.env["collection.promise"]._follow_up(company, today)
        self.env["collection.settlement.offer"]._follow_up(company, today)
        self.env["collection.installment.reminder"]._follow_up(company, today)
        self.env["collection.dispute"]._follow_up(company, today)
        charges = self.env["collection.charge.follow.up"]
        self.env["collection.customer.notice"]._isolate(
            charges._follow_up, company, today
        )

    @api.model
    def _simulate(self, company, as_of, partner_ids=None, ledger_date=None):
        """Say what the run of a day would decide, and write nothing.

        Runs the very statements of the real run inside a savepoint that is rolled
        back.

        :return: list of dicts: case_id, partner_id, stage_id, date_next, reason,
            amount_net (company currency)
        """
        planner = self.env["collection.planner"]
        with planner._dry_run():
            self._decide(company, as_of, partner_ids, ledger_date)
            return planner._get_decisions()

    @api.model
    def _explain(self, company, as_of, partner_ids):
        """Say what ``_simulate`` says, and what it rests on.

        :return: pair: list of dicts of the decisions, and what the grounds say of
            their items and cases
        """
        planner = self.env["collection.planner"]
        with planner._dry_run():
            self._decide(company, as_of, partner_ids, None)
            grounds = self.env["collection.decision.grounds"]._read(as_of)
            return planner._get_decisions(), grounds

    # ------------------------------------------------------------------
    # The night
    # ------------------------------------------------------------------

    @api.model
    def _cron_nightly(self):
        """Run each company once a day, at night in its own time zone."""
        companies = self.env["res.company"].search([])
        due = companies.filtered(lambda company: company._is_collection_night())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for company in due:
            self._run_night(company, company._get_collection_today())
            if not self.env["ir.cron"]._commit_progress(1):
                break
        self.env["collection.step"]._trigger_execution()

    @api.model
    def _run_night(self, company, today):
        """Run one company; a company that fails must not stop the others, nor have the
        scheduler switch the job off."""
        clock = time.monotonic()
        try:
            if self._run_patiently(company, today):
                company.collection_date_reviewed = today
                self._follow_up(company, today)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("The nightly run of company %s failed.", company.id)
            self.env["collection.run"]._log(
                "nightly", company, today, clock, error=str(error)
            )

    @api.model
    def _run_patiently(self, company, today):
        """Run a company, after letting the batch finish that is being executed."""
        for _attempt in range(LOCK_ATTEMPTS):
            try:
                if run := self._run(company, today):
                    return run
                # A new transaction, so that the run sees what the batch has written.
                self.env["ir.cron"]._commit_progress()
            except TransactionRollbackError:
                # Somebody changed the ledger under our hands; the next turn sees it.
                self.env.cr.rollback()
            time.sleep(LOCK_PAUSE)
        _logger.info("Company %s is busy, its nightly run waits.", company.id)
        return self.env["collection.run"]

    # ------------------------------------------------------------------
    # The small review
    # ------------------------------------------------------------------

    @api.model
    def _review_now(self, cases):
        """Run the customers of some cases; as soon as the company is free, if another
        worker has it now.

        :param cases: collection.case records
        """
        for company, own in cases.grouped("company_id").items():
            self._run_small(
                company, company._get_collection_today(), own.partner_id.ids
            )

    @api.model
    def _cron_review_changes(self):
        """Run the customers whose ledger has changed since the last time."""
        Request = self.env["collection.review.request"]
        while True:
            try:
                changed = Request._take(REVIEW_BATCH)
                is_done = not changed or self._review_changed(changed)
            except TransactionRollbackError:
                # Somebody changed the ledger under our hands: the requests are back on
                # the queue, for the next turn.
                self.env.cr.rollback()
                Request._trigger_review(in_minutes=1)
                break
            if not self.env["ir.cron"]._commit_progress(1) or is_done:
                break

    @api.model
    def _review_changed(self, changed):
        """Run customers whose ledger has changed, and tell them about their plans.

        :param dict changed: set of commercial partner ids per company id
        :return: whether a company was busy, so that the rest is for the next turn
        """
        is_busy = False
        for company_id, partner_ids in changed.items():
            company = self.env["res.company"].browse(company_id)
            today = company._get_collection_today()
            if self._run_small(company, today, list(partner_ids)):
                self.env["collection.installment.reminder"]._notify_changes(company)
            else:
                is_busy = True
        return is_busy

    @api.model
    def _run_small(self, company, today, partner_ids):
        """Run some customers, or put them on the queue if another worker has the
        company now.

        :return: whether they were run
        """
        run = self._run(company, today, partner_ids, kind="changes")
        if not run:
            self.env["collection.review.request"]._put_back(company, partner_ids)
        return bool(run)

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _cron_execute(self):
        """Send what is in the outbox of each company, until done or out of time."""
        for company in self.env["res.company"].search([]):
            if not self._execute_company(company):
                break

    @api.model
    def _execute_company(self, company):
        """Send batch by batch, each in a transaction of its own.

        :return: whether there is time left
        """
        clock = time.monotonic()
        executor = self.env["collection.executor"]
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        left, progress = set(), self.env["ir.cron"]._commit_progress
        time_left = worked = True
        while worked and time_left:
            today, before = company._get_collection_today(), len(left)
            try:
                done = executor._execute_batch(
                    company, today, counts, commit=progress, left=left
                )
                worked = done or len(left) - before
            except TransactionRollbackError:
                # A payment was registered under our hands: nothing has been sent, and
                # a new transaction sees it.
                self.env.cr.rollback()
                _logger.info("The ledger changed during a batch, which starts again.")
                continue
            if not worked and any(counts.values()):
                self.env["collection.run"]._log(
                    "execute", company, today, clock, **counts
                )
            time_left = progress(done)
        if left:
            # Somebody was at their items, or has changed them.
            moment = fields.Datetime.add(fields.Datetime.now(), minutes=1)
            self.env["collection.step"]._trigger_execution(moment)
        return bool(time_left)
