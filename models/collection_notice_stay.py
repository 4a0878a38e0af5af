from odoo import api, models


class CollectionNotice(models.AbstractModel):
    """Nothing is written to a bankrupt customer about what is stayed."""

    _inherit = "collection.notice"

    @api.model
    def _send(self, record, template, moves):
        self.env["collection.stay"]._check_moves(
            moves, "message", record.display_name, record.case_id
        )
        return super()._send(record, template, moves)
