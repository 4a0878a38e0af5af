from odoo import api, models


class CollectionNotice(models.AbstractModel):
    """Nothing is written to a bankrupt customer about what is stayed."""

    _inherit = "collection.notice"

    @api.model
    def _send(self, record, template, moves, attachments=None):
        self.env["collection.stay"]._check_moves(
            moves, "message", record.display_name, record.case_id
        )
        return super()._send(record, template, moves, attachments)

    @api.model
    def _send_words(
        self,
        case,
        addressee,
        lang,
        moves,
        subject,
        words,
        document=None,
        attachments=None,
    ):
        stay = self.env["collection.stay"]
        bankruptcies = stay._get_bankruptcies(case.partner_id)
        if bankruptcies and not stay._is_ally(addressee, bankruptcies):
            stay._check_moves(moves, "message", subject, case)
        return super()._send_words(
            case, addressee, lang, moves, subject, words, document, attachments
        )
