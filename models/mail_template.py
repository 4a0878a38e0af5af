from odoo import api, models
from odoo.exceptions import UserError


class MailTemplate(models.Model):
    """The messages that the program sends by itself cannot get lost."""

    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collection_message(self):
        """Without one of them the nightly run would stop at the first customer who is
        to get it."""
        shipped = self.env["collection.policy"]._get_shipped(self._name)
        if lost := self & shipped:
            raise UserError(
                self.env._(
                    "Collections sends “%s” by itself. Change its words instead of"
                    " deleting it.",
                    lost[0].name,
                )
            )
