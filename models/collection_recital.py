from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .collection_action import OPEN_STATES

KINDS = [
    ("contact", "Contact"),
    ("promise", "Promise"),
    ("breach", "Broken promise"),
]
# What is recited: what was sent and what was said. Attempts that reached nobody, talks
# with third persons and what came back stay out.
TOLD_OUTCOMES = (
    "sent",
    "reached",
    "message_left",
    "call_back",
    "refused",
    "promise",
    "dispute",
    "plan_wanted",
    "hardship",
    "paid_already",
    "received",
)
TOLD_CHANNELS = (
    "phone",
    "email",
    "letter",
    "certified",
    "sms",
    "visit",
    "meeting",
    "portal",
)
# A letter that did not go out, or came back, was not a reminder. Who refuses a letter
# has been sent one.
TOLD_DELIVERY = ("sent", "posted", "delivered", "refused")


class CollectionRecital(models.Model):
    """What a final demand recites: one line per contact, promise and broken promise.

    A view on the log and the promises, for the final demands that are still to go out:
    what is logged, voided or delivered shows at once. A collector leaves lines out;
    the step remembers which.
    """

    _name = "collection.recital"
    _description = "Line of a Recital"
    _auto = False
    _order = "moment, id"
    _depends = {
        "collection.action": ["case_id", "stage_id", "state", "untold"],
        "collection.contact": [
            *("case_id", "channel", "outcome", "is_void", "date", "message_ref"),
        ],
        "collection.letter": ["delivery_state", "date_sent"],
        "collection.promise": ["case_id", "state", "date_taken", "date_last"],
        "collection.stage": ["is_final_demand"],
    }

    action_id = fields.Many2one("collection.action", "Step", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    contact_id = fields.Many2one("collection.contact", readonly=True)
    promise_id = fields.Many2one("collection.promise", readonly=True)
    moment = fields.Datetime("When", readonly=True)
    is_told = fields.Boolean("Recite")
    day = fields.Char("Date", compute="_compute_texts")
    channel = fields.Char(compute="_compute_texts")
    what = fields.Char(compute="_compute_texts")
    person = fields.Char("With whom", compute="_compute_texts")

    @property
    def _table_query(self):
        return SQL(
            "%s UNION ALL %s UNION ALL %s",
            self._contacts(),
            self._promises(),
            self._breaches(),
        )

    @api.depends("contact_id", "promise_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        rows = self.env["collection.history"]._get_rows(self)
        for line, row in zip(self, rows, strict=True):
            line.day = row["date"]
            line.channel = row["channel"]
            line.what = ", ".join(filter(None, (row["what"], row["proof"])))
            line.person = row["with"]

    @api.model
    def _select(self, kind, number, alias):
        """:return: SQL of the columns that do not depend on the kind of line; a case
        has one open step, so that the number of its source numbers the line"""
        return SQL(
            """
            SELECT %(source)s.id * 4 + %(number)s AS id, action.id AS action_id,
                   action.company_id, %(kind)s AS kind,
                   NOT COALESCE(action.untold ? (%(kind)s || ',' || %(source)s.id),
                                FALSE) AS is_told
            """,
            source=SQL.identifier(alias),
            number=number,
            kind=kind,
        )

    @api.model
    def _from(self):
        return SQL(
            """
              FROM collection_action action
              JOIN collection_stage stage
                ON stage.id = action.stage_id AND stage.is_final_demand
            """
        )

    @api.model
    def _contacts(self):
        return SQL(
            """
            %(select)s, contact.id AS contact_id, NULL::int AS promise_id,
                   COALESCE(letter.date_sent, contact.date) AS moment
            %(from)s
              JOIN collection_contact contact ON contact.case_id = action.case_id
              LEFT JOIN collection_letter letter ON letter.id = contact.letter_id
             WHERE action.state = ANY(%(open)s) AND %(told)s
            """,
            select=self._select("contact", 0, "contact"),
            told=self._told(),
            open=list(OPEN_STATES),
            **{"from": self._from()},
        )

    @api.model
    def _told(self):
        """:return: SQL condition that a customer may read of ``contact``"""
        return SQL(
            """
            (contact.is_void IS NOT TRUE AND contact.channel = ANY(%s)
             AND contact.outcome = ANY(%s)
             AND (contact.person <> '' OR NOT EXISTS (
                SELECT FROM collection_contact returned
                 WHERE returned.message_ref = contact.message_ref
                   AND returned.case_id = contact.case_id
                   AND returned.id > contact.id AND returned.outcome = 'bounced'
                   AND returned.is_void IS NOT TRUE
                   AND returned.partner_id IS NOT DISTINCT FROM contact.partner_id))
             AND (contact.letter_id IS NULL OR EXISTS (
                SELECT FROM collection_letter sent
                 WHERE sent.id = contact.letter_id AND sent.delivery_state = ANY(%s))))
            """,
            list(TOLD_CHANNELS),
            list(TOLD_OUTCOMES),
            list(TOLD_DELIVERY),
        )

    @api.model
    def _promises(self):
        """Promises that no recited contact tells of already."""
        return SQL(
            """
            %(select)s, NULL::int AS contact_id, promise.id AS promise_id,
                   promise.date_taken + TIME '12:00' AS moment
            %(from)s
              JOIN collection_promise promise ON promise.case_id = action.case_id
             WHERE action.state = ANY(%(open)s)
               AND promise.state NOT IN ('approve', 'withdrawn')
               AND NOT EXISTS (
                    SELECT FROM collection_contact contact
                     WHERE contact.id = promise.contact_id
                       AND contact.outcome = 'promise' AND %(told)s)
            """,
            select=self._select("promise", 1, "promise"),
            told=self._told(),
            open=list(OPEN_STATES),
            **{"from": self._from()},
        )

    @api.model
    def _breaches(self):
        return SQL(
            """
            %(select)s, NULL::int AS contact_id, promise.id AS promise_id,
                   promise.date_last + promise.tolerance + 1 + TIME '00:00' AS moment
            %(from)s
              JOIN collection_promise promise ON promise.case_id = action.case_id
             WHERE action.state = ANY(%(open)s)
               AND promise.state IN ('partly', 'broken')
            """,
            select=self._select("breach", 2, "promise"),
            open=list(OPEN_STATES),
            **{"from": self._from()},
        )

    def write(self, vals):  # pylint: disable=method-required-super
        """Leave lines out of the letter, or take them in again.

        :raises UserError: for anything else; the log is not changed from here
        """
        self.check_access("write")
        if vals.keys() - {"is_told"}:
            raise UserError(
                self.env._("Only whether a line is recited can be changed here.")
            )
        for line in self:
            line.action_id._set_told(line._get_key(), vals["is_told"])
        self.env.flush_all()
        self.invalidate_model(["is_told"])
        return True

    def _get_key(self):
        """:return: how the step remembers this line"""
        return f"{self.kind},{(self.contact_id or self.promise_id).id}"
