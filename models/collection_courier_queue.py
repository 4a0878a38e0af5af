from odoo import api, models
from odoo.tools import html2plaintext


class CollectionCourier(models.AbstractModel):
    """What goes out beside the e-mail to the customer: copies and text messages."""

    _inherit = "collection.courier"

    @api.model
    def _queue_copies(self, by_action):
        """Send copies as mails of their own: a colleague's wrong address must not keep
        a customer from getting the message."""
        self.env["mail.mail"].sudo().create(
            [
                {
                    "mail_message_id": letter.mail_message_id.id,
                    "body_html": letter.body,
                    "email_to": address,
                    # Deleting the copy must not take the message with it.
                    "is_notification": True,
                    "auto_delete": True,
                }
                for action, letter in by_action.items()
                if (address := self._get_copy(action))
            ]
        )

    @api.model
    def _get_copy(self, action):
        """:return: address that gets a copy, from the stage's setting, or False"""
        if action.stage_id.copy_to == "collector":
            return action.case_id._get_collector().email_formatted
        if action.stage_id.copy_to == "salesperson":
            salesperson = (
                action.partner_id.user_id
                or (action.case_id.item_ids.move_id.invoice_user_id[:1])
            )
            return salesperson.email_formatted
        return False

    @api.model
    def _queue_text(self, letter):
        """Put a text message into Odoo's queue; the case shows it in its log."""
        partner = letter.partner_id
        message = letter.case_id._message_sms(
            html2plaintext(letter.body).strip(),
            partner_ids=partner.ids,
            sms_pid_to_number={partner.id: letter.address},
            put_in_queue=True,
        )
        letter.mail_message_id = message
