from odoo import api, fields, models
from odoo.tools import format_date

from .collection_stage import CHANNELS


class CollectionCase(models.Model):
    """What the screens of a case show beyond its own columns, and where they lead.

    Counts for the smart buttons, ways to reach the customer, and the buttons that open
    something. Apart from ``collection.case``, so that the case stays readable.
    """

    _inherit = "collection.case"

    partner_phone = fields.Char(related="partner_id.phone", string="Telephone")
    partner_email = fields.Char(related="partner_id.email", string="E-mail")
    next_text = fields.Char("Next step and date", compute="_compute_next_text")
    action_error = fields.Char("Error of the step", compute="_compute_action_id")
    action_channel = fields.Selection(
        CHANNELS, "Step channel", compute="_compute_action_id"
    )

    invoice_count = fields.Integer("Open invoices", compute="_compute_invoice_count")
    letter_count = fields.Integer("Letters sent", compute="_compute_counts")
    contact_count = fields.Integer("Contacts logged", compute="_compute_counts")
    hold_count = fields.Integer("Active holds", compute="_compute_counts")

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

    def _count_by_case(self, model, domain=()):
        """:return: dict of the number of records of a model per case id"""
        rows = self.env[model]._read_group(
            [("case_id", "in", self.ids), *domain], ["case_id"], ["__count"]
        )
        return {case.id: count for case, count in rows}

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

    def action_approve_step(self):
        """Approve the step of this case that waits for it."""
        self.ensure_one()
        return self.action_id.action_approve()

    def action_open_done(self):
        """Log the call or visit that this case waits for, or any other contact."""
        self.ensure_one()
        if self.action_state == "todo":
            return self.action_id.action_open_done()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_contact_log_action"
        )
        context = {"default_case_id": self.id}
        if preferred := self.partner_id.collection_channel:
            context["default_channel"] = preferred
        return {**action, "context": context}

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

    def action_open_step(self):
        """Open the step that waits for a person."""
        self.ensure_one()
        return self.action_id._get_records_action(name=self.env._("Step"))
