from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...models.case.collection_decision import REASONS


class CollectionSimulation(models.TransientModel):
    """What would the run of a day do? Runs the real statements and writes nothing."""

    _name = "collection.simulation"
    _description = "Simulation of a Collection Run"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    case_id = fields.Many2one(
        "collection.case",
        "For one case",
        domain="[('company_id', '=', company_id), ('state', '!=', 'closed')]",
        help="Empty: all customers of the company.",
    )
    line_ids = fields.One2many("collection.simulation.line", "simulation_id")

    def action_simulate(self):
        """Show the decisions of that day, one line per customer."""
        self.ensure_one()
        rows = self._get_rows()
        self.line_ids.unlink()
        # A case that only this run would open is gone with the savepoint.
        cases = self.env["collection.case"].browse(row["case_id"] for row in rows)
        kept = set(cases.exists().ids)
        self.env["collection.simulation.line"].create(
            [self._prepare_line_vals(row, kept) for row in rows]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_simulation_line_action"
        )
        day = format_date(self.env, self.date)
        return {
            **action,
            "display_name": self.env._("Simulation of %s", day),
            "domain": [("simulation_id", "=", self.id)],
        }

    def _get_rows(self):
        self.env["collection.case"].check_access("read")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose one of your companies."))
        today = self.company_id._get_collection_today()
        # Collectors read the cases of their company; the savepoint undoes the rest.
        scheduler = self.env["collection.scheduler"].sudo()
        return scheduler._simulate(
            self.company_id,
            self.date,
            self.case_id.partner_id.ids or None,
            ledger_date=self.date if self.date < today else None,
        )

    def _prepare_line_vals(self, row, case_ids):
        return {
            "simulation_id": self.id,
            "case_id": row["case_id"] in case_ids and row["case_id"],
            "partner_id": row["partner_id"],
            "stage_id": row["stage_id"],
            "reason": row["reason"],
            "date_next": row["date_next"],
            "amount_net": row["amount_net"],
            "currency_id": self.company_id.currency_id.id,
        }


class CollectionSimulationLine(models.TransientModel):
    """What the simulated run would decide for one customer."""

    _name = "collection.simulation.line"
    _description = "Simulated Decision"
    _order = "is_due desc, amount_net desc, id"

    simulation_id = fields.Many2one(
        "collection.simulation", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    case_id = fields.Many2one("collection.case", readonly=True)
    stage_id = fields.Many2one("collection.stage", "Next step", readonly=True)
    channel = fields.Selection(related="stage_id.channel")
    reason = fields.Selection(REASONS, "Decision", readonly=True)
    is_due = fields.Boolean("Would go out", compute="_compute_is_due", store=True)
    date_next = fields.Date("Due on", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_net = fields.Monetary("Net overdue", readonly=True)
    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("reason")
    def _compute_is_due(self):
        for line in self:
            line.is_due = line.reason == "due"

    @api.depends("reason", "stage_id", "date_next", "amount_net")
    def _compute_explanation(self):
        for line in self:
            line.explanation = self.env["collection.decision"]._explain(
                line.reason,
                line.stage_id,
                line.date_next,
                line.amount_net,
                line.currency_id,
            )

    def action_open_case(self):
        """Open the case of this customer."""
        self.ensure_one()
        return self.case_id._get_records_action()
