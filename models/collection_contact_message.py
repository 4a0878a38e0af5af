from odoo import api, fields, models

from .collection_correspondence_mixin import NOTE_LENGTH


class CollectionContact(models.Model):
    """Entries of messages that colleagues wrote, which are known by the Message-Id."""

    _inherit = "collection.contact"

    @api.model
    def _find_messages(self, messages):
        """:return: dict of the collection.contact records per Message-Id, oldest first:
        that a message was sent and, possibly, that it has not got through"""
        refs = [ref for ref in messages.mapped("message_id") if ref]
        # The log is read for the sake of the log.
        entries = self.sudo().search([("message_ref", "in", refs)], order="id")
        return entries.grouped("message_ref")

    @api.model
    def _log_undelivered(self, message, people, reason, address=None):
        """Write down that a message in the log has not got through, once for each of
        those it has not reached.

        :param message: mail.message record
        :param people: res.partner records
        :param str reason: what is known of why
        :param str address: where it went, if that is nobody on file
        :return: those of them who are the customer's, none if nothing was written
        """
        entries = self._find_messages(message).get(message.message_id, self)
        sent = entries.filtered(lambda entry: entry.outcome == "sent")[-1:]
        later = entries.filtered(lambda entry: entry.id > sent.id)
        people = sent.case_id._filter_people(people - later.partner_id)
        for person in people:
            sent._log_returned(reason, person)
        if sent and address and address not in later.mapped("person"):
            sent._log_returned(reason, people, address)
        return people

    def _log_returned(self, reason, person, address=None):
        """Log that this message has not reached somebody, and tell the collector."""
        self.case_id._log_mail(
            {
                "subject": self.subject,
                "message_id": self.message_ref,
                "email_from": address,
            },
            person,
            "bounced",
            channel=self.channel,
            note=reason[:NOTE_LENGTH],
            move_ids=[fields.Command.set(self.move_ids.ids)],
        )
        self.case_id._add_task(self.env._("Message not delivered"), reason)
