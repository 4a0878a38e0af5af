from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # What is on its way is looked up whenever an open item is.
    _collection_incoming_idx = models.Index("(date) WHERE move_id IS NULL")
