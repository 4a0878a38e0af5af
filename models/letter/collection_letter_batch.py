import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime


class CollectionLetterBatch(models.Model):
    """Letters printed together: one document, in the order of the post.

    Made by printing. The whole batch is printed again, marked as posted at once, and
    gets its tracking numbers in the order of the print.
    """

    _name = "collection.letter.batch"
    _description = "Batch of Letters"
    _inherit = ["collection.protected.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", "Printed by", readonly=True)
    date_printed = fields.Datetime("Printed on", readonly=True)
    letter_ids = fields.One2many("collection.letter", "batch_id", "Letters")
    letter_count = fields.Integer("Number of letters", compute="_compute_counts")
    to_post_count = fields.Integer("To post", compute="_compute_counts")
    missing_count = fields.Integer(
        "Without tracking number",
        compute="_compute_counts",
        help="Certified letters that have no tracking number yet.",
    )

    @api.depends("date_printed", "letter_ids")
    @api.depends_context("lang", "tz")
    def _compute_name(self):
        for batch in self:
            batch.name = self.env._(
                "Batch %(number)s of %(date)s",
                number=batch.id,
                date=format_datetime(self.env, batch.date_printed, dt_format="short"),
            )

    @api.model
    def _search_display_name(self, operator, value):
        """Search by the number, all of the name that is no language's."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator.endswith("like") and not value:
            return Domain.TRUE
        texts = value if operator == "in" else [value]
        numbers = [re.search(r"\d+", text) for text in texts if text]
        return Domain("id", "in", [int(number[0]) for number in numbers if number])

    @api.depends("letter_ids.delivery_state", "letter_ids.tracking_number")
    def _compute_counts(self):
        for batch in self:
            letters = batch.letter_ids
            batch.letter_count = len(letters)
            batch.to_post_count = len(
                letters.filtered(lambda letter: letter.delivery_state == "printed")
            )
            batch.missing_count = len(
                letters.filtered(
                    lambda letter: (
                        letter.channel == "certified" and not letter.tracking_number
                    )
                )
            )

    @api.model
    def _make(self, letters):
        """Put letters into a new batch, in the order given.

        :param letters: collection.letter records of one company
        :return: the batch
        """
        # Nobody makes a batch by hand; the right to print was checked by the letters.
        batch = self.sudo().create(
            {
                "company_id": letters.company_id.id,
                "user_id": self.env.uid,
                "date_printed": fields.Datetime.now(),
            }
        )
        for place, letter in enumerate(letters, 1):
            letter._write_protected(
                {
                    "batch_id": batch.id,
                    "batch_sequence": place,
                    "date_printed": batch.date_printed,
                }
            )
        return batch.with_env(self.env)

    def _get_sorted_letters(self):
        """:return: the letters in the order of the print"""
        return self.letter_ids.sorted(lambda letter: (letter.batch_sequence, letter.id))

    def action_print(self):
        """Print the batch again, in the same order."""
        self.ensure_one()
        return self._get_sorted_letters()._open_documents()

    def action_post(self):
        """Mark the whole batch as given to the post, now."""
        waiting = self.letter_ids.filtered(
            lambda letter: letter.delivery_state == "printed"
        )
        if not waiting:
            raise UserError(self.env._("All letters of this batch have been posted."))
        waiting.action_post()

    def action_open_tracking(self):
        """Enter the tracking numbers of the batch."""
        return self.letter_ids.action_open_tracking()
