from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...tools.contact_limits import Limits
from ..common.fields import is_referred_to

CATCH_UP = [
    ("walk", "Walk every stage, from the first one"),
    ("fit", "Start at the stage that fits the age"),
]
AND_OR = [("and", "and"), ("or", "or")]
STATES = [("draft", "Draft"), ("active", "In use")]


class CollectionPolicy(models.Model):
    """An escalation policy: which customers it is for, and the stages of its ladder.

    A case takes the first policy in use, by sequence, whose criteria it meets, unless
    one is fixed on the customer. A new policy is a draft and comes last: until somebody
    activates it, it is for those on whom it is fixed. The policy stays with the case
    once a step has been taken. Collectors read policies, collections managers change
    them.
    """

    _name = "collection.policy"
    _description = "Collection Policy"
    _inherit = ["collection.protected.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=lambda self: self._get_last_sequence() + 10,
        help="The first policy whose criteria a customer meets applies.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        help="A draft is chosen for nobody, but for those on whom it is fixed.",
    )
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        "Collector",
        check_company=True,
        domain="[('share', '=', False), ('active', '=', True)]",
        help="Works the cases of this policy unless the customer has a collector.",
    )
    # Who it is for. Zero or empty: no condition.
    tenure_min = fields.Integer("Customer for at least (months)", default=0)
    tenure_max = fields.Integer("Customer for less than (months)", default=0)
    turnover_operator = fields.Selection(
        AND_OR,
        "Tenure and turnover",
        default="and",
        required=True,
        help="Whether the customer must meet the conditions on tenure AND on turnover,"
        " or whether meeting one of the two is enough.",
    )
    turnover_min = fields.Monetary("Invoiced in 12 months at least", default=0)
    turnover_max = fields.Monetary("Invoiced in 12 months less than", default=0)
    overdue_min = fields.Monetary("Overdue at least", default=0)
    overdue_max = fields.Monetary("Overdue less than", default=0)
    overdue_ratio_max = fields.Float(
        "Overdue share at most (%)",
        default=0,
        help="Overdue amount as a percentage of what was invoiced in 12 months.",
    )
    partner_category_ids = fields.Many2many("res.partner.category", string="Tags")
    country_ids = fields.Many2many("res.country", string="Countries")
    # How it works.
    net_credits = fields.Boolean(
        "Net of open credits",
        default=True,
        help="Open credit notes and unmatched payments count against the debt.",
    )
    tolerance = fields.Monetary(
        default=1.0,
        help="At or under this net overdue amount nothing is sent.",
    )
    catch_up = fields.Selection(
        CATCH_UP,
        "A customer found late on the first run",
        default="walk",
        required=True,
    )
    quiet_days = fields.Integer(
        "Days between two steps",
        default=7,
        help="However many invoices are late, a customer is contacted by the scheduler"
        " only this many days after the previous step.",
    )
    working_days_only = fields.Boolean(
        default=True, help="No step is taken on a weekend or a public holiday."
    )
    task_patience = fields.Integer(
        "Task expires after (days)",
        default=7,
        help="A call or visit not made within this time is skipped for that reason, "
        "so that the ladder does not stall.",
    )
    # How much of a promise a collector may take; above it a manager approves.
    promise_days_max = fields.Integer(
        "Promises up to (days)", default=30, help="Zero: no limit."
    )
    promise_count_max = fields.Integer(
        "Promises per item", default=2, help="Zero: no limit."
    )
    promise_amount_max = fields.Monetary(
        "Promises up to (amount)", default=0, help="Zero: no limit."
    )
    promise_tolerance = fields.Integer(
        "Tolerance of promises (days)",
        default=3,
        help="Days after the promised date within which the money is still on time.",
    )
    promise_threshold = fields.Float(
        "Promise kept from (%)",
        default=100,
        help="Share of the promised amount from which a promise counts as kept.",
    )
    promise_remind_days = fields.Integer(
        "Remind of promises (days before)", default=2, help="Zero: no reminder."
    )
    stage_ids = fields.One2many("collection.stage", "policy_id", "Stages", copy=True)
    stage_count = fields.Integer("Stages in use", compute="_compute_stage_count")
    criteria_text = fields.Char("Applies to", compute="_compute_criteria_text")
    limit_mode = fields.Selection(
        [("block", "Not allowed"), ("warn", "Allowed, with a warning")],
        "A person exceeds a limit",
        default="block",
        required=True,
        help="The scheduler never exceeds a limit. A manager may override one with a"
        " reason, which is logged.",
    )
    limit_once_a_day = fields.Boolean(
        "Never twice on one day",
        default=True,
        help="Whoever tries, on whatever channel.",
    )
    limit_call_days = fields.Integer(
        "Days between two calls",
        default=7,
        help="Attempts count, not only successes. Zero: no limit.",
    )
    limit_talk_days = fields.Integer(
        "Days from a conversation to the next call",
        default=7,
        help="The day of the conversation is day 1: after one on the 1st, the next "
        "call is on the 8th. Zero: no limit.",
    )
    limit_attempts = fields.Integer(
        "Attempts in 7 days",
        default=7,
        help="On all channels, by people and by the scheduler. Zero: no limit.",
    )
    limit_hour_from = fields.Float(
        "Calls from", default=8.0, help="In the customer's own time zone."
    )
    limit_hour_to = fields.Float(
        "Calls before", default=21.0, help="In the customer's own time zone."
    )
    plan_months_max = fields.Integer(
        "Plans up to (months)", default=6, help="Zero: no limit."
    )
    plan_installment_min = fields.Monetary(
        "Smallest installment", default=50, help="Zero: no limit."
    )
    plan_down_min = fields.Float(
        "Down payment at least (%)",
        default=0,
        help="Share of the covered amount. Zero: none is needed.",
    )
    plan_amount_max = fields.Monetary(
        "Plans up to (amount)", default=0, help="Zero: no limit."
    )
    plan_default_max = fields.Integer(
        "Defaults allowed before",
        default=0,
        help="Customers who defaulted more often need a manager's approval for a plan.",
    )
    plan_rate_max = fields.Float(
        "Interest up to (% a year)", default=12, help="Zero: no limit."
    )
    plan_charge_max = fields.Float(
        "Charge up to (%)",
        default=5,
        help="Share of the covered amount. Zero: no limit.",
    )
    plan_offer_days = fields.Integer(
        "Offer valid for (days)",
        default=14,
        help="Never longer than until the first date of its schedule.",
    )
    plan_tolerance_days = fields.Integer(
        "Tolerance of installments (days)",
        default=5,
        help="Days after the date within which an installment is still on time.",
    )
    plan_tolerance_amount = fields.Monetary(
        "Tolerance of installments (amount)",
        default=1,
        help="Up to this amount, what is missing does not make a plan late.",
    )
    plan_missed_max = fields.Integer(
        "Missed installments allowed",
        default=0,
        help="A notice is sent when more installments than this are missed.",
    )
    plan_cure_days = fields.Integer(
        "Time to cure (days)",
        default=7,
        help="From the notice on; when they have passed the plan is in default.",
    )
    plan_current = fields.Boolean(
        "New invoices must stay current",
        help="An overdue invoice outside the plan puts it in notice as well.",
    )
    plan_raise_stage = fields.Boolean(
        "Resume one stage higher",
        help="After a default the items resume one stage above the one they had.",
    )
    plan_remind_days = fields.Integer(
        "Remind of installments (days before)", default=3, help="Zero: no reminder."
    )
    plan_remind_late_days = fields.Integer(
        "Remind of missed installments (days after)",
        default=2,
        help="Zero: no reminder. The notice follows after the tolerance.",
    )
    settlement_collector_max = fields.Float(
        "Collectors reduce by up to (%)",
        default=5,
        help="A larger reduction waits for a collections manager.",
    )
    settlement_manager_max = fields.Float(
        "Managers reduce by up to (%)",
        default=30,
        help="Nobody offers a larger reduction.",
    )
    settlement_tolerance = fields.Integer(
        "Tolerance of settlements (days)",
        help="Days after a date within which the money is still in time.",
    )
    settlement_pause = fields.Boolean(
        "No reminders while a settlement is offered",
        help="Otherwise they go on until it is accepted.",
    )
    is_published = fields.Boolean(
        "Published in the portal",
        help="Customers of this policy can read it there, in their language.",
    )
    charges_text = fields.Text(
        "Charges",
        translate=True,
        help="What the printed policy says about interest and costs.",
    )
    hours_text = fields.Char(
        "Office hours",
        translate=True,
        help="When customers can reach us, as stated in the printed policy.",
    )

    _amounts_positive = models.Constraint(
        "CHECK (tolerance >= 0 AND turnover_min >= 0 AND turnover_max >= 0"
        " AND overdue_min >= 0 AND overdue_max >= 0 AND overdue_ratio_max >= 0)",
        "Amounts and shares of a policy cannot be negative.",
    )
    _days_positive = models.Constraint(
        "CHECK (tenure_min >= 0 AND tenure_max >= 0 AND quiet_days >= 1"
        " AND task_patience >= 1)",
        "Months of tenure cannot be negative, and there is at least one day between two"
        " steps and for a task.",
    )
    _promise_limits = models.Constraint(
        "CHECK (promise_days_max >= 0 AND promise_count_max >= 0"
        " AND promise_amount_max >= 0 AND promise_tolerance >= 0"
        " AND promise_remind_days >= 0"
        " AND promise_threshold > 0 AND promise_threshold <= 100)",
        "The limits of promises cannot be negative, and a promise is kept from a share"
        " between 0 and 100 percent.",
    )
    _settlement_limits = models.Constraint(
        "CHECK (settlement_collector_max BETWEEN 0 AND 100"
        " AND settlement_manager_max BETWEEN 0 AND 100"
        " AND settlement_tolerance BETWEEN 0 AND 365)",
        "Reductions are between 0 and 100 percent, and the tolerance of settlements is"
        " up to a year.",
    )
    _contact_limits = models.Constraint(
        "CHECK (limit_call_days >= 0 AND limit_talk_days >= 0 AND limit_attempts >= 0"
        " AND limit_call_days <= 60 AND limit_talk_days <= 60)",
        "The days and numbers of contact limits are from 0 to 60.",
    )
    _contact_hours = models.Constraint(
        "CHECK (limit_hour_from >= 0 AND limit_hour_to <= 24"
        " AND limit_hour_from < limit_hour_to)",
        "Calls must be allowed from one hour to a later one of the same day.",
    )
    _plan_limits = models.Constraint(
        "CHECK (plan_months_max >= 0 AND plan_installment_min >= 0"
        " AND plan_down_min >= 0 AND plan_down_min < 100 AND plan_amount_max >= 0"
        " AND plan_default_max >= 0 AND plan_offer_days >= 1"
        " AND plan_rate_max >= 0 AND plan_charge_max >= 0"
        " AND plan_tolerance_days >= 0 AND plan_tolerance_amount >= 0"
        " AND plan_missed_max >= 0 AND plan_cure_days >= 1"
        " AND plan_remind_days >= 0 AND plan_remind_late_days >= 0)",
        "The limits of installment plans cannot be negative; an offer is valid, and"
        " there is time to cure, for at least one day.",
    )
    # Days much further away are out of the range of dates in PostgreSQL and Python.
    _days_within_reach = models.Constraint(
        "CHECK (quiet_days <= 3650 AND task_patience <= 3650"
        " AND promise_days_max <= 3650 AND promise_tolerance <= 3650"
        " AND promise_remind_days <= 3650 AND plan_offer_days <= 3650"
        " AND plan_tolerance_days <= 3650 AND plan_cure_days <= 3650"
        " AND plan_remind_days <= 3650 AND plan_remind_late_days <= 3650)",
        "The days of a policy are at most 3650, ten years.",
    )
    _months_within_reach = models.Constraint(
        "CHECK (tenure_min <= 1200 AND tenure_max <= 1200 AND plan_months_max <= 1200)",
        "The months of a policy are at most 1200, a hundred years.",
    )

    @api.depends("stage_ids.active")
    def _compute_stage_count(self):
        for policy in self:
            policy.stage_count = len(policy.stage_ids)

    @api.depends(
        "tenure_min",
        "tenure_max",
        "turnover_operator",
        "turnover_min",
        "turnover_max",
        "overdue_min",
        "overdue_max",
        "overdue_ratio_max",
        "partner_category_ids",
        "country_ids",
    )
    @api.depends_context("lang")
    def _compute_criteria_text(self):
        for policy in self:
            who = policy._get_tenure_turnover_texts()
            if policy.turnover_operator == "or" and len(who) == 2:
                who = [
                    self.env._(
                        "(%(tenure)s or %(turnover)s)", tenure=who[0], turnover=who[1]
                    )
                ]
            parts = who + policy._get_other_criteria_texts()
            policy.criteria_text = self.env._(" and ").join(parts) or self.env._(
                "every customer"
            )

    @api.constrains("tenure_min", "tenure_max")
    def _check_tenure(self):
        for policy in self:
            if policy.tenure_max and policy.tenure_min >= policy.tenure_max:
                raise ValidationError(
                    self.env._(
                        "Policy “%s” sets a tenure that no customer can have: the "
                        "lower limit must be below the upper one.",
                        policy.name,
                    )
                )

    @api.constrains("turnover_min", "turnover_max", "overdue_min", "overdue_max")
    def _check_amount_ranges(self):
        for policy in self:
            for low, high in (
                (policy.turnover_min, policy.turnover_max),
                (policy.overdue_min, policy.overdue_max),
            ):
                if high and low >= high:
                    raise ValidationError(
                        self.env._(
                            "Policy “%s” sets an amount that no customer can have: "
                            "the lower limit must be below the upper one.",
                            policy.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """No foreign key keeps what the runs write (see ``Many2oneNoFK``), and they may
        be writing it just now."""
        self.company_id._check_no_collection_run()
        self.with_context(active_test=False).stage_ids._unlink_except_used()
        if is_referred_to(self):
            raise ValidationError(
                self.env._(
                    "This policy is in use, so it cannot be deleted. Archive it "
                    "instead: it is then no longer chosen."
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if default and "name" in default:
            return vals_list
        last = self._get_last_sequence()
        return [
            {
                **vals,
                "name": self.env._("%s (copy)", policy.name),
                "sequence": last + 10,
            }
            for policy, vals in zip(self, vals_list, strict=True)
        ]

    @api.model
    def _get_last_sequence(self):
        return max(
            self.with_context(active_test=False).search([]).mapped("sequence"),
            default=0,
        )

    def action_activate(self):
        """Have customers follow these policies from the next run on.

        :raises UserError: when one has no stages
        """
        for policy in self:
            if not policy.stage_ids:
                raise UserError(
                    self.env._(
                        "Policy “%s” has no stages: customers who followed it would "
                        "hear nothing. Add some first.",
                        policy.name,
                    )
                )
        self.state = "active"

    def action_draft(self):
        """Choose these policies for nobody any more; who was reminded stays on them."""
        self.state = "draft"

    def _get_amount_exceeded(self, limit, amount, currency, company, day):
        """Compare what a promise or a plan is about with a limit of this policy.

        :param str limit: name of the field with the limit; zero is none
        :param float amount: in ``currency``, converted as of ``day``
        :return: translated sentence, or False within the limit
        """
        own, most = company.currency_id, self[limit]
        amount = currency._convert(amount, own, company, day)
        if not most or own.compare_amounts(amount, most) <= 0:
            return False
        return self.env._("The amount is above the limit of %s.", own.format(most))

    def _get_tenure_turnover_texts(self):
        """:return: translated conditions, at most one on tenure and one on turnover"""
        tenure = self._get_range_text(
            self.env._("customer"),
            self.tenure_min,
            self.tenure_max,
            self.env._("%s months"),
        )
        turnover = self._get_range_text(
            self.env._("invoiced in 12 months"),
            self.turnover_min,
            self.turnover_max,
            "%s " + (self.currency_id.name or ""),
        )
        return [text for text in (tenure, turnover) if text]

    def _get_other_criteria_texts(self):
        unit = "%s " + (self.currency_id.name or "")
        texts = [
            self._get_range_text(
                self.env._("overdue"), self.overdue_min, self.overdue_max, unit
            )
        ]
        if self.overdue_ratio_max:
            texts.append(
                self.env._("overdue share at most %g %%", self.overdue_ratio_max)
            )
        if self.partner_category_ids:
            names = ", ".join(self.partner_category_ids.mapped("display_name"))
            texts.append(self.env._("tagged %s", names))
        if self.country_ids:
            texts.append(
                self.env._("in %s", ", ".join(self.country_ids.mapped("name")))
            )
        return [text for text in texts if text]

    def _get_range_text(self, what, low, high, unit):
        if low and high:
            return self.env._(
                "%(what)s from %(low)s to under %(high)s",
                what=what,
                low=unit % f"{low:g}",
                high=unit % f"{high:g}",
            )
        if low:
            return self.env._(
                "%(what)s at least %(low)s", what=what, low=unit % f"{low:g}"
            )
        if high:
            return self.env._(
                "%(what)s under %(high)s", what=what, high=unit % f"{high:g}"
            )
        return ""

    @api.model
    def _copy_to_companies(self, companies):
        """Give each company that has no policy the shipped ones of the main company.

        Companies come into being at any time, and one without a policy would silently
        collect nothing.

        :param companies: res.company records
        """
        Policy = self.sudo().with_context(active_test=False)
        served = Policy.search([]).company_id
        shipped = self.env["ir.model.data"]._get_shipped_by_collections(self._name)
        for company in companies - served:
            for policy in shipped:
                policy.copy(
                    {
                        "name": policy.name,
                        "company_id": company.id,
                        "user_id": False,
                        "state": policy.state,
                    }
                )
        self._translate_copies()

    @api.model
    def _translate_copies(self):
        """Give the companies' copies the translations of what was shipped.

        Odoo loads a language for shipped records only. Words that somebody has
        changed, or has translated, are left alone.

        In: the shipped records and the copies, a JSON of words per language each.
        Out: copies with the same English words get the languages they lack.
        Example: shipped {en: Call, de: Anruf}, copy {en: Call}: the copy is
        {en: Call, de: Anruf}; a copy {en: Ring them} stays as it is.
        """
        data = self.env["ir.model.data"]
        for model in ("collection.policy", "collection.stage"):
            shipped = data._get_shipped_by_collections(model)
            shipped.flush_model()
            for name, field in shipped._fields.items():
                if field.translate and field.store:
                    self.env.cr.execute(
                        SQL(
                            """
                            UPDATE %(table)s copy
                               SET %(name)s = shipped.%(name)s || copy.%(name)s
                              FROM %(table)s shipped
                             WHERE shipped.id = ANY(%(ids)s)
                               AND copy.id <> ALL(%(ids)s)
                               AND copy.%(name)s->>'en_US' = shipped.%(name)s->>'en_US'
                            """,
                            table=SQL.identifier(shipped._table),
                            name=SQL.identifier(name),
                            ids=shipped.ids,
                        )
                    )
            shipped.invalidate_model()

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def _get_limits(self):
        """:return: the Limits of this policy; the usual ones of no policy"""
        if not self:
            return Limits()
        return Limits(
            once_a_day=self.limit_once_a_day,
            call_gap=self.limit_call_days,
            talk_gap=self.limit_talk_days,
            attempts_max=self.limit_attempts,
            hour_from=self.limit_hour_from,
            hour_to=self.limit_hour_to,
            working_days=self.working_days_only,
        )

    # ------------------------------------------------------------------
    # Print
    # ------------------------------------------------------------------

    def action_print_policy(self):
        """Print this policy for customers, in the language of who prints it."""
        return self.env.ref("account_collections.action_report_policy").report_action(
            self, config=False
        )
