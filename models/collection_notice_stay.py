from odoo import api, models


class CollectionNotice(models.AbstractModel):
    """Nothing is written to a bankrupt customer about what is stayed."""

    _inherit = "collection.notice"

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
        debtors = case.partner_id | stay._get_debtors(moves)
        if not stay._is_ally(addressee, stay._get_bankruptcies(debtors)):
            stay._check_moves(moves, "message", subject, case)
        return super()._send_words(
            case, addressee, lang, moves, subject, words, document, attachments
        )
