from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .collection_installment_plan import RUNNING_STATES
from .collection_installment_plan import STATES as PLAN_STATES
from .collection_promise import OUTCOME_STATES
from .collection_promise import PENDING_STATES as PENDING_PROMISES


class CollectionCase(models.Model):
    """The promises and disputes of a case, and how its customer keeps promises."""

    _inherit = "collection.case"

    promise_ids = fields.One2many("collection.promise", "case_id", "Promises")
    dispute_ids = fields.Many2many(
        "collection.dispute", compute="_compute_dispute_ids", string="Disputes"
    )
    promise_count = fields.Integer("Promises taken", compute="_compute_promise_text")
    dispute_count = fields.Integer("Disputes opened", compute="_compute_dispute_ids")
    promise_text = fields.Char("Promises kept", compute="_compute_promise_text")
    plan_ids = fields.One2many(
        "collection.installment.plan", "case_id", "Installment plans"
    )
    plan_count = fields.Integer("Plans made", compute="_compute_plan_id")
    plan_id = fields.Many2one(
        "collection.installment.plan", "Running plan", compute="_compute_plan_id"
    )
    plan_percent = fields.Float("Plan paid (%)", compute="_compute_plan_id")
    plan_state = fields.Selection(
        PLAN_STATES, "Status of the plan", compute="_compute_plan_id"
    )
    settlement_ids = fields.One2many("collection.settlement", "case_id", "Settlements")
    settlement_count = fields.Integer(
        "Settlements offered", compute="_compute_settlement_count"
    )
    # A figure of the review, in company currency.
    amount_planned = fields.Monetary("On installments", readonly=True)

    def _compute_dispute_ids(self):
        disputes = self._find_by_customer("collection.dispute")
        for case in self:
            case.dispute_ids = disputes[case]
            case.dispute_count = len(disputes[case])

    @api.depends("promise_ids.state")
    @api.depends_context("lang")
    def _compute_promise_text(self):
        counts = self._count_promises()
        for case in self:
            case.promise_count = len(case.promise_ids)
            key = case.company_id, case.partner_id
            case.promise_text = self._get_promise_text(
                *(counts.get((*key, state), 0) for state in OUTCOME_STATES)
            )

    @api.depends("plan_ids.state")
    def _compute_plan_id(self):
        order = (*RUNNING_STATES, "offered", "approve", "draft")
        for case in self:
            plans = case.plan_ids.filtered(lambda plan: plan.state in order)
            case.plan_id = plans.sorted(lambda plan: order.index(plan.state))[:1]
            case.plan_percent = case.plan_id.percent_paid
            case.plan_state = case.plan_id.state
            case.plan_count = len(case.plan_ids)

    @api.depends("settlement_ids")
    def _compute_settlement_count(self):
        for case in self:
            case.settlement_count = len(case.settlement_ids)

    def _count_promises(self):
        """:return: dict of numbers per company, customer and state"""
        rows = self.env["collection.promise"]._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "in", OUTCOME_STATES),
            ],
            ["company_id", "partner_id", "state"],
            ["__count"],
        )
        return {tuple(key): count for *key, count in rows}

    def _get_promise_text(self, kept, partial, broken):
        """:return: how many promises were kept, in words"""
        parts = [
            kept == 1 and self.env._("1 promise kept"),
            kept > 1 and self.env._("%s promises kept", kept),
            partial and self.env._("%s partly kept", partial),
            broken and self.env._("%s broken", broken),
        ]
        if broken and not kept and not partial:
            parts = [self.env._("1 promise broken") if broken == 1 else None]
            parts.append(
                self.env._("%s promises broken", broken) if broken > 1 else None
            )
        return ", ".join(part for part in parts if part)

    def action_take_promise(self):
        """Take a promise for this customer, by default for all that is overdue."""
        self.ensure_one()
        return self._open_promise(self._get_promisable_items())

    def _get_promisable_items(self, moves=None):
        """Find what a new promise can cover.

        :param moves: account.move records to restrict to; all that is overdue if None
        :return: collection.item records of one currency, free of other promises
        """
        covered = self.promise_ids.filtered(
            lambda promise: promise.state in PENDING_PROMISES
        ).item_ids
        covered |= self._get_planned_items()
        items = (self.item_ids - covered).filtered(
            lambda item: item.move_id in moves if moves else item.days_late > 0
        )
        currency = items.filtered(
            lambda item: item.currency_id == self.currency_id
        ).currency_id
        currency = currency or items[:1].currency_id
        items = items.filtered(lambda item: item.currency_id == currency)
        return items - self.env["collection.stay"]._filter_items(items)

    def _open_promise(self, items, **defaults):
        """:return: the action that opens a new promise for these items
        :raises UserError: when a bankruptcy stays all that is open"""
        self._check_stay("promise", self.env._("Promise"))
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_promise_action_new"
            ),
            "context": {
                "default_case_id": self.id,
                "default_currency_id": items.currency_id.id,
                "default_item_ids": [Command.set(items.ids)],
                **{f"default_{name}": value for name, value in defaults.items()},
            },
        }

    def action_open_dispute(self):
        """Open a dispute about one of this customer's invoices."""
        self.ensure_one()
        return self._open_dispute()

    def _open_dispute(self, **defaults):
        """:return: the action that opens a new dispute for this customer"""
        moves = self.exposure_ids.move_id.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )
        if not moves:
            raise UserError(self.env._("This customer has no open invoice to dispute."))
        if len(moves) == 1:
            defaults.setdefault("move_id", moves.id)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_dispute_action_new"
            ),
            "context": {
                "collection_partner_id": self.partner_id.id,
                **{f"default_{name}": value for name, value in defaults.items()},
            },
        }

    def action_view_disputes(self):
        """Open the disputes of this customer."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_dispute_action"
            ),
            "domain": [("id", "in", self.dispute_ids.ids)],
            "context": {},
        }

    # ------------------------------------------------------------------
    # Installment plans
    # ------------------------------------------------------------------

    def action_propose_plan(self):
        """Propose installments for what is overdue and not on a plan yet."""
        self.ensure_one()
        return self._propose_plan(self._get_plannable_items())

    def _get_planned_items(self):
        """:return: collection.item records that running plans of these cases cover"""
        running = self.plan_ids.filtered(lambda plan: plan.state in RUNNING_STATES)
        return running.item_ids

    def _get_plannable_items(self, moves=None):
        """Find what a new plan can cover.

        :param moves: account.move records to restrict to; all that is overdue if None
        :return: collection.item records of one currency, not on a plan yet
        """
        items = (self.item_ids - self._get_planned_items()).filtered(
            lambda item: item.move_id in moves if moves else item.days_late > 0
        )
        own = items.filtered(lambda item: item.currency_id == self.currency_id)
        currency = own.currency_id or items[:1].currency_id
        return items.filtered(lambda item: item.currency_id == currency)

    def _propose_plan(self, items, **defaults):
        """:return: the action that opens a new plan for these items"""
        self.ensure_one()
        if not items:
            raise UserError(
                self.env._(
                    "There is nothing to put on installments: nothing is overdue, or "
                    "a plan already covers it."
                )
            )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_installment_plan_action_new"
            ),
            "context": {
                "default_case_id": self.id,
                "default_currency_id": items[:1].currency_id.id,
                "default_item_ids": [Command.set(items.ids)],
                **{f"default_{name}": value for name, value in defaults.items()},
            },
        }

    def action_offer_settlement(self):
        """Offer to accept less than what is overdue and free of other agreements."""
        self.ensure_one()
        taken = self.env["collection.settlement"]._find_running(self.item_ids).item_ids
        items = self._get_plannable_items() - taken
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", items.move_line_id.ids)]
        )
        disputed = rows.filtered("amount_disputed").move_line_id
        items = items.filtered(lambda item: item.move_line_id not in disputed)
        items -= self.env["collection.stay"]._filter_items(items)
        if not items:
            raise UserError(
                self.env._(
                    "There is nothing to settle: nothing is overdue that is not"
                    " disputed, stayed, or agreed on otherwise."
                )
            )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_settlement_action_new"
            ),
            "context": {
                "default_case_id": self.id,
                "default_currency_id": items[:1].currency_id.id,
                "default_item_ids": [Command.set(items.ids)],
            },
        }

    def action_view_settlements(self):
        """Open the settlements of this customer."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_settlement_action"
            ),
            "domain": [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        }

    def action_view_plans(self):
        """Open the installment plans of this customer."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_installment_plan_action"
            ),
            "domain": [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {},
        }

    def _take_over_agreements(self, others):
        """Take over the promises and plans of cases whose customers were merged, once
        the items that they cover are here. All of them: the record of kept and broken
        promises is the customer's.

        :param others: cases that were merged into this one
        """
        self.ensure_one()
        # Whoever may merge customers may write on all their cases.
        others.promise_ids._write_protected({"case_id": self.id})
        others.plan_ids._write_protected({"case_id": self.id})
        others.settlement_ids._write_protected({"case_id": self.id})
