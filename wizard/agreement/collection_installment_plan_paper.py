import base64

from odoo import fields, models


class CollectionPlanPaper(models.TransientModel):
    """File an agreement that was signed on paper: who, when, and the scan."""

    _name = "collection.installment.plan.paper"
    _description = "Agreement Signed on Paper"

    plan_id = fields.Many2one("collection.installment.plan", required=True)
    signed_by = fields.Char(required=True, help="Name and role of the signer.")
    date_signed = fields.Date(
        "Signed on",
        required=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    scan = fields.Binary(required=True, attachment=False)
    scan_name = fields.Char("File name")

    def action_file(self):
        """Accept the plan and file the scan with it."""
        self.ensure_one()
        self.env["collection.installment.agreement"]._sign_on_paper(
            self.plan_id,
            self.signed_by,
            self.date_signed,
            self.scan_name or self.env._("Signed agreement"),
            base64.b64decode(self.with_context(bin_size=False).scan),
        )
        return {"type": "ir.actions.act_window_close"}
