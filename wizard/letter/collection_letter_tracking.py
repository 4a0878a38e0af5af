from collections import Counter
from itertools import zip_longest

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.tracking_number import clean_number, write_number


class CollectionLetterTracking(models.TransientModel):
    """Give a pile of letters its tracking numbers, scanned or pasted one per line.

    The first line belongs to the first letter of the print; an empty line leaves its
    letter without a number. What looks wrong is pointed out before anything is saved,
    and what is refused leaves the text as it was typed.
    """

    _name = "collection.letter.tracking"
    _description = "Tracking Numbers of Letters"

    letter_ids = fields.Many2many("collection.letter", required=True)
    numbers = fields.Text(
        compute="_compute_numbers",
        store=True,
        readonly=False,
        help="One per line, in the order of the print.",
    )
    line_ids = fields.One2many(
        "collection.letter.tracking.line",
        "tracking_id",
        "Assignment",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    summary = fields.Char(compute="_compute_summary")

    @api.depends("letter_ids")
    def _compute_numbers(self):
        for wizard in self:
            numbers = [letter.tracking_number or "" for letter in wizard._get_pile()]
            wizard.numbers = "\n".join(numbers).rstrip()

    @api.depends("numbers", "letter_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._prepare_lines()),
            ]

    @api.depends("line_ids.number", "line_ids.problem")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.summary = self.env._(
                "%(numbers)s numbers for %(letters)s letters, %(problems)s to check.",
                numbers=len(lines.filtered("number")),
                letters=len(wizard.letter_ids),
                problems=len(lines.filtered("problem")),
            )

    def _get_pile(self):
        return self.letter_ids._origin._get_numbered()

    def _split_numbers(self):
        """:return: list of the numbers as typed, without the empty lines at the end"""
        return [
            write_number(line) for line in (self.numbers or "").rstrip().split("\n")
        ]

    def _prepare_lines(self):
        """:return: list of the values of the preview, one per letter and per number"""
        numbers = self._split_numbers()
        letters = self._get_pile()
        counts = Counter(filter(None, numbers))
        return [
            {
                "sequence": place,
                "letter_id": letter.id if letter else False,
                "number": number or False,
                "problem": self._get_problem(letter, number, counts),
            }
            for place, (letter, number) in enumerate(zip_longest(letters, numbers), 1)
            if letter or number
        ]

    def _get_problem(self, letter, number, counts):
        """:return: translated sentence on what is odd about a number, or False"""
        if not number:
            return False
        if not letter:
            return self.env._("There is no letter left for this number.")
        if counts[number] > 1:
            return self.env._("This number was scanned twice.")
        if self._find_other_letter(number):
            return self.env._("Another letter already has this number.")
        return self.env["collection.letter"]._get_number_problem(number)

    def _find_other_letter(self, number):
        return self.env["collection.letter"].search_count(
            [
                ("tracking_number", "=", number),
                ("id", "not in", self.letter_ids._origin.ids),
            ],
            limit=1,
        )

    def action_save(self):
        """Write the numbers on the letters.

        :raises UserError: when numbers are left over, or one was read twice; nothing
            is saved then, and the text stays as it is
        """
        self.ensure_one()
        numbers, letters = self._split_numbers(), self._get_pile()
        if len(numbers) > len(letters):
            raise UserError(
                self.env._(
                    "There are %(numbers)s numbers for %(letters)s letters. Look for "
                    "one that was scanned twice, or for an extra line.",
                    numbers=len(numbers),
                    letters=len(letters),
                )
            )
        self._check_doubles(numbers)
        for letter, number in zip_longest(letters, numbers):
            if clean_number(letter.tracking_number) != clean_number(number):
                letter.tracking_number = number or False
        return {"type": "ir.actions.act_window_close"}

    def _check_doubles(self, numbers):
        for number, count in Counter(filter(None, numbers)).items():
            if count > 1:
                places = [str(n) for n, own in enumerate(numbers, 1) if own == number]
                raise UserError(
                    self.env._(
                        "The number %(number)s was scanned twice, on lines %(lines)s.",
                        number=number,
                        lines=", ".join(places),
                    )
                )


class CollectionLetterTrackingLine(models.TransientModel):
    """Which letter gets which number: the preview, for people to look at."""

    _name = "collection.letter.tracking.line"
    _description = "Tracking Number of a Letter"
    _order = "sequence, id"

    tracking_id = fields.Many2one(
        "collection.letter.tracking", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer("Line")
    letter_id = fields.Many2one("collection.letter")
    customer_id = fields.Many2one(related="letter_id.partner_id", string="Addressee")
    address = fields.Text(related="letter_id.address")
    number = fields.Char()
    problem = fields.Char("To check")
