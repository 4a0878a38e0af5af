from odoo import models
from odoo.fields import Command
from odoo.tools import html2plaintext

from .collection_case_mail import NOTE_LENGTH

# What people write; steps and notices are logged where they are sent.
BY_PEOPLE = ("comment", "email_outgoing")


class CollectionCase(models.Model):
    """What colleagues write to customers from the messages of a case: it is an entry of
    the log as well, while notes and messages among colleagues stay in the chatter."""

    _inherit = "collection.case"

    def _notify_thread_by_email(
        self, message, recipients_data, *, msg_vals=False, **kwargs
    ):
        # At this moment it leaves, now or when it was scheduled for.
        result = super()._notify_thread_by_email(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )
        self._log_written(message.sudo(), recipients_data)
        return result

    def _log_written(self, message, recipients):
        """Log a message that a colleague wrote, unless it went to colleagues only.

        :param message: mail.message record
        :param list recipients: whom Odoo tells of it, as ``_notify_get_recipients``
        """
        outside = [
            row for row in recipients if row["share"] and row["notif"] == "email"
        ]
        if message.message_type not in BY_PEOPLE or message.create_uid.share:
            return
        people = self._filter_reached(
            self.env["res.partner"].browse(row["id"] for row in outside if row["id"])
        )
        if not people:
            return
        # Whoever may write to the customer has it logged; the entry is the program's.
        self.env["collection.contact"].sudo().create(
            {
                "case_id": self.id,
                "channel": "email",
                "direction": "out",
                "outcome": "sent",
                "partner_id": people[0].id,
                "person": ", ".join(people[1:].mapped("display_name")),
                "user_id": message.create_uid.id,
                "subject": message.subject,
                "note": html2plaintext(message.body or "").strip()[:NOTE_LENGTH],
                "attachment_ids": [Command.set(message.attachment_ids.ids)],
            }
        )

    def _filter_reached(self, people):
        """:return: those of the res.partner records who are the customer's: its people,
        its lawyer, and after a petition trustee and counsel, whom no stay stops"""
        stay = self.env["collection.stay"]
        bankruptcies = stay._get_bankruptcies(self.partner_id)
        allies = people.filtered(lambda person: stay._is_ally(person, bankruptcies))
        if self._is_stayed():
            return allies
        # Who writes may know the lawyer; the field is for readers of collections.
        own = self.partner_id | self.partner_id.sudo().collection_lawyer_id
        return allies | people.filtered(
            lambda person: own & (person | person.commercial_partner_id)
        )
