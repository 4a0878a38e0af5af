from odoo import api, models

from ...tools.automatic_mail import is_failure


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_parse_extract_payload_postprocess(self, message, payload_dict):
        """An answer quotes what it answers to, with the link to the account: what we
        keep of it has none."""
        payload = super()._message_parse_extract_payload_postprocess(
            message, payload_dict
        )
        links = self.env["collection.account.link"]
        return {**payload, "body": links._strip(payload["body"])}

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        # What lands on a case is kept as it came in, and told from automatic answers:
        # both need the mail itself, which only the gateway has.
        mixin = self.env["collection.correspondence.mixin"]
        is_ours = any(mixin._has_contacts(route[0]) for route in routes or ())
        thread = self.with_context(collection_mail=message) if is_ours else self
        return super(MailThread, thread)._message_route_process(
            message, message_dict, routes
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        # A case has had many messages; which one came back is known here only.
        returned = message_dict["bounced_message"]
        is_named = returned.message_id in (message_dict["bounced_msg_ids"] or ())
        thread = self.with_context(
            collection_mail=email_message,
            collection_returned_id=returned.id if is_named else False,
        )
        result = super(MailThread, thread)._routing_handle_bounce(
            email_message, message_dict
        )
        if not returned and is_failure(email_message):
            # The message of a template is deleted when it is sent; the log has it.
            self.env["collection.contact"].with_context(
                collection_mail=email_message
            )._receive_bounce(
                message_dict["bounced_msg_ids"] or (),
                message_dict["bounced_partner"],
                message_dict["bounced_email"],
            )
        return result
