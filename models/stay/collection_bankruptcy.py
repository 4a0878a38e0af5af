from odoo import api, fields, models
from odoo.tools import format_date

STATES = [
    ("rumor", "Rumor"),
    ("refuted", "Not confirmed"),
    ("open", "Stay in force"),
    ("dismissed", "Dismissed"),
    ("discharged", "Discharged"),
    ("closed", "Closed"),
    ("mistake", "Recorded by mistake"),
]
# What was owed before the petition stays out of collection: while the stay lasts, and
# after a discharge or the end of the case, which leave nothing to collect.
STOPPING_STATES = ("open", "discharged", "closed")


class CollectionBankruptcy(models.Model):
    """A petition, as far as it concerns collection: whose debts it stays, up to which
    day, and who speaks for the debtor.

    The room of bankruptcies adds the file, and how a stay begins and ends.
    """

    _name = "collection.bankruptcy"
    _description = "Bankruptcy"
    _inherit = ["collection.protected.mixin", "mail.thread"]
    _order = "date_petition desc, id desc"

    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        help="The customer; the stay covers all their contacts.",
    )
    is_rumor = fields.Boolean(
        "Only a rumor", help="Nothing is stopped until it is confirmed."
    )
    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        readonly=True,
        compute="_compute_state",
        store=True,
        precompute=True,
        index=True,
        tracking=True,
        group_expand="_group_expand_states",
    )
    stops_collection = fields.Boolean(
        compute="_compute_stops_collection", store=True, precompute=True
    )
    date_petition = fields.Date(
        "Petition",
        tracking=True,
        help="The day the petition was filed; elsewhere, the day of the opening. What"
        " was posted up to this day is stayed.",
    )
    trustee_id = fields.Many2one("res.partner", "Trustee or office-holder")
    lawyer_id = fields.Many2one("res.partner", "Counsel of the debtor")
    agent_id = fields.Many2one("res.partner", "Claims agent")

    @api.depends("is_rumor")
    def _compute_state(self):
        """Where it begins; later on methods write it along ``TRANSITIONS``."""
        for bankruptcy in self:
            start = "rumor" if bankruptcy.is_rumor else "open"
            bankruptcy.state = bankruptcy.state or start

    @api.depends("state")
    def _compute_stops_collection(self):
        for bankruptcy in self:
            bankruptcy.stops_collection = bankruptcy.state in STOPPING_STATES

    @api.model
    def _group_expand_states(self, states, _domain):
        """Show the usual way of a case on the board, the other states if they occur."""
        usual = {"rumor", "open", "discharged", "closed"}
        return [key for key, _label in STATES if key in usual or key in states]

    def _is_representative(self, partner):
        """:return: whether a contact speaks for these debtors, and may be written to
        about what is stayed: trustee, counsel, claims agent, and who works for them"""
        people = self.trustee_id | self.lawyer_id | self.agent_id
        debtors = self.partner_id | self.partner_id.commercial_partner_id
        # The debtor's own contacts never count as representatives.
        if not partner or partner.commercial_partner_id in debtors:
            return False
        return bool(
            (partner | partner.commercial_partner_id) & people
            or partner in people.commercial_partner_id.child_ids
        )

    def _get_refusal_text(self):
        """:return: translated text shown to whoever tries what the stay forbids"""
        noted = self.env._("This attempt has been logged.")
        return f"{self._get_stay_text()} {noted}"

    def _get_stay_text(self):
        """:return: translated text: what the stay forbids, and what it allows"""
        return self.env._(
            "%(customer)s is bankrupt (petition of %(date)s). What was owed up to that"
            " day must not be collected: no call, message or letter, no interest, no"
            " set-off, no referral. Write to the trustee or to counsel, or file the"
            " claim.",
            customer=self.partner_id.name,
            date=format_date(self.env, self.date_petition),
        )
