from odoo import api, fields, models


class CollectionCase(models.Model):
    """The contact log of a case as a whole: its chain, and what follows from it."""

    _inherit = "collection.case"

    log_count = fields.Integer(
        "Links of the log", readonly=True, copy=False, aggregator=None
    )
    log_sha256 = fields.Char("Fingerprint of the log", readonly=True, copy=False)
    date_follow_up = fields.Date(
        "Follow up on",
        readonly=True,
        help="Off the worklist until this day, as the last contact has it.",
    )

    date_paused = fields.Date(
        "Paused until",
        readonly=True,
        help="The customer has written: no step is taken by itself before this day, so"
        " that somebody can read it first.",
    )

    def action_end_pause(self):
        """Let the steps of these cases go on: the reply is read."""
        self.check_access("write")
        # A field nobody writes by hand; the right to work the case was checked.
        self.sudo().write({"date_paused": False, "reply_unread": False})
        self._review_now()

    def action_check_log(self):
        """Check that the contact log is as it was written, and say what is not."""
        self.check_access("read")
        breaks = self.env["collection.contact"]._find_breaks(self)
        if not breaks:
            count = sum(self.mapped("log_count"))
            return self._notify_log(
                "success",
                self.env._("The contact log is whole: %s seals checked.", count),
            )
        return self._notify_log(
            "danger",
            "\n".join(self._get_break_text(*found) for found in breaks[:5]),
        )

    @api.model
    def _get_break_text(self, case, contact, sentence):
        entry = contact.exists()
        if not entry:
            return f"{case.name}: {sentence}"
        day = fields.Datetime.context_timestamp(entry, entry.date).date()
        return f"{case.name}, {entry.display_name} ({day}): {sentence}"

    @api.model
    def _notify_log(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message, "sticky": kind == "danger"},
        }
