from markupsafe import Markup
from odoo import api, fields, models
from psycopg2 import OperationalError

from .collection_stage import WRITTEN_CHANNELS


class CollectionAction(models.Model):
    """What the screens of a step show beyond its own columns, and where they lead.

    The preview of its message above all. A part of ``collection.action`` of its own, so
    that the step stays readable.
    """

    _inherit = "collection.action"

    has_message = fields.Boolean(compute="_compute_has_message")
    is_edited = fields.Boolean(compute="_compute_is_edited")
    is_open = fields.Boolean(compute="_compute_is_open")
    is_final_demand = fields.Boolean(related="stage_id.is_final_demand")
    addressee_phone = fields.Char("Telephone", compute="_compute_addressee_id")
    call_guide = fields.Html(related="stage_id.call_guide")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("channel", "letter_id")
    def _compute_has_message(self):
        for action in self:
            action.has_message = bool(
                action.channel in WRITTEN_CHANNELS or action.letter_id
            )

    @api.depends("subject", "body")
    def _compute_is_edited(self):
        for action in self:
            action.is_edited = action._has_own_words()

    @api.depends("state")
    def _compute_is_open(self):
        for action in self:
            action.is_open = action.state in ("planned", "approve", "todo", "failed")

    @api.depends("subject", "body")
    def _compute_preview(self):
        for action in self:
            # While a person types, the screen shows the message as it was saved.
            is_typing = action._origin != action
            action.preview = (
                action._origin.preview if is_typing else action._get_preview()
            )

    def _get_preview(self):
        """:return: HTML of the message as it would go out now, or as it went out; a
        message that cannot be written says why instead of breaking the screen"""
        if not self.is_open or not self.stage_id.template_id:
            return self.letter_id.body
        try:
            with self.env.cr.savepoint():
                return self.env["collection.message"]._preview(self)
        except OperationalError:
            raise
        except Exception as error:  # a template may raise anything
            return Markup('<p style="color: #b02a37">%s</p>') % self.env._(
                "The message cannot be written: %s", error
            )

    def action_open_case(self):
        """Open the case of this step."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_open_letter(self):
        """Open the letter that this step sent."""
        self.ensure_one()
        return self.letter_id._get_records_action()

    @api.model
    def _tell_approved(self, actions):
        """:return: client action that confirms the approval of steps"""
        return self._tell(
            self.env._(
                "Approved: %s. It goes out in a few minutes, after a last look at the"
                " ledger.",
                actions.display_name,
            )
            if len(actions) == 1
            else self.env._(
                "%s steps approved. They go out in a few minutes, after a last look at"
                " the ledger.",
                len(actions),
            )
        )

    @api.model
    def _tell(self, message):
        """:return: client action that shows a message and refreshes the screen"""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
