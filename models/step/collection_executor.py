import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2 import OperationalError
from psycopg2.extensions import TransactionRollbackError

from ...tools.channels import channel_of
from ...tools.retry import retry_delay
from ...tools.step_states import OPEN_STATES
from ..case.collection_decision import TEMPORARY_REASONS

_logger = logging.getLogger(__name__)
# Whoever pays waits for so many messages to be written down, at most.
LOCKED_AT_ONCE = 10
TURN_ATTEMPTS = 30
TURN_PAUSE = 1  # second


@dataclass
class Batch:
    """Steps on their way, and what is known of them.

    ``begun``: when they were taken. ``messages`` and ``failures``: what the dispatcher
    prepares, or the error, per step. ``counts`` and ``left`` see ``_execute_batch``.
    """

    company: models.Model
    as_of: date
    counts: dict
    left: set
    steps: models.Model
    begun: datetime
    messages: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)

    def split(self):
        """:return: iterator of batches of some of the steps, with the same messages"""
        for start in range(0, len(self.steps), LOCKED_AT_ONCE):
            yield replace(self, steps=self.steps[start : start + LOCKED_AT_ONCE])


class CollectionExecutor(models.AbstractModel):
    """Execute planned steps: the outbox worker.

    A batch goes in several transactions. Take steps, and note that they are begun; make
    their messages and documents, which takes seconds and locks nothing; then, for a few
    at a time, lock what the customers owe, ask the decision again, and write mail,
    letter, contact and the stage of the items. So a payment waits for none of the
    documents, and a message whose words are no longer true by then is made anew.

    Several workers may do so at once, never with the same people. A step that fails
    keeps its error and is tried again later; the others go on.
    """

    _name = "collection.executor"
    _description = "Execution of Collection Steps"

    @api.model
    def _execute_batch(self, company, as_of, counts, commit=None, left=None):
        """Take a batch of steps, check them again, and carry them out.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param dict counts: running totals, updated
        :param commit: function that ends a transaction; all in one if not given
        :param set left: ids of steps to leave alone; those are added that have to wait
            for somebody else, or to be made anew
        :return: number of steps taken off the queue; 0 when there is nothing to do
        """
        if not company._try_collection_lock(shared=True):
            return 0
        worker = self.with_company(company).with_context(collection_as_of=as_of)
        left = set() if left is None else left
        claim = worker.env["collection.step.claim"]
        with claim._hold(is_lasting=bool(commit)):
            steps = claim._take(company, as_of, left, is_lasting=bool(commit))
            if not steps:
                return 0
            begun = steps[0].date_claimed
            batch = Batch(company, as_of, counts, left, steps, begun)
            return worker._work(batch, commit)

    @api.model
    def _work(self, batch, commit):
        """Take a batch through the transactions, see the class.

        :return: number of steps that are off the queue
        """
        linked = self._ensure_links(batch.steps)
        if not commit:
            self._make_messages(batch, linked)
            return self._finish(batch)
        commit()
        try:
            self._make_messages(batch, linked)
            done = 0
            for part in batch.split():
                commit()
                self._wait_for_turn(batch.company, commit)
                done += self._finish(part)
            # Before the locks go: who comes next sees whom these have gone to.
            commit()
            return done
        except TransactionRollbackError:
            self.env.cr.rollback()
            claim = self.env["collection.step.claim"]
            claim._end(claim._lock_own(batch.steps, batch.begun))
            commit()
            raise

    @api.model
    def _wait_for_turn(self, company, commit):
        """Let a run end that has begun since the batch was taken."""
        for _attempt in range(TURN_ATTEMPTS):
            if company._try_collection_lock(shared=True):
                break
            commit()
            time.sleep(TURN_PAUSE)

    @api.model
    def _ensure_links(self, steps):
        """Give the invoices of e-mails the tokens of their links, before the messages
        are made: to write on an invoice is to lock it.

        :return: the steps that may go on; somebody is working on the others' invoices
        """
        dispatcher = self.env["collection.dispatcher"]
        mailed = steps.filtered(dispatcher._is_mailed)
        return steps - self.env["collection.message.composer"]._ensure_links(mailed)

    @api.model
    def _make_messages(self, batch, steps):
        """Make the messages of steps, with nothing locked.

        :param batch: the ``Batch``, which gets messages and failures
        :param steps: those of its steps that may go on
        """
        batch.failures = self._isolate(
            lambda part: batch.messages.update(self._prepare(part)),
            steps.filtered(self._is_message),
        )

    @api.model
    def _finish(self, batch):
        """Check steps once more, under lock, and carry out what still holds."""
        company, as_of, steps = batch.company, batch.as_of, batch.steps
        claim = self.env["collection.step.claim"]
        mine, own = claim._lock_own(steps, batch.begun), steps.browse()
        if company._try_collection_lock(shared=True):
            own = self._lock_ledger(mine)
        batch.left.update((steps - own).ids)
        if not own:
            claim._end(mine)
            return 0
        decisions = self._check_again(company, as_of, own)
        if any(reason == "stayed" for reason, *_rest in decisions.values()):
            self._log_stayed(company, as_of)
        going = self._drop(own, decisions, batch.counts)
        stale = self._find_stale(going, batch)
        batch.left.update(stale.ids)
        self._carry_out(batch, going - stale)
        claim._end(mine)
        return len(own - stale)

    @api.model
    def _find_stale(self, steps, batch):
        """:return: the steps whose messages say what is not true any more, or were not
        made because it was not true yet"""
        messages = batch.messages
        made = steps.filtered(lambda step: step in messages)
        histories = self.env["collection.demand.history"]._get_histories(made)
        facts = self.env["collection.message.composer"]._get_facts(
            batch.company, batch.as_of, made, histories
        )
        stale = made.filtered(
            lambda step: facts[step] != messages[step]["values"]["facts"]
        )
        return stale | (steps - made).filtered(
            lambda step: step not in batch.failures and self._is_message(step)
        )

    @api.model
    def _log_stayed(self, company, as_of):
        """List the open steps that the decision of this transaction stops because of a
        stay: one row per case and day.

        :param company: res.company record
        :param date as_of: the day of the run
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_blocked_attempt (
                    date, day, source, user_id, kind, description, bankruptcy_id,
                    partner_id, case_id, company_id)
                SELECT NOW() AT TIME ZONE 'UTC', %(as_of)s, 'scheduler', %(user)s,
                       'step', stage.name ->> 'en_US', stay.bankruptcy_id,
                       decided.partner_id, decided.case_id, %(company)s
                  FROM collection_decision_statement decided
                  JOIN collection_step step ON step.case_id = decided.case_id
                   AND step.state = ANY(%(open)s)
                  JOIN collection_stage stage ON stage.id = step.stage_id
                  JOIN (%(stays)s) stay ON stay.partner_id = decided.partner_id
                 WHERE decided.reason = 'stayed'
                ON CONFLICT DO NOTHING
                """,
                as_of=as_of,
                open=list(OPEN_STATES),
                user=self.env.uid,
                company=company.id,
                stays=self.env["collection.stay"]._stays_sql(),
            )
        )

    @api.model
    def _lock_ledger(self, steps):
        """Lock the due items of customers.

        Whoever registers a payment on one of the items now waits until the message is
        out or dropped; if somebody is just doing so, the step is left for later.

        :return: the steps whose items are locked
        """
        cases = steps.case_id.try_lock_for_update(allow_referencing=True)
        lines = cases._find_open_items().move_line_id
        # Collectors' rights do not matter to the lock; nothing is written.
        free = lines.sudo().try_lock_for_update(allow_referencing=True)
        busy_items = self.env["collection.item"].search(
            [("move_line_id", "in", (lines - free).ids)]
        )
        cases -= busy_items.case_id
        return steps.filtered(lambda step: step.case_id in cases)

    @api.model
    def _check_again(self, company, as_of, steps):
        """Ask the decision again, under the locks.

        :return: dict of (reason, stage id, next date, net amount) per case id
        """
        partner_ids = steps.case_id.partner_id.ids
        self.env.flush_all()
        self.env["collection.snapshot"]._build(company, as_of, partner_ids)
        self.env["collection.decision.statement"]._decide(company, as_of, partner_ids)
        rows = self.env.execute_query(
            SQL(
                "SELECT case_id, reason, stage_id, date_next, amount_net"
                " FROM collection_decision_statement"
            )
        )
        return {case_id: tuple(rest) for case_id, *rest in rows}

    @api.model
    def _drop(self, steps, decisions, counts):
        """Drop the steps that no longer hold and put off those that must wait.

        :return: the steps to carry out
        """
        go = steps.browse()
        for step in steps:
            reason, stage_id, date_next, _net = decisions.get(step.case_id.id) or (
                (step.case_id.closing_reason or "settled", None, None, 0.0)
            )
            if reason == "due" and stage_id == step.stage_id.id:
                go |= step
            elif reason in TEMPORARY_REASONS and stage_id == step.stage_id.id:
                step.write({"date_planned": date_next, "reason": reason})
            else:
                step._set_state("cancelled", reason=reason)
                counts["cancelled_count"] += 1
        return self._ask_guard(go)

    @api.model
    def _carry_out(self, batch, steps):
        """Write the messages, hand the calls over, lift the items, keep the errors."""
        dispatcher = self.env["collection.dispatcher"]
        for_person = steps.filtered(self._is_for_person)
        written = steps - for_person
        unreachable = written.filtered("recipient_problem")
        written -= unreachable
        for step in unreachable:
            self._report_unreachable(step)

        failed, counts = batch.failures, batch.counts
        failures = {step: failed[step] for step in written if step in failed}
        written = self._without(written, failures)
        failures |= self._isolate(
            lambda part: dispatcher._send(part, batch.messages), written
        )
        written = self._without(written, failures)
        self._apply_steps(batch.company, batch.as_of, written)
        discount = self.env["collection.settlement.discount"]
        for step in written:
            discount._offer(step, batch.messages[step]["values"]["discounts"])
        failures |= self._isolate(self._hand_over, for_person)
        for step, error in failures.items():
            self._fail(step, error)
        failed_count = len(failures) + len(unreachable)
        counts["failed_count"] += failed_count
        counts["done_count"] += len(steps) - failed_count

    @api.model
    def _prepare(self, steps):
        histories = self.env["collection.demand.history"]._get_histories(steps)
        return self.env["collection.dispatcher"]._prepare(steps, histories)

    @api.model
    def _is_for_person(self, step):
        return channel_of(step.channel).is_manual

    @api.model
    def _is_message(self, step):
        """:return: whether a step is a message to somebody who can be reached"""
        return not (self._is_for_person(step) or step.recipient_problem)

    @api.model
    def _without(self, steps, failures):
        return steps.filtered(lambda step: step not in failures)

    @api.model
    def _isolate(self, work, steps):
        """Do work for a batch of steps; if it fails, for each step alone, so that the
        customer who is the cause fails alone.

        :param work: function of collection.step records; all of it is undone for
            those it fails for
        :return: dict of the error per failed step
        """
        if not steps:
            return {}
        try:
            with self.env.cr.savepoint():
                work(steps)
                self.env.flush_all()
            return {}
        except OperationalError:
            # A conflict between transactions is nobody's fault: all start again.
            raise
        except Exception as error:
            if len(steps) == 1:
                _logger.info("Step %s failed.", steps.id, exc_info=True)
                return {steps: self._describe(error)}
        failures = {}
        for step in steps:
            failures |= self._isolate(work, step)
        return failures

    @api.model
    def _describe(self, error):
        """:return: text of an error, with what caused it: a template that fails is
        reported by Odoo without the reason"""
        text = str(error) or type(error).__name__
        cause = str(error.__cause__ or "")
        return text if cause in text else f"{text} ({cause})"

    @api.model
    def _apply_steps(self, company, as_of, steps):
        """The messages are on their way: lift the items, start the quiet time."""
        if not steps:
            return
        self.env.flush_all()
        raised = self.env["collection.decision.statement"]._advance_items(
            company,
            as_of,
            {step.case_id.id: step.stage_id.id for step in steps},
        )
        rows = defaultdict(list)
        for case_id, *row in raised:
            rows[case_id].append(row)
        for step in steps:
            case = step.case_id
            step.letter_id._note_raised(as_of, case.date_last_step, rows[case.id])
        steps.case_id.date_last_step = as_of
        steps.case_id._refresh_stages()
        steps._set_state("done", error=False, date_try=False)

    @api.model
    def _hand_over(self, steps):
        """Put calls, visits and decisions on the collectors' lists."""
        type_xmlid = {"phone": "mail.mail_activity_data_call"}
        for step in steps:
            case = step.case_id
            activity = case.activity_schedule(
                type_xmlid.get(step.channel, "mail.mail_activity_data_todo"),
                step.date_planned,
                summary=step.stage_id.name,
                note=step.recipient_problem or "",
                user_id=case._get_responsible().id,
            )
            step._set_state("todo", activity_id=activity.id, error=False)

    @api.model
    def _report_unreachable(self, step):
        """No address is a task for the collector, not silence. It is not tried again
        by itself; a person completes the address and retries."""
        step._set_state(
            "failed",
            error=step.recipient_problem,
            attempts=step.attempts + 1,
            date_try=False,
        )
        step.case_id._add_task(
            self.env._("Complete the address"), step.recipient_problem
        )

    @api.model
    def _fail(self, step, error):
        attempts = step.attempts + 1
        delay = retry_delay(attempts)
        step._set_state(
            "failed",
            error=error,
            attempts=attempts,
            date_try=fields.Datetime.now() + delay if delay else False,
        )

    # ------------------------------------------------------------------
    # Contact guard
    # ------------------------------------------------------------------

    @api.model
    def _ask_guard(self, steps):
        """Put off the steps that the limits do not allow at this moment.

        The scheduler keeps the limits, even where the policy only warns people.

        :return: the steps to carry out
        """
        going, written_to = steps.browse(), set()
        guard = self.env["collection.contact.guard"]
        for channel, own in steps.grouped("channel").items():
            persons = {step.case_id: step.recipient_id.sudo() for step in own}
            answers = guard._ask(own.case_id, channel, persons=persons)
            for step in own:
                answer = answers[step.case_id]
                if not self._is_for_person(step) and step.recipient_id in written_to:
                    # Two customers, one person: the next batch finds this one's message
                    # in the log, and decides.
                    continue
                written_to.add(step.recipient_id)
                if not answer.level or self._is_later(step, answer):
                    going |= step
                elif answer.level == "stop":
                    self._stop(step, answer)
                else:
                    step._postpone(answer)
        return going

    @api.model
    def _is_later(self, step, answer):
        """A call goes on the collector's list at any hour, and waits there for the
        customer's office hours; the guard is asked again when it is made."""
        return self._is_for_person(step) and answer.limit in ("hours", "day_off")

    @api.model
    def _stop(self, step, answer):
        """A person decides how to go on; the step is not tried again by itself."""
        step._set_state("failed", error=answer.reason, date_try=False)
        step.case_id._add_task(self.env._("Contact is stopped"), answer.reason)
