from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...tools.channels import channel_of, channels
from ...tools.step_states import OPEN_STATES

LINE_KINDS = [
    ("contact", "Contact"),
    ("promise", "Promise"),
    ("breach", "Broken promise"),
]
# Messages and conversations. Attempts that reached nobody, talks with third persons and
# what came back are not listed.
LISTED_OUTCOMES = (
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
# A letter that did not go out, or came back, was not a reminder. Who refuses a letter
# has been sent one.
LISTED_DELIVERY = ("sent", "posted", "delivered", "refused")


class CollectionDemandHistory(models.Model):
    """What a final demand lists: when, how, what and with whom, one line per contact,
    promise and broken promise.

    A view on the log and the promises, for the final demands that are still to go out:
    what is logged, voided or delivered shows at once. Voided entries and internal notes
    are never shown. A collector excludes lines; the step remembers which.
    """

    _name = "collection.demand.history"
    _description = "History Line of a Demand"
    _auto = False
    _order = "moment, id"
    _rec_names_search = ["contact_id", "promise_id"]
    _depends = {
        "collection.step": ["case_id", "stage_id", "state", "excluded_lines"],
        "collection.contact": [
            *("case_id", "channel", "outcome", "is_void", "date", "message_ref"),
        ],
        "collection.letter": ["delivery_state", "date_sent"],
        "collection.promise": ["case_id", "state", "date_taken", "date_last"],
        "collection.stage": ["is_final_demand"],
    }

    step_id = fields.Many2one("collection.step", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(LINE_KINDS, readonly=True)
    contact_id = fields.Many2one("collection.contact", readonly=True)
    promise_id = fields.Many2one("collection.promise", readonly=True)
    moment = fields.Datetime("When", readonly=True)
    is_included = fields.Boolean("Include")
    day = fields.Char("Date", compute="_compute_texts")
    channel = fields.Char(compute="_compute_texts")
    what = fields.Char(compute="_compute_texts")
    person = fields.Char("With whom", compute="_compute_texts")

    @property
    def _table_query(self):
        return SQL(
            "%s UNION ALL %s UNION ALL %s",
            self._contacts_sql(),
            self._promises_sql(),
            self._breaches_sql(),
        )

    @api.depends("contact_id", "promise_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for line, row in zip(self, self._get_rows(), strict=True):
            line.day = row["date"]
            line.channel = row["channel"]
            line.what = ", ".join(filter(None, (row["what"], row["proof"])))
            line.person = row["with"]

    @api.model
    def _select_sql(self, kind, number, alias):
        """:return: SQL of the columns that do not depend on the kind of line; a case
        has one open step, so that the number of its source numbers the line"""
        return SQL(
            """
            SELECT %(source)s.id * 4 + %(number)s AS id, step.id AS step_id,
                   step.company_id, %(kind)s AS kind,
                   NOT COALESCE(
                       step.excluded_lines ? (%(kind)s || ',' || %(source)s.id), FALSE
                   ) AS is_included
            """,
            source=SQL.identifier(alias),
            number=number,
            kind=kind,
        )

    @api.model
    def _from_sql(self):
        return SQL(
            """
              FROM collection_step step
              JOIN collection_stage stage
                ON stage.id = step.stage_id AND stage.is_final_demand
            """
        )

    @api.model
    def _contacts_sql(self):
        return SQL(
            """
            %(select)s, contact.id AS contact_id, NULL::int AS promise_id,
                   COALESCE(letter.date_sent, contact.date) AS moment
            %(from)s
              JOIN collection_contact contact ON contact.case_id = step.case_id
              LEFT JOIN collection_letter letter ON letter.id = contact.letter_id
             WHERE step.state = ANY(%(open)s) AND %(listed)s
            """,
            select=self._select_sql("contact", 0, "contact"),
            listed=self._is_listed_sql(),
            open=list(OPEN_STATES),
            **{"from": self._from_sql()},
        )

    @api.model
    def _is_listed_sql(self):
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
            channels(is_noticed=True),
            list(LISTED_OUTCOMES),
            list(LISTED_DELIVERY),
        )

    @api.model
    def _promises_sql(self):
        """Promises that no listed contact tells of already."""
        return SQL(
            """
            %(select)s, NULL::int AS contact_id, promise.id AS promise_id,
                   promise.date_taken + TIME '12:00' AS moment
            %(from)s
              JOIN collection_promise promise ON promise.case_id = step.case_id
             WHERE step.state = ANY(%(open)s)
               AND promise.state NOT IN ('approve', 'withdrawn')
               AND NOT EXISTS (
                    SELECT FROM collection_contact contact
                     WHERE contact.id = promise.contact_id
                       AND contact.outcome = 'promise' AND %(listed)s)
            """,
            select=self._select_sql("promise", 1, "promise"),
            listed=self._is_listed_sql(),
            open=list(OPEN_STATES),
            **{"from": self._from_sql()},
        )

    @api.model
    def _breaches_sql(self):
        return SQL(
            """
            %(select)s, NULL::int AS contact_id, promise.id AS promise_id,
                   promise.date_last + promise.tolerance + 1 + TIME '00:00' AS moment
            %(from)s
              JOIN collection_promise promise ON promise.case_id = step.case_id
             WHERE step.state = ANY(%(open)s)
               AND promise.state IN ('partial', 'broken')
            """,
            select=self._select_sql("breach", 2, "promise"),
            open=list(OPEN_STATES),
            **{"from": self._from_sql()},
        )

    def write(self, vals):  # pylint: disable=method-required-super
        """Exclude lines from the letter, or include them again.

        :raises UserError: for anything else; the log is not changed from here
        """
        self.check_access("write")
        if vals.keys() - {"is_included"}:
            raise UserError(
                self.env._("Here you can only include or leave out a line.")
            )
        for line in self:
            line.step_id._set_included(line._get_key(), vals["is_included"])
        self.env.flush_all()
        self.invalidate_model(["is_included"])
        return True

    def _get_key(self):
        """:return: how the step remembers this line"""
        return f"{self.kind},{(self.contact_id or self.promise_id).id}"

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_histories(self, steps):
        """Write what the messages of steps list, each in its own language.

        :param steps: collection.step records
        :return: dict of a list of dicts of texts per step, oldest first; empty for
            steps that are no final demand
        """
        histories = {step: [] for step in steps}
        final = steps.filtered("stage_id.is_final_demand")
        lines = self.search([("step_id", "in", final.ids), ("is_included", "=", True)])
        composer = self.env["collection.message.composer"]
        for step, own in lines.grouped("step_id").items():
            lang = composer._get_lang(step)
            histories[step] = own.with_context(lang=lang)._get_rows()
        return histories

    def _get_rows(self):
        """:return: list of dicts of texts, in the language of the context"""
        promises = self.env["collection.promise"].search(
            [("contact_id", "in", self.contact_id.ids)]
        )
        by_contact = promises.grouped("contact_id")
        return [
            self._get_contact_row(line.contact_id, by_contact.get(line.contact_id))
            if line.kind == "contact"
            else self._get_promise_row(line)
            for line in self
        ]

    @api.model
    def _get_contact_row(self, contact, promises=None):
        channel = contact.with_env(self.env)._label("channel")
        letter = contact.letter_id
        return {
            "date": format_date(self.env, self._get_day(contact)),
            "channel": self.env._("%s, received", channel)
            if contact.direction == "in"
            else channel,
            "what": self._get_promise_text(promises[:1])
            if promises
            else self._get_what(contact),
            "proof": ", ".join(letter._get_proofs()) if letter._is_paper() else "",
            "with": contact._get_reached_text(),
            "by": self._get_by(contact),
        }

    @api.model
    def _get_promise_row(self, line):
        """:return: the texts of a promise that was made, or not kept"""
        promise = line.promise_id
        day = fields.Date.to_date(line.moment)
        return {
            "date": format_date(self.env, day),
            "channel": self.env._("Promise"),
            "what": self._get_promise_text(promise)
            if line.kind == "promise"
            else self._get_breach_text(promise),
            "proof": "",
            "with": promise.person or promise.partner_id.name,
            "by": "",
        }

    @api.model
    def _get_promise_text(self, promise):
        values = {
            "amount": promise.currency_id.format(promise.amount),
            "day": format_date(self.env, promise.date_last),
        }
        if promise.kind == "extension":
            return self.env._("%(amount)s: due date extended to %(day)s", **values)
        return self.env._("Payment of %(amount)s by %(day)s was promised", **values)

    @api.model
    def _get_breach_text(self, promise):
        values = {
            "amount": promise.currency_id.format(promise.amount),
            "day": format_date(self.env, promise.date_last),
            "received": promise.currency_id.format(promise.amount_received),
        }
        if promise.state == "partial":
            return self.env._(
                "Of %(amount)s promised by %(day)s we received %(received)s", **values
            )
        return self.env._(
            "The payment of %(amount)s promised by %(day)s did not arrive", **values
        )

    @api.model
    def _get_day(self, contact):
        """:return: the day it happened, in the company's time zone"""
        return contact.company_id._get_collection_day(
            contact.letter_id.date_sent or contact.date
        )

    @api.model
    def _get_what(self, contact):
        """:return: the subject of what was written, or what was said, in words that a
        customer may read"""
        if contact.subject and channel_of(contact.channel).is_written:
            return contact.subject
        return {
            "sent": self.env._("Message sent"),
            "received": self.env._("Message received"),
            "message_left": self.env._("Message left"),
            "call_back": self.env._("A call back was agreed"),
            "promise": self.env._("Payment was promised"),
            "dispute": self.env._("An invoice was questioned"),
            "plan_wanted": self.env._("Installments were discussed"),
            "paid_already": self.env._("Payment was reported"),
        }.get(contact.outcome, self.env._("Conversation"))

    @api.model
    def _get_by(self, contact):
        """:return: name and title of who acted for the company; the company itself
        when its scheduler did"""
        if contact.direction == "in":
            return ""
        if contact.user_id == self.env.ref("base.user_root") or not contact.user_name:
            return contact.company_id.name
        return contact.user_name
