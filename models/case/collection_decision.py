from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..common.fields import Many2oneNoFK

REASONS = [
    ("due", "A step is due"),
    ("waiting", "Waiting for the next stage"),
    ("quiet", "Quiet time since the last step"),
    ("not_working_day", "Not a working day"),
    ("contact_limit", "Contact limit reached"),
    ("reply", "A reply waits to be read"),
    ("do_not_contact", "Does not want to be contacted"),
    ("hold", "On hold"),
    ("promised", "Promised"),
    ("planned", "On installments"),
    ("disputed", "Disputed"),
    ("covered", "Covered by credits or under the tolerance"),
    ("nothing_open", "Nothing to collect now"),
    ("ladder_end", "All stages taken"),
    ("no_policy", "No policy applies"),
    ("stayed", "Stayed by bankruptcy"),
    ("settled", "Settled"),
    ("merged", "Continues in another case"),
]
# Reasons that pass by themselves: a planned step waits instead of being dropped.
TEMPORARY_REASONS = ("quiet", "not_working_day", "contact_limit", "reply")


class CollectionDecision(models.Model):
    """What the plan decided for a case and why: one row per change, kept for ever.

    The latest row on or before a day answers why the customer was, or was not,
    contacted on that day.
    """

    _name = "collection.decision"
    _description = "Collection Decision"
    _order = "date desc, id desc"
    _rec_name = "reason"

    # A case is never deleted, a stage not when it is used.
    case_id = Many2oneNoFK(
        "collection.case", required=True, index=True, ondelete="cascade"
    )
    company_id = Many2oneNoFK(related="case_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True)
    reason = fields.Selection(REASONS, required=True)
    stage_id = Many2oneNoFK("collection.stage", "Next stage")
    date_next = fields.Date("Due on")
    amount_net = fields.Monetary("Net amount")
    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("reason", "stage_id", "date_next", "amount_net")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for decision in self:
            decision.explanation = decision._explain(
                decision.reason,
                decision.stage_id,
                decision.date_next,
                decision.amount_net,
                decision.currency_id,
            )

    @api.model
    def _explain(self, reason, stage, date_next, amount_net, currency):
        """Say a decision in words that a customer could be shown.

        :param str reason: a key of ``REASONS``
        :param stage: the next collection.stage, possibly empty
        :param date date_next: the day it is due, or False
        :param float amount_net: net overdue amount, in ``currency``
        :param currency: res.currency record
        :return: a translated sentence
        """
        words = {
            "stage": stage.name or "",
            "date": format_date(self.env, date_next) if date_next else "",
            # Credits may be more than what is overdue; then nothing remains.
            "amount": format_amount(self.env, max(amount_net or 0.0, 0.0), currency),
        }
        sentences = {
            **self._get_going_sentences(words),
            **self._get_resting_sentences(words),
            **self._get_ending_sentences(),
        }
        return sentences[reason]

    @api.model
    def _get_going_sentences(self, words):
        """:return: dict of translated sentences for what moves by itself"""
        return {
            "due": self.env._(
                "“%(stage)s” is due for %(amount)s, net of credits.", **words
            ),
            "waiting": self.env._("Next is “%(stage)s”, due on %(date)s.", **words),
            "quiet": self.env._(
                "“%(stage)s” is due, but the last step was too recent: it waits until"
                " %(date)s.",
                **words,
            ),
            "not_working_day": self.env._(
                "“%(stage)s” is due, but today is not a working day: it waits until"
                " %(date)s.",
                **words,
            ),
            "contact_limit": self.env._(
                "“%(stage)s” is due, but the customer has been contacted as often as"
                " the policy allows: it waits until %(date)s.",
                **words,
            ),
            "reply": self.env._(
                "“%(stage)s” is due, but the customer has written and somebody has "
                "to read it first: it waits until %(date)s.",
                **words,
            ),
        }

    @api.model
    def _get_resting_sentences(self, words):
        """:return: dict of translated sentences for what does not move by itself"""
        return {
            "hold": self.env._("On hold until it is reviewed on %(date)s.", **words),
            "covered": self.env._(
                "Nothing is sent: after open credits %(amount)s remains overdue, which"
                " is not above the policy's tolerance.",
                **words,
            ),
            "do_not_contact": self.env._(
                "Nothing is sent: the customer has asked not to be contacted."
            ),
            "promised": self.env._("Nothing is sent: a promise to pay is open."),
            "planned": self.env._("Nothing is sent: covered by an installment plan."),
            "disputed": self.env._("Nothing is sent: what is due is disputed."),
            "nothing_open": self.env._(
                "Nothing is sent: every due item is on hold, blocked or has a payment"
                " on its way."
            ),
            "ladder_end": self.env._(
                "All stages of the policy are done: a person decides what comes next."
            ),
            "stayed": self.env._(
                "Nothing is sent: the customer is bankrupt, and what was owed before"
                " the petition is stayed."
            ),
            "no_policy": self.env._("No policy applies to this customer."),
        }

    @api.model
    def _get_ending_sentences(self):
        """:return: dict of translated sentences for cases that are closed"""
        return {
            "settled": self.env._("Everything is settled."),
            "merged": self.env._(
                "Nothing is sent: what is open is collected in the case of another "
                "customer."
            ),
        }
