from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

# After this time without a word a customer is free for a colleague again.
CALL_MINUTES = 30
# A decision that waits is not made by talking; it has its own screen.
TALKS = ("phone", "visit", "meeting")


class CollectionCase(models.Model):
    """Who is on the telephone with a customer just now, and the way to the call screen.

    Two collectors must not call the same customer. Opening the call screen takes the
    customer; logging the call, going on or half an hour gives it back.
    """

    _inherit = "collection.case"

    call_user_id = fields.Many2one("res.users", "On the line", readonly=True)
    date_on_line = fields.Datetime("On the line since", readonly=True)
    caller_id = fields.Many2one(
        "res.users",
        "Being called by",
        compute="_compute_caller_id",
        help="Who has this customer on the call screen just now.",
    )

    @api.depends("call_user_id", "date_on_line")
    def _compute_caller_id(self):
        limit = self._get_call_limit()
        for case in self:
            is_fresh = bool(case.date_on_line) and case.date_on_line > limit
            case.caller_id = case.call_user_id if is_fresh else False

    @api.model
    def _get_call_limit(self):
        now = self.env.company._get_collection_moment()
        return now - timedelta(minutes=CALL_MINUTES)

    def action_open_done(self):
        """Open the call screen: to call this customer, or to log any other contact."""
        self.ensure_one()
        return self._open_call(self._find_talk(TALKS))

    def _find_talk(self, channels=("phone",)):
        """:return: the open step that a talk through one of these channels completes"""
        return self.action_id.filtered(
            lambda step: step.state == "todo" and step.channel in channels
        )

    def _open_call(self, step=None, in_row=False):
        """Take the customer and open the call screen.

        :param step: the collection.action that the contact completes
        :param bool in_row: whether the next call of the worklist follows
        :return: the action
        """
        self.ensure_one()
        if self.state == "closed":
            raise UserError(self.env._("The case is closed; there is nothing to say."))
        self.check_access("write")
        self._take_call()
        log = self.env["collection.contact.log"].create(
            {
                "case_id": self.id,
                "action_id": step.id if step else False,
                "channel": step.channel if step else self._get_channel(in_row),
                "is_in_row": in_row,
            }
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_contact_log_action"
        )
        return {**action, "res_id": log.id, "views": [(False, "form")]}

    def _get_channel(self, in_row):
        """:return: the channel to propose: a call, or what the customer prefers"""
        return (not in_row and self.partner_id.collection_channel) or "phone"

    def _take_call(self, by_force=False):
        """Take customers to call, unless a colleague has them.

        Two who do so at the same moment write the same row, so that one of them waits,
        starts again, and finds the other there.

        :param bool by_force: take them all the same
        :return: those that are mine now
        """
        self.invalidate_recordset(["call_user_id", "date_on_line"])
        free = self.filtered(
            lambda case: (
                by_force or not case.caller_id or case.caller_id == self.env.user
            )
        )
        # Nobody writes it by hand; the right to work the case was checked.
        free.sudo().write(
            {
                "call_user_id": self.env.uid,
                "date_on_line": self.env.company._get_collection_moment(),
            }
        )
        return free

    def _leave_call(self):
        """Give back the customers that are mine."""
        mine = self.filtered(lambda case: case.call_user_id == self.env.user)
        mine.sudo().write({"call_user_id": False, "date_on_line": False})

    def _get_caller_text(self):
        """:return: translated sentence when a colleague has this customer, or False"""
        self.ensure_one()
        if not self.caller_id or self.caller_id == self.env.user:
            return False
        return self.env._(
            "%(colleague)s has had this customer on the call screen since %(time)s.",
            colleague=self.caller_id.name,
            time=format_datetime(self.env, self.date_on_line, dt_format="HH:mm"),
        )
