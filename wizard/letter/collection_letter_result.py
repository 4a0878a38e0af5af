from odoo import fields, models
from odoo.exceptions import UserError

RESULTS = [
    ("delivered", "Delivered"),
    ("refused", "Refused by the addressee"),
    ("returned", "Returned to us"),
    ("receipt", "File the receipt only"),
]


class CollectionLetterResult(models.TransientModel):
    """Write down what became of posted letters, with the receipt."""

    _name = "collection.letter.result"
    _description = "Delivery Result of a Letter"

    letter_ids = fields.Many2many("collection.letter", required=True)
    result = fields.Selection(
        RESULTS, "What happened", required=True, default="delivered"
    )
    day = fields.Date(
        "On",
        default=lambda self: self.env.company._get_collection_today(),
    )
    signer = fields.Char("Signed by", help="The name on the receipt.")
    reason = fields.Char(help="What the post noted, e.g. “moved, address unknown”.")
    attachment_ids = fields.Many2many("ir.attachment", string="Return receipt")

    def action_record(self):
        """Keep it on the letters; what came back becomes a to-do."""
        self.ensure_one()
        letters = self.letter_ids
        if self.result == "receipt" and not (self.attachment_ids or self.signer):
            raise UserError(self.env._("Add the scanned receipt, or who signed it."))
        if self.result != "receipt":
            signer = self.signer if self.result == "delivered" else ""
            letters._record_delivery_result(
                self.result, self.day, signer, self.reason or ""
            )
        if self.attachment_ids or self.signer:
            signer = self.signer if self.result in ("delivered", "receipt") else ""
            letters._file_receipt(self.attachment_ids, signer)
        return {"type": "ir.actions.act_window_close"}
