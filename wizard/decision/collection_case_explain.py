from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date

from ...models.agreement.collection_dispute import OPEN_STATES
from ...models.agreement.collection_installment_plan import RUNNING_STATES
from ...models.ledger.collection_exposure import OPEN
from ...tools.channels import channels

DAY_FORMAT = "EEE d MMM y"
ONE_DAY = timedelta(days=1)
CALLS = channels(is_call=True)


class CollectionCaseExplain(models.TransientModel):
    """Why was, or was not, this customer contacted on a given day?"""

    _name = "collection.case.explain"
    _description = "Why, on a Given Day"

    case_id = fields.Many2one("collection.case", required=True)
    date = fields.Date(
        "On",
        required=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    answer = fields.Text(compute="_compute_answer")
    grounds = fields.Html(compute="_compute_answer")

    @api.depends("case_id", "date")
    def _compute_answer(self):
        for why in self:
            why.answer, why.grounds = why._get_answer() if why.date else (False, False)

    def _get_answer(self):
        """:return: translated answer for a past day (from the record), for today or
        for a day to come (from the decision itself), and HTML of what it rests on"""
        today = self.case_id.company_id._get_collection_today()
        if self.date >= today:
            return self._get_future_answer()
        decision = self.case_id._get_last_decision(self.date)
        if not decision:
            return self.env._("The case had not been opened by then."), False
        return decision.explanation, False

    def _get_future_answer(self):
        case = self.case_id
        # Reading rights on the case are enough to ask; nothing is written.
        rows, (items, days) = (
            self.env["collection.scheduler"]
            .sudo()
            ._explain(case.company_id, self.date, case.partner_id.ids)
        )
        row = next((row for row in rows if row["case_id"] == case.id), None)
        if row is None:
            return self.env._("Everything is settled."), False
        stage = self.env["collection.stage"].browse(row["stage_id"])
        answer = self.env["collection.decision"]._explain(
            row["reason"],
            stage,
            row["date_next"],
            row["amount_net"],
            case.currency_id,
        )
        answer = "\n".join(filter(None, (answer, self._get_obstacle(stage))))
        lines = [self._get_item_text(item) for item in items]
        if stage and row["date_next"]:
            lines += self._get_day_texts(stage, row, items, days.get(case.id, {}))
        rows = Markup().join(Markup("<li>%s</li>") % line for line in lines if line)
        return answer, rows and Markup("<ul>%s</ul>") % rows

    def _get_obstacle(self, stage):
        """:return: translated sentence on what makes the next step wait, else False

        :param stage: collection.stage of the next step
        """
        case = self.case_id
        waiting = bool(case.step_id) and case.step_id._get_waiting_text()
        if waiting or stage.channel != "phone":
            return waiting
        # The limits of that day, at the hour at which a run counts.
        on_day = case.with_context(collection_as_of=self.date)
        return on_day._get_call_obstacles().get(case)

    # ------------------------------------------------------------------
    # Item by item
    # ------------------------------------------------------------------

    def _format(self, day):
        return format_date(self.env, day, date_format=DAY_FORMAT)

    def _get_item_text(self, row):
        """:return: translated sentence: what is next for an item and the counts that
        lead there, or what keeps this very item from being collected"""
        item = self.env["collection.item"].browse(row["item_id"])
        words = {
            "invoice": item.move_id.name,
            "due": self._format(row["date_maturity"]),
        }
        if row["status"] != OPEN:
            why = self._get_rest_text(item, row["status"])
        elif row["stage_id"]:
            why = self._get_ladder_text(row)
        elif row["reached_id"] == item.case_id.policy_id.stage_ids[-1:].id:
            why = self.env._("All stages of the policy are done.")
        else:
            why = self.env._("No step follows now.")
        return self.env._("%(invoice)s, due %(due)s: %(why)s", why=why, **words)

    def _get_ladder_text(self, row):
        """:return: translated sentence with the counts; the later one holds"""
        Stage = self.env["collection.stage"]
        stage, reached = Stage.browse(row["stage_id"]), Stage.browse(row["reached_id"])
        frozen = timedelta(days=row["days_frozen"])
        counts = [self._get_due_count(stage, row["date_maturity"])]
        if row["date_stage"] and stage.gap_days:
            counts.append(
                self.env._(
                    "%(days)s days after “%(stage)s” is %(date)s",
                    days=stage.gap_days,
                    stage=reached.name,
                    date=self._format(
                        row["date_stage"] + timedelta(days=stage.gap_days)
                    ),
                )
            )
        if frozen:
            counts.append(
                self.env._(
                    "%s days on hold, promised or disputed are added", frozen.days
                )
            )
        if row["date_resumed"] and row["date_ready"] == row["date_resumed"] + ONE_DAY:
            counts.append(self.env._("not on the day on which it resumed"))
        return self.env._(
            "“%(stage)s” from %(date)s on: %(counts)s.",
            stage=stage.name,
            date=self._format(row["date_ready"]),
            counts="; ".join(counts),
        )

    def _get_due_count(self, stage, maturity):
        day = self._format(maturity + timedelta(days=stage.days))
        if stage.days < 0:
            return self.env._(
                "%(days)s days before due is %(date)s", days=-stage.days, date=day
            )
        return self.env._(
            "%(days)s days after due is %(date)s", days=stage.days, date=day
        )

    def _get_rest_text(self, item, status):
        """:return: translated sentence on all that keeps an item from being collected,
        its own only"""
        texts = [
            *self._get_hold_texts(item),
            *self._get_agreement_texts(item),
        ] or [dict(self._get_status_labels())[status]]
        return "; ".join(texts) + "."

    def _get_status_labels(self):
        field = self.env["collection.exposure"]._fields["status"]
        return field._description_selection(self.env)

    def _get_hold_texts(self, item):
        holds = item.case_id.hold_ids.filtered(
            lambda hold: hold.state == "active" and item in hold._get_held_items()
        )
        return [
            self.env._(
                "on hold until it is reviewed on %(date)s (%(reason)s)",
                date=self._format(hold.date_review),
                reason=hold.reason_id.name,
            )
            for hold in holds
        ]

    def _get_agreement_texts(self, item):
        """:return: list of translated words on what was agreed about an item, or is in
        question"""
        promises = self.env["collection.promise"]._find_open(item)
        plans = item.case_id.plan_ids.filtered(
            lambda plan: plan.state in RUNNING_STATES and item in plan.item_ids
        )
        disputes = item.case_id.dispute_ids.filtered(
            lambda row: row.state in OPEN_STATES and row.move_id == item.move_id
        )
        return [
            *(
                self.env._(
                    "%(amount)s promised by %(date)s",
                    amount=promise.currency_id.format(promise.amount_missing),
                    date=self._format(promise.date_last),
                )
                for promise in promises
                if promise.state == "open"
            ),
            *(self.env._("on installment plan %s", plan.name) for plan in plans),
            *(
                self.env._(
                    "%(amount)s disputed (%(reason)s)",
                    amount=dispute.currency_id.format(dispute.amount),
                    reason=dispute.reason_id.name,
                )
                for dispute in disputes
            ),
        ]

    # ------------------------------------------------------------------
    # The case as a whole
    # ------------------------------------------------------------------

    def _get_day_texts(self, stage, row, items, days):
        """:return: list of translated sentences: what moves the next step to a later
        day than the one on which its item is ready"""
        own = [item for item in items if item["stage_id"] == stage.id]
        if not own or row["reason"] == "hold":
            return []
        limit = days.get("date_call" if stage.channel in CALLS else "date_touch")
        day = max(min(item["date_ready"] for item in own), self.date)
        texts = []
        for moved, text in (
            (
                days.get("date_quiet"),
                self.env._("Quiet time since the last step: not before %s."),
            ),
            (limit, self.env._("Contact limits of the policy: not before %s.")),
            (
                days.get("date_paused"),
                self.env._("A reply waits to be read: not before %s."),
            ),
        ):
            if moved and moved > day:
                day = moved
                texts.append(text % self._format(moved))
        if row["date_next"] > day:
            texts.append(
                self.env._(
                    "%(day)s is not a working day, so %(next)s.",
                    day=self._format(day),
                    next=self._format(row["date_next"]),
                )
            )
        return texts
