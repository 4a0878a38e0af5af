from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.channels import channel_of
from ...tools.tracking_number import judge_number, write_number

# What became of a posted letter, and where its day is kept.
FATE_DATES = {
    "delivered": "date_delivered",
    "refused": "date_refused",
    "returned": "date_returned",
}


class CollectionLetter(models.Model):
    """What proves that a letter on paper arrived: number, days, signer, receipt."""

    _inherit = "collection.letter"

    tracking_number = fields.Char(
        help="The number on the receipt of the post. Numbers of the United States are"
        " checked by their last digit; a wrong one is pointed out and kept all the"
        " same, because other countries number differently."
    )
    tracking_problem = fields.Char(compute="_compute_tracking_problem")
    date_printed = fields.Datetime("Printed on", readonly=True)
    date_delivered = fields.Date("Delivered on", readonly=True)
    date_refused = fields.Date("Refused on", readonly=True)
    date_returned = fields.Date("Returned on", readonly=True)
    signer = fields.Char("Signed by", readonly=True)
    receipt_ids = fields.Many2many(
        "ir.attachment",
        "collection_letter_receipt_rel",
        "letter_id",
        "attachment_id",
        string="Return receipt",
        readonly=True,
        help="The scanned receipt. It is evidence: neither changed nor deleted.",
    )
    proof_text = fields.Char("Proof of delivery", compute="_compute_proof_text")

    @api.depends("tracking_number")
    @api.depends_context("lang")
    def _compute_tracking_problem(self):
        for letter in self:
            letter.tracking_problem = self._get_number_problem(letter.tracking_number)

    @api.depends(
        "tracking_number", "delivery_state", "date_sent", "signer", *FATE_DATES.values()
    )
    @api.depends_context("lang")
    def _compute_proof_text(self):
        for letter in self:
            letter.proof_text = (
                ", ".join(letter._get_proofs()) if letter._is_paper() else False
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy_number(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._tidy_number(vals))

    @api.model
    def _tidy_number(self, vals):
        number = vals.get("tracking_number")
        return {**vals, "tracking_number": write_number(number)} if number else vals

    @api.model
    def _get_number_problem(self, number):
        """:return: translated sentence when a tracking number looks wrong, or False"""
        if number and judge_number(number) == "wrong":
            return self.env._("The check digit does not fit. Compare with the receipt.")
        return False

    def _is_paper(self):
        return channel_of(self.channel).is_paper

    def _get_proofs(self):
        """:return: list of what is known about the way of this letter, for people and
        for the recital of a final demand, in the language of the context"""
        self.ensure_one()
        days = {name: self[field] for name, field in FATE_DATES.items()}
        texts = {name: day and format_date(self.env, day) for name, day in days.items()}
        return [
            text
            for text in (
                self.tracking_number
                and self.env._("tracking number %s", self.tracking_number),
                texts["delivered"]
                and self.signer
                and self.env._(
                    "delivered on %(day)s, signed by %(signer)s",
                    day=texts["delivered"],
                    signer=self.signer,
                ),
                texts["delivered"]
                and not self.signer
                and self.env._("delivered on %s", texts["delivered"]),
                texts["refused"] and self.env._("refused on %s", texts["refused"]),
                texts["returned"] and self.env._("returned on %s", texts["returned"]),
            )
            if text
        ]

    # ------------------------------------------------------------------
    # What becomes of it
    # ------------------------------------------------------------------

    def action_open_fate(self):
        """Ask for the day, the signer and the receipt."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What became of the letter"),
            "res_model": "collection.letter.result",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_letter_ids": self.ids,
                "default_fate": self.env.context.get("collection_fate", "delivered"),
            },
        }

    def _record_fate(self, fate, day=None, signer="", reason=""):
        """Write down what became of posted letters.

        :param str fate: delivered, refused or returned
        :param date day: when; today if not given
        :param str signer: who signed for it
        :param str reason: what the post noted
        :raises UserError: when a letter was not posted, or the day cannot be
        """
        for company, letters in self.grouped("company_id").items():
            today = company._get_collection_today()
            letters._check_fate_day(day or today, today)
            vals = {FATE_DATES[fate]: day or today, "failure_reason": reason}
            if signer:
                vals["signer"] = signer
            letters._set_paper_state(fate, **vals)
        if fate != "delivered":
            self._warn_collector()
            self._log_return()

    def _check_fate_day(self, day, today):
        if day > today:
            raise UserError(self.env._("The day is still to come."))
        for letter in self:
            if not letter.date_sent:
                continue
            posted = letter.company_id._get_collection_day(letter.date_sent)
            if day < posted:
                raise UserError(
                    self.env._(
                        "“%(subject)s” was posted on %(day)s; it did not get there"
                        " before.",
                        subject=letter.subject,
                        day=format_date(self.env, posted),
                    )
                )

    def _log_return(self):
        """A letter that came back stands in the log, as a bounced e-mail does."""
        # Whoever may follow a letter may note its way; the entry names them.
        self.env["collection.contact"].sudo().create(
            [
                {
                    "case_id": letter.case_id.id,
                    "channel": letter.channel,
                    "direction": "in",
                    "outcome": "returned",
                    "partner_id": letter.partner_id.id,
                    "user_id": self.env.uid,
                    "subject": letter.subject,
                    "note": letter.failure_reason,
                    "letter_id": letter.id,
                    "move_ids": [fields.Command.set(letter.move_ids.ids)],
                }
                for letter in self
            ]
        )

    def _file_receipt(self, attachments, signer=""):
        """Keep the scanned return receipt with the letter, as evidence.

        :param attachments: ir.attachment records
        :param str signer: who signed
        """
        self.check_access("write")
        for letter in self:
            vals = {
                "receipt_ids": [fields.Command.link(id_) for id_ in attachments.ids]
            }
            if signer:
                vals["signer"] = signer
            # Readonly for everybody; the right to work the case was checked.
            letter.sudo().write(vals)
        attachments.write({"res_model": self._name, "res_id": self[:1].id})
