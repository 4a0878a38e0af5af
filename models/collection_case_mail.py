from odoo import models


class CollectionCase(models.Model):
    """What customers answer by e-mail: it lands on the case and is not overlooked."""

    _inherit = "collection.case"

    def message_update(self, msg_dict, update_vals=None):
        """Called by the mail gateway when somebody answers a message of a case."""
        result = super().message_update(msg_dict, update_vals)
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        is_colleague = any(not user.share for user in author.user_ids)
        if not is_colleague:
            self._receive_reply(msg_dict, author)
        return result

    def _receive_reply(self, msg_dict, author):
        """Log the answer as a contact, and ask the collector to read it.

        :param dict msg_dict: the message as the mail gateway parsed it
        :param author: res.partner who wrote, empty when the address is not known
        """
        self.reply_unread = True
        self.env["collection.contact"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "channel": "email",
                    "direction": "in",
                    "outcome": "received",
                    "partner_id": author.id,
                    "person": False if author else msg_dict.get("email_from"),
                    "user_id": False,
                    "subject": msg_dict.get("subject"),
                }
                for case in self
            ]
        )
        self._add_task(self.env._("Read the reply"), msg_dict.get("subject") or "")

    def _message_receive_bounce(self, email, partner):
        """Mark the letter that came back, and tell the collector."""
        result = super()._message_receive_bounce(email, partner)
        for case in self:
            letter = case.letter_ids.filtered(
                lambda letter: (
                    letter.channel == "email"
                    and letter.delivery_state == "sent"
                    and (letter.partner_id in partner or letter.address == email)
                )
            )[:1]
            if letter:
                letter._set_bounced(self.env._("The mail server sent it back."))
                case._log_bounce(letter)
        return result

    def _log_bounce(self, letter):
        self.env["collection.contact"].sudo().create(
            {
                "case_id": self.id,
                "channel": "email",
                "direction": "in",
                "outcome": "bounced",
                "partner_id": letter.partner_id.id,
                "subject": letter.subject,
                "letter_id": letter.id,
                "move_ids": letter.move_ids.ids,
            }
        )
