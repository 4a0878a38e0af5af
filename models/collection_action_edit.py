from odoo import models
from odoo.exceptions import UserError

from .collection_action import OPEN_STATES

WORDS = frozenset({"subject", "body"})


class CollectionAction(models.Model):
    """The words of the one message of a step, which a person may change until somebody
    has approved them: what leaves was read by who let it go."""

    _inherit = "collection.action"

    def write(self, vals):
        if WORDS & vals.keys() and not self.env.su:
            self._check_words()
        return super().write(vals)

    def _check_words(self):
        """:raises UserError: when the words of one of these steps are settled"""
        for action in self:
            if action.state not in OPEN_STATES:
                raise UserError(
                    self.env._("This step is over; its message was sent as is.")
                )
            if action.approved_user_id not in (self.env["res.users"], self.env.user):
                raise UserError(
                    self.env._(
                        "%s has approved these words. Skip the step if they are not to"
                        " be sent.",
                        action.approved_user_id.name,
                    )
                )

    def action_edit(self):
        """Fill this one message with the words of the stage, to be changed."""
        self.ensure_one()
        self.check_access("write")
        self._check_words()
        if not self.stage_id.template_id:
            raise UserError(self.env._("This step sends no message."))
        message = self.env["collection.message"]
        subject, body = message._get_words(self, message._get_lang(self))
        self.write({"subject": subject, "body": body})

    def action_discard_edit(self):
        """Go back to the words of the stage."""
        self.check_access("write")
        self.write({"subject": False, "body": False})
