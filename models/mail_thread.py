from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        # What lands on a case is kept as it came in, and told from automatic answers:
        # both need the mail itself, which only the gateway has.
        is_ours = any(route[0] == "collection.case" for route in routes or ())
        thread = self.with_context(collection_mail=message) if is_ours else self
        return super(MailThread, thread)._message_route_process(
            message, message_dict, routes
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        thread = self.with_context(collection_mail=email_message)
        return super(MailThread, thread)._routing_handle_bounce(
            email_message, message_dict
        )
