from odoo import fields, models
from odoo.exceptions import UserError


class CollectionLetter(models.Model):
    """Letters are printed in piles: in postal order, posted and numbered together."""

    _inherit = "collection.letter"

    batch_id = fields.Many2one(
        "collection.letter.batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    batch_sequence = fields.Integer("Place in the batch", readonly=True)

    def _sort_for_post(self):
        """:return: the letters by country, postal code, town, street and name"""
        return self.sorted(
            lambda letter: (
                letter.partner_id.country_id.code or "",
                letter.partner_id.zip or "",
                letter.partner_id.city or "",
                letter.partner_id.street or "",
                letter.partner_id.display_name or "",
                letter.id,
            )
        )

    def action_print(self):
        """Print letters in one document, in postal order, and mark them as printed.

        What was not printed before becomes a batch, one per company.
        """
        # What was settled or put on hold since it was written is not printed any more.
        going = self - self._cancel_obsolete()
        letters = going.filtered("attachment_id")._sort_for_post()
        if self and not going:
            return self._tell_cancelled()
        if not letters:
            raise UserError(self.env._("There is no document to print."))
        new = letters.filtered(lambda letter: letter.delivery_state == "to_print")
        new._set_paper_state("printed")
        Batch = self.env["collection.letter.batch"]
        for own in new.grouped("company_id").values():
            Batch._make(own)
        return letters._open_documents()

    def _tell_cancelled(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "Cancelled instead of printed: this was settled, is on hold, or the"
                    " customer is not to be contacted."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _open_documents(self):
        """:return: action that shows the documents as one, in this order"""
        ids = ",".join(map(str, self.filtered("attachment_id").ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/account_collections/letters/{ids}",
            "target": "new",
        }

    def action_open_tracking(self):
        """Scan or paste tracking numbers, in the order of the print."""
        letters = self._get_numbered()
        if not letters:
            raise UserError(
                self.env._("None of these is a letter on paper that was printed.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tracking numbers"),
            "res_model": "collection.letter.tracking",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_ids": letters.ids},
        }

    def _get_numbered(self):
        """:return: the letters that get tracking numbers, in the order of the print:
        the certified ones, or all on paper when none is certified"""
        paper = self.filtered(
            lambda letter: (
                letter._is_paper()
                and letter.delivery_state not in ("to_print", "cancelled")
            )
        )
        certified = paper.filtered(lambda letter: letter.channel == "certified")
        return (
            (certified or paper)
            ._sort_for_post()
            .sorted(lambda letter: (letter.batch_id.id or 0, letter.batch_sequence))
        )
