from odoo import models

from ..letter.collection_text_delivery import DELIVERY_BY_STATUS


class SmsTracker(models.Model):
    _inherit = "sms.tracker"

    def _update_sms_notifications(
        self, notification_status, failure_type=False, failure_reason=False
    ):
        result = super()._update_sms_notifications(
            notification_status, failure_type, failure_reason
        )
        self._update_collection_letters()
        if notification_status in ("bounce", "exception"):
            self._log_failed()
        return result

    def _log_failed(self):
        """Write down which texts of colleagues have not got through."""
        # What the provider says of a message is nobody's to read but the system's.
        for notification in self.mail_notification_id.sudo():
            number, named = notification.sms_number, notification.res_partner_id
            # Who has the number counts, whatever name it was sent to.
            holders = number and named.search([("phone_sanitized", "=", number)])
            people = holders or named
            self.env["collection.contact"]._log_undelivered(
                notification.mail_message_id.message_id,
                people,
                notification.failure_reason or notification.format_failure_reason(),
                address=None if people else number,
            )

    def _update_collection_letters(self):
        """Carry the state of text messages over to the letters they deliver."""
        notifications = self.mail_notification_id
        # What the provider says of a message is nobody's to read but the system's.
        letters = (
            self.env["collection.letter"]
            .sudo()
            .search([("mail_message_id", "in", notifications.mail_message_id.ids)])
        )
        by_message = notifications.grouped("mail_message_id")
        for letter in letters:
            notification = by_message[letter.mail_message_id][:1]
            state = DELIVERY_BY_STATUS[notification.notification_status]
            reason = notification.failure_reason or notification.format_failure_reason()
            self.env["collection.text.delivery"]._set_state(letter, state, reason)
