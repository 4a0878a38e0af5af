from odoo import api, fields, models
from odoo.exceptions import UserError

from .collection_plan import PENDING_STATES, RUNNING_STATES
from .collection_plan import STATES as PLAN_STATES


class CollectionCase(models.Model):
    """The installment plans of a case."""

    _inherit = "collection.case"

    plan_ids = fields.One2many("collection.plan", "case_id", "Installment plans")
    plan_count = fields.Integer("Plans made", compute="_compute_plan_id")
    plan_id = fields.Many2one(
        "collection.plan", "Running plan", compute="_compute_plan_id"
    )
    plan_percent = fields.Float("Plan paid (%)", compute="_compute_plan_id")
    plan_state = fields.Selection(
        PLAN_STATES, "Status of the plan", compute="_compute_plan_id"
    )
    # A figure of the review, in company currency.
    amount_planned = fields.Monetary("On installments", readonly=True)

    @api.depends("plan_ids.state")
    def _compute_plan_id(self):
        order = (*RUNNING_STATES, "offered", "approve", "draft")
        for case in self:
            plans = case.plan_ids.filtered(lambda plan: plan.state in order)
            case.plan_id = plans.sorted(lambda plan: order.index(plan.state))[:1]
            case.plan_percent = case.plan_id.percent_paid
            case.plan_state = case.plan_id.state
            case.plan_count = len(case.plan_ids)

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
                    "There is nothing to pay in installments: nothing is overdue, or"
                    " it is on a plan already."
                )
            )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_plan_action_new"
            ),
            "context": self.env["collection.plan"]._prepare_new_context(
                self, items, **defaults
            ),
        }

    def action_view_plans(self):
        """Open the installment plans of this customer."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_plan_action"
            ),
            "domain": [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {},
        }

    def _absorb(self, others):
        """Plans go with the items that they cover."""
        plans = others.plan_ids
        result = super()._absorb(others)
        # The merge decides whose they are; nobody moves a plan by hand.
        plans.sudo().case_id = self
        return result

    def _get_pending_plans(self):
        """:return: the plans of these cases that are not signed yet"""
        return self.plan_ids.filtered(lambda plan: plan.state in PENDING_STATES)
