from odoo import models


class SmsComposer(models.TransientModel):
    """A text message to a customer has a message on what it is about: that is how the
    log and the stay of a bankruptcy know it."""

    _inherit = "sms.composer"

    def _action_send_sms_numbers(self):
        if not self._is_contact():
            return super()._action_send_sms_numbers()
        # To the numbers typed and to nobody else, as Odoo does without a record.
        single = self.recipient_single_number_itf or self.recipient_single_number
        typed = self.sanitized_numbers or single or ""
        return self._get_records()[:1]._message_sms(
            self.body, partner_ids=[], sms_numbers=typed.split(",")
        )

    def _action_send_sms_mass(self, records=None):
        if self._is_contact():
            self.mass_keep_log = True
        return super()._action_send_sms_mass(records)

    def _prepare_mass_sms(self, records, sms_record_values):
        if self._is_contact():
            companies = records._mail_get_companies(default=self.env.company)
            for record in records:
                # The note that Odoo keeps says whose it is, and not which company's.
                message_id = sms_record_values[record.id].get("mail_message_id")
                message = self.env["mail.message"].sudo().browse(message_id)
                message.record_company_id = companies[record.id]
        return super()._prepare_mass_sms(records, sms_record_values)

    def _is_contact(self):
        """:return: whether the text is a contact of the customer's case"""
        mixin = self.env["collection.correspondence.mixin"]
        if not mixin._has_contacts(self.res_model) or not self._get_records():
            return False
        return self.env[self.res_model]._is_contact_writer(self.env.user)
