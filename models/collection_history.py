import pytz
from odoo import api, fields, models
from odoo.tools import format_date

from .collection_stage import WRITTEN_CHANNELS


class CollectionHistory(models.AbstractModel):
    """The contacts so far, as a final demand recites them: when, how, what, with whom.

    Taken from the contact log and the promises, see ``collection.recital``. Voided
    entries and internal notes are never shown.
    """

    _name = "collection.history"
    _description = "Recital of Contacts"

    @api.model
    def _find(self, actions):
        """Find what the messages of steps recite.

        :param actions: collection.action records
        :return: dict of collection.recital records per action, oldest first; empty
            for steps that are no final demand
        """
        lines = self.env["collection.recital"].search(
            [("action_id", "in", actions.ids), ("is_told", "=", True)]
        )
        by_action = lines.grouped("action_id")
        return {action: by_action.get(action, lines.browse()) for action in actions}

    @api.model
    def _get_rows(self, lines):
        """:return: list of dicts of texts, in the language of the context"""
        lines = lines.with_env(self.env)
        promises = self.env["collection.promise"].search(
            [("contact_id", "in", lines.contact_id.ids)]
        )
        by_contact = promises.grouped("contact_id")
        return [
            self._get_contact_row(line.contact_id, by_contact.get(line.contact_id))
            if line.kind == "contact"
            else self._get_promise_row(line)
            for line in lines
        ]

    @api.model
    def _get_contact_row(self, contact, promises=None):
        channels = dict(contact._fields["channel"]._description_selection(self.env))
        channel, letter = channels[contact.channel], contact.letter_id
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
        if promise.state == "partly":
            return self.env._(
                "Of %(amount)s promised by %(day)s we received %(received)s", **values
            )
        return self.env._(
            "The payment of %(amount)s promised by %(day)s did not arrive", **values
        )

    @api.model
    def _get_day(self, contact):
        """:return: the day it happened, in the company's time zone"""
        return self._get_local_day(
            contact.company_id, contact.letter_id.date_sent or contact.date
        )

    @api.model
    def _get_local_day(self, company, moment):
        """:return: the day of a moment, in the company's time zone"""
        zone = pytz.timezone(company.collection_tz or company.partner_id.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    @api.model
    def _get_what(self, contact):
        """:return: the subject of what was written, or what was said, in words that a
        customer may read"""
        if contact.subject and contact.channel in WRITTEN_CHANNELS:
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
