import math
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.ageing import BUCKETS, NAMES
from ...tools.step_states import OPEN_STATES
from ..common.fields import Many2oneNoFK
from .collection_decision import REASONS

STATES = [
    ("upcoming", "Not yet due"),
    ("active", "To collect"),
    ("hold", "On hold"),
    ("covered", "Covered"),
    ("stayed", "Bankrupt"),
    ("closed", "Closed"),
]
CLOSING_REASONS = [("settled", "Settled"), ("merged", "Merged with another case")]


class CollectionCase(models.Model):
    """The collection effort for one customer in one company.

    The review opens a case when a customer has something open, keeps its figures in
    line with the ledger, and closes it when everything is settled; undoing a payment
    opens it again. People work cases, they do not create or close them.
    Invoicing users read cases, collectors and managers work them.
    """

    _name = "collection.case"
    _description = "Collection Case"
    _inherit = ["collection.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "priority desc, amount_collectable desc, id desc"
    _rec_names_search = ["name", "partner_id", "item_ids.move_id.name"]
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char("Number", readonly=True)
    # Its journals and policies keep a company from being deleted.
    company_id = Many2oneNoFK("res.company", required=True, readonly=True)
    currency_id = Many2oneNoFK("res.currency", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    policy_id = Many2oneNoFK("collection.policy", readonly=True, index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        "Collector",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('active', '=', True)]",
    )
    state = fields.Selection(STATES, "Status", readonly=True, required=True)
    stage_id = fields.Many2one(
        "collection.stage",
        "Stage reached",
        readonly=True,
        index="btree_not_null",
        group_expand="_group_expand_stages",
        ondelete="restrict",
    )
    stage_color = fields.Integer(related="stage_id.color")
    priority = fields.Integer(
        "Points",
        readonly=True,
        aggregator=None,
        help="Order of the worklist and the calls: the larger and older the "
        "collectible amount, the more points; a broken promise, an unread reply "
        "and a waiting step add some, a small share of a large account takes "
        "some away.",
    )
    date_opened = fields.Date("Opened", readonly=True)
    date_closed = fields.Date("Closed on", readonly=True)
    closing_reason = fields.Selection(CLOSING_REASONS, readonly=True)
    date_reviewed = fields.Date("Figures as of", readonly=True)
    date_last_step = fields.Date("Last step", readonly=True)
    # Figures as the last review found them in the ledger, in company currency.
    amount_open = fields.Monetary("Open", readonly=True)
    amount_overdue = fields.Monetary("Overdue", readonly=True)
    amount_overdue_open = fields.Monetary("Overdue, free to collect", readonly=True)
    amount_held = fields.Monetary("On hold", readonly=True)
    amount_disputed = fields.Monetary("Disputed", readonly=True)
    amount_promised = fields.Monetary("Promised", readonly=True)
    amount_credit = fields.Monetary("Credits to match", readonly=True)
    amount_collectable = fields.Monetary("To collect", readonly=True)
    amount_not_due = fields.Monetary("Not due", readonly=True)
    amount_30 = fields.Monetary("1-30 days", readonly=True)
    amount_60 = fields.Monetary("31-60 days", readonly=True)
    amount_90 = fields.Monetary("61-90 days", readonly=True)
    amount_older = fields.Monetary("Over 90 days", readonly=True)
    ageing = fields.Json(compute="_compute_ageing")
    date_oldest_due = fields.Date("Oldest due date", readonly=True)
    days_late = fields.Integer(
        "Days overdue (oldest)",
        compute="_compute_days_late",
        search="_search_days_late",
    )
    item_count = fields.Integer("Open items", readonly=True)
    # Profile of the customer, from the ledger.
    date_customer_since = fields.Date("Customer since", readonly=True)
    amount_invoiced = fields.Monetary("Invoiced in 12 months", readonly=True)
    days_late_average = fields.Float(
        "Average days late", digits=(8, 1), readonly=True, aggregator="avg"
    )
    share_on_time = fields.Float(
        "Paid on time (%)", digits=(5, 1), readonly=True, aggregator="avg"
    )
    paid_count = fields.Integer("Items due or paid in 24 months", readonly=True)
    date_last_payment = fields.Date("Last payment", readonly=True)
    profile = fields.Char(compute="_compute_profile")
    # What the last plan decided.
    next_stage_id = Many2oneNoFK("collection.stage", "Next step", readonly=True)
    date_next = fields.Date("Due on", readonly=True)
    reason = fields.Selection(REASONS, "Standing", readonly=True)
    amount_net = fields.Monetary("Net overdue", readonly=True)
    reply_unread = fields.Boolean("Unread reply")
    item_ids = fields.One2many(
        "collection.item", "case_id", domain=[("is_open", "=", True)]
    )
    charge_table = fields.Html(
        "What late payment costs", compute="_compute_charge_table", sanitize=False
    )
    charge_count = fields.Integer("Late charges", compute="_compute_charge_count")
    exposure_ids = fields.Many2many(
        "collection.exposure", compute="_compute_exposure_ids", string="Due items"
    )
    credit_ids = fields.Many2many(
        "collection.exposure",
        compute="_compute_exposure_ids",
        string="Payments to match",
    )
    amount_stayed = fields.Monetary(
        "Before the petition",
        readonly=True,
        help="Stayed by a bankruptcy: owed up to the petition, and not collected.",
    )
    # They stay in the case, apart from what is collected, so that it shows both: what
    # was owed before the petition, and what goes on.
    stayed_ids = fields.Many2many(
        "collection.exposure",
        compute="_compute_exposure_ids",
        string="Items before the petition",
    )
    decision_ids = fields.One2many("collection.decision", "case_id", "Decisions")
    step_ids = fields.One2many("collection.step", "case_id", "Steps")
    contact_ids = fields.One2many("collection.contact", "case_id", "Contacts")
    letter_ids = fields.One2many("collection.letter", "case_id", "Letters")
    hold_ids = fields.One2many("collection.hold", "case_id", "Holds")
    partner_phone = fields.Char(related="partner_id.phone", string="Telephone")
    partner_email = fields.Char(related="partner_id.email", string="E-mail")
    next_text = fields.Char("Next step and date", compute="_compute_next_text")
    invoice_count = fields.Integer("Open invoices", compute="_compute_invoice_count")
    letter_count = fields.Integer("Letters sent", compute="_compute_counts")
    contact_count = fields.Integer("Contacts logged", compute="_compute_counts")
    hold_count = fields.Integer("Active holds", compute="_compute_counts")
    missing_payment_text = fields.Char(
        "Missing payments", compute="_compute_missing_payment_text"
    )
    date_follow_up = fields.Date(
        "Follow up on",
        readonly=True,
        help="Off the worklist until this day, as set by the last contact.",
    )
    date_paused = fields.Date(
        "Paused until",
        readonly=True,
        help="The customer has written: no automatic step before this day, so that "
        "somebody can read it first.",
    )

    terms_text = fields.Char(
        "Terms",
        compute="_compute_terms_text",
        help="What the customer has signed about late payment, and whether it counts"
        " today.",
    )

    _open_case = models.UniqueIndex(
        "(company_id, partner_id) WHERE state <> 'closed'",
        "There is already an open case for this customer.",
    )

    @api.depends(*NAMES)
    @api.depends_context("lang")
    def _compute_ageing(self):
        labels = self._get_ageing_labels()
        for case in self:
            case.ageing = [
                {
                    "key": bucket.key,
                    "label": labels[bucket.name],
                    "amount": case[bucket.name],
                }
                for bucket in BUCKETS
            ]

    @api.model
    def _get_ageing_labels(self):
        """:return: dict of what people call an ageing bucket, per field of its sum"""
        return {
            name: self._fields[name]._description_string(self.env) for name in NAMES
        }

    @api.depends("partner_id", "company_id")
    @api.depends_context("collection_as_of", "lang")
    def _compute_terms_text(self):
        for case in self:
            case.terms_text = self.env["collection.terms"]._describe(
                case.partner_id,
                case.company_id,
                case.company_id._get_collection_today(),
            )

    def action_view_terms(self):
        """Open the terms of this customer, signed or not."""
        self.ensure_one()
        return {
            **self.partner_id.action_view_collection_terms(),
            "domain": [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        }

    @api.depends("date_oldest_due")
    @api.depends_context("collection_as_of")
    def _compute_days_late(self):
        for case in self:
            day = case.company_id._get_collection_today()
            oldest = case.date_oldest_due or day
            case.days_late = max((day - oldest).days, 0)

    def _search_days_late(self, operator, value):
        if operator == "in":
            days = {int(each) for each in value}
            return Domain.OR(
                self._late_domain(day) & ~self._late_domain(day + 1) for day in days
            )
        if operator in (">", "<="):
            later = self._late_domain(math.floor(value) + 1)
            return later if operator == ">" else ~later
        if operator in (">=", "<"):
            later = self._late_domain(math.ceil(value))
            return later if operator == ">=" else ~later
        return NotImplemented

    def _late_domain(self, days):
        """:return: Domain of the cases that are at least so many days late, by the
        calendar of each company"""
        if days <= 0:
            return Domain.TRUE
        # Sudo: companies are told apart by their time zone, nothing else.
        companies = self.env["res.company"].sudo().search([])
        by_day = companies.grouped(lambda company: company._get_collection_today())
        return Domain.OR(
            Domain("company_id", "in", own.ids)
            & Domain(
                "date_oldest_due",
                "<=",
                today - timedelta(days=min(days, (today - date.min).days)),
            )
            for today, own in by_day.items()
        )

    @api.depends(
        "date_customer_since", "share_on_time", "days_late_average", "paid_count"
    )
    @api.depends_context("lang")
    def _compute_profile(self):
        for case in self:
            parts = []
            if case.date_customer_since:
                parts.append(
                    self.env._("customer since %s", case.date_customer_since.year)
                )
            if case.paid_count:
                parts.append(self.env._("%.0f %% on time", case.share_on_time))
                parts.append(
                    self.env._("%.0f days late on average", case.days_late_average)
                )
            if case.date_last_payment:
                day = format_date(self.env, case.date_last_payment)
                parts.append(self.env._("last payment %s", day))
            case.profile = ", ".join(parts)

    def _compute_exposure_ids(self):
        rows = self._find_by_customer("collection.exposure")
        for case in self:
            own = rows[case]
            if case.state == "closed":
                own = own.browse()
            case.credit_ids = own.filtered(lambda row: row.status == "credit")
            case.stayed_ids = own.filtered(
                lambda row: row.status in ("stayed", "stayed_credit")
            )
            case.exposure_ids = own - case.credit_ids - case.stayed_ids

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for case in self:
            case.display_name = f"{case.partner_id.display_name} ({case.name})"

    @api.depends("next_stage_id", "date_next", "state")
    @api.depends_context("lang")
    def _compute_next_text(self):
        for case in self:
            stage = case.state != "closed" and case.next_stage_id
            if stage and case.date_next:
                day = format_date(self.env, case.date_next)
                case.next_text = f"{stage.name}, {day}"
            else:
                case.next_text = stage.name if stage else False

    @api.depends("partner_id", "company_id", "state")
    @api.depends_context("lang", "collection_as_of")
    def _compute_missing_payment_text(self):
        """Tell of money that was on its way and has not come: it is asked for again."""
        self.missing_payment_text = False
        incoming = self.env["collection.incoming.payment"]
        for company, cases in self.grouped("company_id").items():
            missing = incoming._find_missing(cases.partner_id, company)
            for case in cases.filtered(lambda case: case.state != "closed"):
                case.missing_payment_text = " ".join(
                    self.env._(
                        "%(amount)s announced on %(day)s have not arrived, and are"
                        " collected again.",
                        amount=currency.format(amount),
                        day=format_date(self.env, day),
                    )
                    for day, amount, currency in missing.get(case.partner_id.id, [])
                )

    @api.depends("partner_id", "company_id", "state")
    def _compute_invoice_count(self):
        for case in self:
            case.invoice_count = len(case.exposure_ids.move_id)

    @api.depends("letter_ids", "contact_ids.is_void", "hold_ids.state")
    def _compute_counts(self):
        letters = self._count_by_case("collection.letter")
        contacts = self._count_by_case("collection.contact", [("is_void", "=", False)])
        holds = self._count_by_case("collection.hold", [("state", "=", "active")])
        for case in self:
            case.letter_count = letters.get(case.id, 0)
            case.contact_count = contacts.get(case.id, 0)
            case.hold_count = holds.get(case.id, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._(
                "A case is the record of what was done and said, so it cannot be "
                "deleted. It closes automatically when everything is settled."
            )
        )

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, *args, **kwargs):
        """Open the column of the customers who have not been reminded yet: the board
        would fold it, as it folds every column without a value."""
        cases = self
        if kwargs.get("auto_unfold") and groupby[:1] == ["stage_id"]:
            limit = kwargs.get("unfold_read_default_limit", 80)
            first = {"value": False, "folded": False, "limit": limit, "offset": 0}
            kwargs["opening_info"] = kwargs.get("opening_info") or [first]
            cases = self.with_context(collection_show_policy=True)
        return super(CollectionCase, cases).web_read_group(
            domain, groupby, *args, **kwargs
        )

    @api.model
    def _group_expand_stages(self, stages, _domain):
        """Show on the board, in order, the stages with customers, and one whole ladder:
        that of the only policy in use, or of the last, which is for everybody else."""
        policy = stages.policy_id
        if len(policy) != 1:
            policy = policy.search([("company_id", "=", self.env.company.id)])[-1:]
        return (stages | policy.stage_ids).sorted()

    def action_mark_reply_read(self):
        """Take the case off the list of unread replies."""
        self.check_access("write")
        self.reply_unread = False

    def _get_decision_text(self):
        """:return: the decision on this case in words, or False"""
        if self.state == "closed" and self.closing_reason == "merged":
            return self.env._(
                "Continues in the case of %s.",
                self.partner_id.commercial_partner_id.display_name,
            )
        reason = "settled" if self.state == "closed" else self.reason
        return reason and self.env["collection.decision"]._explain(
            reason,
            self.next_stage_id,
            self.date_next,
            self.amount_net,
            self.currency_id,
        )

    def _is_stayed(self):
        """:return: whether all that is open of this case was owed before a petition"""
        self.ensure_one()
        return bool(self.stayed_ids and not self.exposure_ids)

    def _check_stay(self, kind, description, source=""):
        """Refuse what concerns customers of whom nothing but stayed items is open.

        :param str kind: a key of the kinds of ``collection.blocked.attempt``
        :param str description: what is tried
        :raises UserError: when a stay forbids it
        """
        stay = self.env["collection.stay"]
        for case in self.filtered(lambda case: case._is_stayed()):
            bankruptcies = stay._get_bankruptcies(case.partner_id)
            stay._refuse(bankruptcies, case.company_id, kind, description, case, source)

    def _review_now(self):
        """Bring these cases in line with the ledger and plan their next step; as soon
        as the company is free, if another worker has it now.

        The one door upwards: something has happened to these cases, and the scheduler
        knows what is to be done about it.
        """
        # It writes what the ledger and the policy say, whoever was the cause.
        self.env["collection.scheduler"].sudo()._review_now(self)

    def _stop_execution(self):
        """Make sure that nothing is being sent for these cases right now: who executes
        them either finishes before this, or finds them changed and starts again."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE collection_case SET write_date = NOW() AT TIME ZONE 'UTC'"
                " WHERE id = ANY(%s)",
                self.ids,
            )
        )

    def _interrupt(self, moves=None, only_steps=False):
        """Stop what is under way for these cases, and look at them anew.

        Called by whatever takes something off collection. Two of these at a time, or
        one while a message is being written, both change the case, so that one waits
        for the other and starts again.

        :param moves: account.move records that are concerned; None for the whole cases
        :param bool only_steps: let documents that are no steps leave the queue
        """
        self._stop_execution()
        self.env["collection.letter"]._cancel_queued_about(self, moves, only_steps)
        self._review_now()

    def action_review(self):
        """Review these customers now instead of tonight."""
        self.check_access("write")
        # The review may write cases of this company only; the right was checked above.
        self._review_now()

    def _absorb(self, others):
        """Take over the items and holds of cases whose customers were merged.

        :param others: open cases of the same company; they are closed
        """
        self.ensure_one()
        if not others:
            return
        steps = others.step_ids.filtered(lambda step: step.state in OPEN_STATES)
        steps._set_state("cancelled", reason="merged")
        others.with_context(active_test=False).item_ids.case_id = self
        others.hold_ids.filtered(lambda hold: hold.state == "active").case_id = self
        others.write(
            {
                "state": "closed",
                "closing_reason": "merged",
                "reason": "merged",
                "stage_id": False,
                "next_stage_id": False,
                "date_next": False,
                "date_closed": self.company_id._get_collection_today(),
            }
        )

    @api.model
    def _find_open(self, partners, companies):
        """:return: the open cases of customers in companies, at most one for each"""
        return self.search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "in", companies.ids),
                ("state", "!=", "closed"),
            ]
        )

    @api.model
    def _search_by_customer(self, operator, value, scope=Domain.TRUE, company=None):
        """Search the records of a model by the open case of their customer, as the
        search method of their field does.

        It is a condition on each row: there may be a million of them.

        :param Domain scope: which records can have a case at all
        :param company: res.company of the cases; that of each record if not given
        """
        if operator == "in":
            chosen = Domain("id", "in", [each for each in value if each])
        elif operator in ("any", "any!"):
            chosen = value if isinstance(value, Domain) else Domain("id", "in", value)
        else:
            return NotImplemented
        # Sudo: whoever asks with "any!" bypasses the rights on cases.
        cases = self.sudo() if operator == "any!" else self
        domain = scope & cases._have_open(chosen, company)
        if operator == "in" and False in value:
            domain |= ~(scope & cases._have_open(Domain.TRUE, company))
        return domain

    def _have_open(self, chosen, company):
        """:return: Domain on records with commercial_partner_id and company_id: there
        is an open case, one of the chosen ones"""

        def to_sql(model, alias, query):
            cases = self._search(chosen & Domain("state", "!=", "closed"))
            own = {
                name: self._field_to_sql(cases.table, name, cases)
                for name in ("partner_id", "company_id")
            }
            customer = model._field_to_sql(alias, "commercial_partner_id", query)
            owner = (
                SQL("%s", company.id)
                if company
                else model._field_to_sql(alias, "company_id", query)
            )
            cases.add_where(SQL("%s = %s", own["partner_id"], customer))
            cases.add_where(SQL("%s = %s", own["company_id"], owner))
            return SQL("EXISTS %s", cases.subselect())

        return Domain.custom(to_sql=to_sql)

    def _find_by_customer(self, model):
        """:return: dict of the records of a model per case: those of its customer in
        its company

        :param str model: one with partner_id and company_id
        """
        Model = self.env[model]
        # At once with their fields: a view is worked out for each question.
        records = Model.search_fetch(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        grouped = records.grouped(lambda record: (record.company_id, record.partner_id))
        return {
            case: grouped.get((case.company_id, case.partner_id), Model)
            for case in self
        }

    def _find_open_items(self):
        """:return: the collection.item records of these cases that are not settled"""
        return self.env["collection.item"].search(
            [("case_id", "in", self.ids), ("is_open", "=", True)]
        )

    def _group_by_customer(self):
        """:return: dict of these cases, at most one open for each, per pair of
        res.company and res.partner record"""
        return {(case.company_id, case.partner_id): case for case in self}

    def _refresh_stages(self):
        """Show the stages that the items of these cases have reached just now."""
        self.env.flush_all()
        figures = self.env["collection.case.figures"]
        for company, cases in self.grouped("company_id").items():
            restrict = SQL("case_.partner_id = ANY(%s)", cases.partner_id.ids)
            figures._refresh_stages(company, restrict)
        self.env.invalidate_all(flush=False)

    def _add_task(self, summary, note="", day=None):
        """Make a to-do for the collector of each case.

        :param str summary: what to do
        :param str note: what there is to know
        :param date day: deadline; today if not given
        :return: the mail.activity records
        """
        tasks = self.env["mail.activity"]
        for case in self:
            # The scheduler and people with fewer rights make to-dos for the collector.
            tasks |= case.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                day or case.company_id._get_collection_today(),
                summary=summary,
                note=note,
                user_id=case._get_responsible().id,
            )
        return tasks

    def _get_collector(self):
        """:return: who works the case, and is named to the customer: its collector,
        else the policy's; nobody who has left"""
        self.ensure_one()
        return (self.user_id | self.policy_id.user_id).filtered("active")[:1]

    def _get_responsible(self):
        """:return: res.users who gets the to-dos of the case: its collector, else who
        is just doing something about it, else who is responsible in the company"""
        return self.company_id._get_collection_responsible(
            self.user_id, self.policy_id.user_id, self.env.user
        )

    def _get_last_decision(self, day):
        """Return what was decided as of a day.

        :param date day: today or a past day
        :return: the collection.decision in force on that day, possibly empty
        """
        self.ensure_one()
        return self.env["collection.decision"].search(
            [("case_id", "=", self.id), ("date", "<=", day)], limit=1
        )

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def _count_by_case(self, model, domain=()):
        """:return: dict of the number of records of a model per case id"""
        rows = self.env[model]._read_group(
            [("case_id", "in", self.ids), *domain], ["case_id"], ["__count"]
        )
        return {case.id: count for case, count in rows}

    # ------------------------------------------------------------------
    # Late charges
    # ------------------------------------------------------------------

    @api.depends("exposure_ids")
    @api.depends_context("lang", "collection_as_of")
    def _compute_charge_table(self):
        table = self.env["collection.charge.table"]
        for case in self:
            tables = table._get_of_rows(case.exposure_ids)
            case.charge_table = table._render(tables) if tables else False

    def _compute_charge_count(self):
        counts = dict(
            self.env["collection.charge"]._read_group(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for case in self:
            case.charge_count = counts.get(case.partner_id, 0)

    def action_charge(self):
        """Draft an invoice over what the late payment has cost so far.

        :return: action that opens the draft
        :raises UserError: when there is nothing to charge
        """
        self.ensure_one()
        self.check_access("write")
        booking = self.env["collection.charge.booking"]
        moves = booking._charge(self.exposure_ids, with_fees=False)
        if not moves:
            raise UserError(
                self.env._(
                    "There is nothing to charge: no rule is for this customer, or"
                    " everything was charged, or no rate is known for these days."
                )
            )
        return moves._get_records_action(name=self.env._("Late charges"))

    def action_view_charges(self):
        """Open the late charges of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_charge_action"
        )
        domain = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return {**action, "domain": domain}

    def action_print_statement(self):
        """Print the statement of account of these customers."""
        return self.env.ref(
            "account_collections.action_report_case_statement"
        ).report_action(self, config=False)

    def action_view_partner(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_view_invoices(self):
        """Open the customer's invoices that are in the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "domain": [("id", "in", self.exposure_ids.move_id.ids)],
            "context": {"create": False},
        }

    # ------------------------------------------------------------------
    # Log
    # ------------------------------------------------------------------

    def action_end_pause(self):
        """Let the steps of these cases go on: the reply is read."""
        self.check_access("write")
        self._write_protected({"date_paused": False, "reply_unread": False})
        self._review_now()
