from odoo import api, fields, models
from odoo.exceptions import UserError

from .collection_promise import EVALUATED_STATES, STATES, WITH_PROMISE


class CollectionPromiseLine(models.Model):
    """One date of a promise, with its amount. Made with the promise, never changed."""

    _name = "collection.promise.line"
    _description = "Promised Payment"
    _inherit = ["collection.protected.mixin"]
    _order = "date, id"
    _rec_names_search = ["promise_id"]

    promise_id = fields.Many2one(
        "collection.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="promise_id.company_id", store=True)
    currency_id = fields.Many2one(related="promise_id.currency_id", store=True)
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    state = fields.Selection(
        [(key, label) for key, label in STATES if key in EVALUATED_STATES],
        "Status",
        readonly=True,
        default="open",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("collection_promise_lines") is not WITH_PROMISE:
            self._check_fixed()
        return super().create(vals_list)

    def write(self, vals):
        self._check_fixed()
        return super().write(vals)

    def unlink(self):
        self._check_fixed()
        return super().unlink()

    def _check_fixed(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "A promise cannot be changed. Replace it with a new one, or "
                    "withdraw it."
                )
            )
