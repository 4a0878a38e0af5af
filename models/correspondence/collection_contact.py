import logging

from odoo import api, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from .collection_correspondence_mixin import NOTE_LENGTH

_logger = logging.getLogger(__name__)


class CollectionContact(models.Model):
    """Entries of messages that colleagues wrote, which are known by the Message-Id."""

    _inherit = "collection.contact"

    @api.model
    def _find_message(self, reference):
        """Find the entries of a message: that it was sent and, possibly, that it has
        not got through.

        :param str reference: the Message-Id
        :return: collection.contact records, oldest first
        """
        # The log is read for the sake of the log.
        entries = self.sudo()
        if not reference:
            return entries.browse()
        return entries.search([("message_ref", "=", reference)], order="id")

    def _get_undelivered_partners(self):
        """:return: the res.partner records whom a message, whose entries these are, has
        not reached when it was last sent"""
        sent = self.filtered(lambda entry: entry.outcome == "sent")[-1:]
        later = self.filtered(
            lambda entry: entry.id > sent.id and entry.outcome == "bounced"
        )
        return later.filtered(lambda entry: not entry.is_void).partner_id

    @api.model
    def _log_undelivered(self, reference, people, reason, address=None):
        """Write down that a message in the log has not got through, once for each of
        those it has not reached. Others may have been sent theirs: nothing fails here.

        :param str reference: the Message-Id
        :param people: res.partner records
        :param str reason: what is known of why
        :param str address: where it went, if that is nobody on file
        :return: those of them who are the customer's, none if nothing was written
        """
        entries = self._find_message(reference)
        sent = entries.filtered(lambda entry: entry.outcome == "sent")[-1:]
        if not sent:
            # Most mail is not in the log. A savepoint would run what waits for the end
            # of the transaction, the messages on tracked changes for example.
            return people.browse()
        later = entries.filtered(lambda entry: entry.id > sent.id)
        people = sent.case_id._filter_people(people - later.partner_id)
        try:
            with self.env.cr.savepoint():
                for person in people:
                    sent._log_returned(reason, person)
                if address and address not in later.mapped("person"):
                    sent._log_returned(reason, people, address)
        except (OperationalError, UserError):
            _logger.exception("The log does not say that %s was lost.", reference)
        return people

    @api.model
    def _receive_bounce(self, references, people, email):
        """Log a message that has come back, and mark the address.

        :param references: the Message-Ids that the report names
        :param people: res.partner records who have the address
        :param str email: the address
        """
        reason = self.env._("The mail server returned it.")
        for reference in references:
            lost = self._log_undelivered(reference, people, reason)
            lost._note_bounced([email])

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
            moves=self.move_ids,
        )
        # Not by e-mail: the mail server may be what does not work.
        case = self.case_id.with_context(mail_activity_quick_update=True)
        case._add_task(self.env._("Message not delivered"), reason)

    def _get_reached_text(self):
        """:return: names of those a message has reached, or who were talked with"""
        if self.direction == "in" or not self.message_ref:
            return self.person or self.partner_id.name or self.case_id.partner_id.name
        later = self._find_message(self.message_ref)
        lost = later.filtered(
            lambda entry: entry.id >= self.id
        )._get_undelivered_partners()
        others = self.person or ""
        for name in lost.mapped("display_name"):
            others = others.replace(name, "")
        first = self.partner_id - lost
        names = [first.name, *(name.strip() for name in others.split(", "))]
        return ", ".join(filter(None, names))
