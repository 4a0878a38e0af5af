from odoo import api, fields, models
from odoo.exceptions import UserError

from .collection_bankruptcy import CHAPTERS, TRANSITIONS

EVENT_KINDS = [
    ("confirmed", "Confirmed"),
    ("refuted", "Not confirmed"),
    ("petition", "Change of the petition date"),
    ("converted", "Converted to another chapter"),
    ("dismissed", "Dismissed"),
    ("discharged", "Discharged"),
    ("closed", "Closed"),
    ("reopened", "Reopened"),
    ("mistake", "Recorded by mistake"),
]
# The state of a bankruptcy after each event; None leaves it unchanged.
STATES_AFTER = {
    "confirmed": "open",
    "refuted": "refuted",
    "petition": None,
    "converted": None,
    "dismissed": "dismissed",
    "discharged": "discharged",
    "closed": "closed",
    "reopened": "open",
    "mistake": "mistake",
}
# What lifts, ends or moves the stay; collectors propose it, managers decide.
STAY_CHANGING_KINDS = {
    "petition",
    "dismissed",
    "discharged",
    "closed",
    "reopened",
    "mistake",
}


class CollectionBankruptcyEvent(models.Model):
    """What happened in a bankruptcy: conversions, its end, another petition date.

    The only way to lift a stay. Collectors record what leaves the stay as it is, and
    propose the rest; a manager's own entry, or approval of a proposal, takes effect
    at once. Entries are never changed nor deleted.
    """

    _name = "collection.bankruptcy.event"
    _description = "Event in a Bankruptcy"
    _inherit = ["collection.protected.mixin"]
    _order = "id desc"
    _rec_name = "kind"

    bankruptcy_id = fields.Many2one(
        "collection.bankruptcy", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="bankruptcy_id.partner_id", string="Debtor")
    kind = fields.Selection(EVENT_KINDS, "What happened", required=True)
    date = fields.Date(
        "On",
        required=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    chapter = fields.Selection(CHAPTERS, "New chapter")
    date_petition = fields.Date("Day of the petition")
    note = fields.Text("Reason and source")
    previous = fields.Char("Before", readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(
        [("proposed", "Proposed"), ("done", "In effect"), ("rejected", "Rejected")],
        "Status",
        required=True,
        readonly=True,
        default="proposed",
        index=True,
    )
    decided_user_id = fields.Many2one("res.users", "Decided by", readonly=True)
    date_decided = fields.Datetime("Decided on", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    _converted_to = models.Constraint(
        "CHECK (kind <> 'converted' OR chapter IS NOT NULL)",
        "Enter the chapter the case was converted to.",
    )
    _petition_day = models.Constraint(
        "CHECK (kind <> 'petition' OR date_petition IS NOT NULL)",
        "Enter the day the petition was filed.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        # One by one: what is possible depends on what the events before have changed.
        for event in events:
            event._check_possible()
            if event._is_decided_here():
                event._apply()
            else:
                event._ask_manager()
        return events

    def write(self, vals):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Recorded events cannot be changed. Record a new one that "
                    "corrects it."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("The course of a bankruptcy stays on record."))

    def _is_decided_here(self):
        """:return: whether it takes effect without anybody's approval"""
        return self.kind not in STAY_CHANGING_KINDS or self.env.user.has_group(
            "account_collections.group_collection_manager"
        )

    def _check_possible(self):
        """:raises UserError: when this cannot happen to the bankruptcy as it stands"""
        bankruptcy, outcome = self.bankruptcy_id, STATES_AFTER[self.kind]
        allowed = TRANSITIONS[bankruptcy.state]
        possible = bankruptcy.state == "open" if not outcome else outcome in allowed
        # Both lead to "open": a rumor is confirmed, what has ended is reopened.
        if self.kind in ("confirmed", "reopened"):
            possible &= (bankruptcy.state == "rumor") == (self.kind == "confirmed")
        if not possible:
            raise UserError(
                self.env._(
                    "The bankruptcy is “%(state)s”; it cannot be “%(kind)s” now.",
                    state=bankruptcy._label("state"),
                    kind=self._label("kind"),
                )
            )
        if self.kind in STAY_CHANGING_KINDS and not (self.note or "").strip():
            raise UserError(
                self.env._("Give the reason and its source: this changes the stay.")
            )

    def action_approve(self):
        """Let proposals take effect; for managers."""
        self._check_decider()
        for event in self:
            # The bankruptcy may have changed since it was proposed.
            event._check_possible()
            event._apply()

    def action_reject(self):
        """Leave the stay as it is; for managers."""
        self._check_decider()
        self._decide("rejected")

    def _check_decider(self):
        """:raises AccessError: for everybody but managers of collections
        :raises UserError: when something has been decided"""
        self._check_manager(self.env._("Only a collections manager can decide this."))
        if any(event.state != "proposed" for event in self):
            raise UserError(self.env._("This has already been decided."))

    def _decide(self, state, **vals):
        # Sudo: the program's own to-do, on whoever's list it is.
        self.sudo().activity_id.unlink()
        self._write_protected(
            {
                "state": state,
                "decided_user_id": self.env.uid,
                "date_decided": fields.Datetime.now(),
                **vals,
            }
        )

    def _apply(self):
        """Change the bankruptcy as the event says, and post it in the chatter."""
        bankruptcy = self.bankruptcy_id
        # Taken before the change: the chatter tells both sides of it.
        previous = bankruptcy._get_standing_text()
        self._decide("done", previous=previous)
        if self.kind == "petition":
            self.env["collection.stay.enforcement"]._change(
                bankruptcy, {"date_petition": self.date_petition}
            )
        elif self.kind == "converted":
            bankruptcy._convert_chapter(self.chapter, self.date)
        else:
            bankruptcy._change_state(STATES_AFTER[self.kind], self.date)
        bankruptcy.sudo().message_post(
            body=self.env._(
                "%(kind)s. Before: %(previous)s. %(note)s",
                kind=self._label("kind"),
                previous=previous,
                note=self.note or "",
            ),
            author_id=self.env.user.partner_id.id,
        )

    def _ask_manager(self):
        """Make a to-do for the manager; the stay lasts until it is decided."""
        bankruptcy = self.bankruptcy_id
        activity = bankruptcy.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            self.env.company._get_collection_today(),
            summary=self.env._("Decide: %s", self._label("kind")),
            note=self.note or "",
            user_id=self.env.company._get_collection_responsible(
                bankruptcy.manager_id, self.env.user
            ).id,
        )
        self._write_protected({"activity_id": activity.id})
