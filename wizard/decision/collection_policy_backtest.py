from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_MONTHS = 12


class CollectionPolicyBacktestWizard(models.TransientModel):
    """Try a policy on past months before it is switched on."""

    _name = "collection.policy.backtest.wizard"
    _description = "Backtest a Policy over Past Months"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    policy_id = fields.Many2one(
        "collection.policy",
        "Try this policy first",
        domain="[('company_id', '=', company_id)]",
        context={"active_test": False},
        help="It may be a draft, or archived. Empty: the policies as they are.",
    )
    date_from = fields.Date(
        required=True,
        default=lambda self: (
            self.env.company._get_collection_today() - relativedelta(months=3)
        ),
    )
    date_to = fields.Date(
        required=True,
        default=lambda self: (
            self.env.company._get_collection_today() - relativedelta(days=1)
        ),
    )
    step = fields.Selection(
        [("1", "Every day"), ("7", "Once a week")],
        "Run",
        required=True,
        default="1",
        help="Once a week is seven times as fast, for very large ledgers.",
    )
    line_ids = fields.One2many("collection.policy.backtest.line", "wizard_id")

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for wizard in self:
            today = wizard.company_id._get_collection_today()
            if not wizard.date_from <= wizard.date_to <= today:
                raise UserError(
                    self.env._(
                        "Choose a period that starts before it ends, up to today."
                    )
                )
            if wizard.date_from + relativedelta(months=MAX_MONTHS) < wizard.date_to:
                raise UserError(self.env._("Choose a period of at most a year."))

    def action_backtest(self):
        """Show the steps per day and stage that the policy would have taken."""
        self.ensure_one()
        self.env["collection.case"].check_access("write")
        # The savepoint undoes all that the backtest does; the result has totals only.
        rows = (
            self.env["collection.policy.backtest"]
            .sudo()
            ._backtest(
                self.company_id,
                self.date_from,
                self.date_to,
                self.policy_id,
                int(self.step),
            )
        )
        self.line_ids.unlink()
        self.env["collection.policy.backtest.line"].create(
            [{**row, "wizard_id": self.id} for row in rows]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_policy_backtest_line_action"
        )
        return {**action, "domain": [("wizard_id", "=", self.id)]}


class CollectionPolicyBacktestLine(models.TransientModel):
    """Steps of one stage on one day of a backtest."""

    _name = "collection.policy.backtest.line"
    _description = "Backtested Steps"
    _order = "date, stage_id"

    wizard_id = fields.Many2one(
        "collection.policy.backtest.wizard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    date = fields.Date(readonly=True)
    stage_id = fields.Many2one("collection.stage", readonly=True)
    policy_id = fields.Many2one(related="stage_id.policy_id", store=True)
    channel = fields.Selection(related="stage_id.channel", store=True)
    step_count = fields.Integer("Steps", readonly=True)
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    amount = fields.Monetary("Net amount", readonly=True)
