from odoo import api, fields, models


class CollectionConversationSummarySend(models.TransientModel):
    """Look through the summary of a conversation, change it, and send it."""

    _name = "collection.conversation.summary.send"
    _description = "Summary for the Customer"

    log_id = fields.Many2one("collection.call.screen")
    contact_id = fields.Many2one("collection.contact", required=True)
    partner_id = fields.Many2one(
        "res.partner",
        "To",
        compute="_compute_partner_id",
        help="The person spoken with.",
    )
    subject = fields.Char(
        compute="_compute_words",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    body = fields.Html(
        "Text",
        compute="_compute_words",
        store=True,
        readonly=False,
        precompute=True,
        sanitize_attributes=False,
    )
    is_queue = fields.Boolean(related="log_id.is_queue")

    @api.depends("contact_id")
    def _compute_partner_id(self):
        summary = self.env["collection.conversation.summary"]
        for wizard in self.filtered("contact_id"):
            wizard.partner_id, _problem = summary._find_recipient(wizard.contact_id)

    @api.depends("contact_id")
    def _compute_words(self):
        summary = self.env["collection.conversation.summary"]
        for wizard in self.filtered("contact_id"):
            wizard.subject, wizard.body = summary._write_words(wizard.contact_id)

    def action_send(self):
        """Send the summary and file it."""
        self.ensure_one()
        self.contact_id.case_id.check_access("write")
        self.env["collection.conversation.summary"]._send(
            self.contact_id, self.subject, self.body
        )
        return {"type": "ir.actions.act_window_close"}

    def action_send_next(self):
        """Send the summary and go on with the next call of the worklist."""
        self.action_send()
        return self.log_id._load_next_case() or {"type": "ir.actions.act_window_close"}
