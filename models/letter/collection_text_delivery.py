from odoo import api, fields, models
from odoo.tools import SQL

# What the queue, and the message's own list of recipients, say of a text message, and
# what it means for the letter.
DELIVERY_BY_TEXT = {
    "outgoing": "queued",
    "process": "queued",
    "pending": "sent",
    "sent": "delivered",
    "error": "failed",
    "canceled": "cancelled",
}
DELIVERY_BY_STATUS = {
    "ready": "queued",
    "process": "queued",
    "pending": "sent",
    "sent": "delivered",
    "bounce": "bounced",
    "exception": "failed",
    "canceled": "cancelled",
}
# It was not sent.
PROBLEMS = ("failed", "bounced")


class CollectionTextDelivery(models.AbstractModel):
    """Text messages and the letters they deliver: a letter follows its text, whatever
    happens to that."""

    _name = "collection.text.delivery"
    _description = "Delivery of Text Messages"

    @api.model
    def _set_state(self, letter, state, reason=""):
        """Carry the state of a text message over to its letter.

        :param letter: collection.letter record, as superuser
        :param str state: of the delivery
        :param str reason: what the provider said
        """
        if state == letter.delivery_state:
            return
        vals = {"delivery_state": state, "failure_reason": False}
        if state in ("sent", "delivered") and not letter.date_sent:
            vals["date_sent"] = fields.Datetime.now()
        if state in PROBLEMS:
            vals["failure_reason"] = reason
        letter.write(vals)
        if state in PROBLEMS:
            letter._warn_collector()

    # ------------------------------------------------------------------
    # The sweep
    # ------------------------------------------------------------------

    @api.model
    def _follow_texts(self, company):
        """Compare the letters with their texts, and have them follow: a queue that was
        killed, or a text that somebody deleted, says nothing.

        :param company: res.company record
        """
        # The queue belongs to the administrator.
        letters = self.env["collection.letter"].sudo()
        recipients = self.env["mail.notification"].sudo()
        for letter_id, state, recipient_id in self._find_strayed(company):
            letter = letters.browse(letter_id)
            recipient = recipients.browse(recipient_id or ())
            if state:
                delivery = DELIVERY_BY_TEXT[state]
            else:
                # The queue forgets what it has sent.
                status = recipient.notification_status
                delivery = DELIVERY_BY_STATUS.get(status, "queued")
            if delivery == "queued" and not state:
                text = self.env._("It was deleted from the queue.")
                self._set_state(letter, "failed", text)
            else:
                reason = recipient.failure_reason or (
                    recipient and recipient.format_failure_reason()
                )
                self._set_state(letter, delivery, reason or "")

    @api.model
    def _find_strayed(self, company):
        """:return: list of the id of each text letter that may say something else than
        its text, state of the text, None if it is gone, and id of the recipient's row
        of the message"""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (letter.id) letter.id, text.state, recipient.id
                  FROM collection_letter letter
                  LEFT JOIN sms_sms text
                    ON text.mail_message_id = letter.mail_message_id
                  LEFT JOIN mail_notification recipient
                    ON recipient.mail_message_id = letter.mail_message_id
                   AND recipient.notification_type = 'sms'
                 WHERE letter.company_id = %s AND letter.channel = 'sms'
                   AND (letter.delivery_state = 'queued'
                            AND text.state IS DISTINCT FROM 'outgoing'
                            AND text.state IS DISTINCT FROM 'process'
                        OR letter.delivery_state IN ('failed', 'cancelled')
                            AND text.state IN ('outgoing', 'process', 'pending', 'sent')
                        OR letter.delivery_state = 'sent'
                            AND text.state IN ('outgoing', 'error'))
                 ORDER BY letter.id, text.id DESC, recipient.id DESC
                """,
                company.id,
            )
        )
