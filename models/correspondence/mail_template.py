from odoo import api, models
from odoo.exceptions import UserError

TEMPLATE_FIELDS = ("message_type", "model", "res_id", "mail_message_id")


class MailTemplate(models.Model):
    """The messages that the program sends by itself cannot get lost."""

    _inherit = "mail.template"

    @api.constrains("body_html", "model_id")
    def _check_collection_words(self):
        """What becomes a letter loads nothing from elsewhere."""
        report = self.env["ir.actions.report"]
        for template in self:
            if (template.model or "").startswith("collection."):
                for lang, _name in self.env["res.lang"].get_installed():
                    words = template.with_context(lang=lang).body_html
                    report._check_collection_words(words)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collection_message(self):
        """Without one of them the nightly run would stop at the first customer who is
        to get it."""
        shipped = self.env["ir.model.data"]._get_shipped_by_collections(self._name)
        if lost := self & shipped:
            raise UserError(
                self.env._(
                    "Collections sends “%s” automatically. Change its text instead "
                    "of deleting it.",
                    lost[0].name,
                )
            )

    def send_mail_batch(self, res_ids, *args, email_values=None, **kwargs):
        # It may be called over the network: what a message is, and what it is about,
        # decides whether it may leave and is in the log.
        mixin = self.env["collection.correspondence.mixin"]
        if email_values and mixin._has_contacts(self.model) and not self.env.su:
            email_values = {
                name: value
                for name, value in email_values.items()
                if name not in TEMPLATE_FIELDS
            }
        return super().send_mail_batch(
            res_ids, *args, email_values=email_values, **kwargs
        )
