from odoo import SUPERUSER_ID, api, fields, models
from odoo.modules.registry import Registry
from odoo.tools import SQL

ATTEMPT_KINDS = [
    ("contact", "Contact with the customer"),
    ("message", "Message to the customer"),
    ("step", "Step of the ladder"),
    ("queue", "Message in the queue"),
    ("print", "Printing a letter"),
    ("post", "Posting a letter"),
    ("promise", "Promise"),
    ("dispute", "Dispute"),
    ("plan", "Installment plan"),
    ("match", "Set-off"),
    ("referral", "Referral"),
]


class CollectionBlockedAttempt(models.Model):
    """An attempt that a stay has blocked: the proof that the stay was obeyed.

    Attempts by people are listed each time, those of the scheduler once per case, day
    and thing. Written by the program alone, and never changed.
    """

    _name = "collection.blocked.attempt"
    _description = "Blocked Attempt"
    _order = "date desc, id desc"
    _rec_name = "description"
    _log_access = False

    date = fields.Datetime(required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    source = fields.Selection(
        [
            ("person", "A person"),
            ("portal", "The portal"),
            ("scheduler", "The scheduler"),
        ],
        "Tried by",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    kind = fields.Selection(ATTEMPT_KINDS, "What", required=True, readonly=True)
    description = fields.Char(readonly=True)
    bankruptcy_id = fields.Many2one(
        "collection.bankruptcy",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, readonly=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        "collection.case", readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )

    _scheduler_daily = models.UniqueIndex(
        "(case_id, day, kind, description) WHERE source = 'scheduler'",
        "What the scheduler left out is listed once per case and day.",
    )

    @api.model
    def _prepare_vals(self, bankruptcy, company, kind, description, case, source):
        return {
            "date": fields.Datetime.now(),
            "day": company._get_collection_today(),
            "source": source,
            "user_id": self.env.uid,
            "kind": kind,
            "description": description,
            "bankruptcy_id": bankruptcy.id,
            "partner_id": bankruptcy.partner_id.id,
            "case_id": case.id if case else False,
            "company_id": company.id,
        }

    @api.model
    def _log_refusal(self, *args):
        """List an attempt that is refused with an error.

        The error rolls back the transaction, or a savepoint of it. So the attempt is
        written in a transaction of its own, once this one has ended either way.
        """
        vals, database = self._prepare_vals(*args), self.env.cr.dbname

        def write():
            with Registry(database).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                if env["collection.bankruptcy"].browse(vals["bankruptcy_id"]).exists():
                    env["collection.blocked.attempt"].create(vals)

        self.env.cr.postcommit.add(write)
        self.env.cr.postrollback.add(write)

    @api.model
    def _log_scheduler(self, bankruptcy, company, kind, description, case):
        """List what the scheduler left out, unless it is listed for this case and day
        already. Never waits for another worker that lists the same."""
        vals = self._prepare_vals(
            bankruptcy, company, kind, description, case, "scheduler"
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO collection_blocked_attempt (%s) VALUES (%s)"
                " ON CONFLICT DO NOTHING",
                SQL(", ").join(SQL.identifier(name) for name in vals),
                SQL(", ").join(SQL("%s", value or None) for value in vals.values()),
            )
        )
