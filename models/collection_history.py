import pytz
from odoo import api, models
from odoo.tools import format_date

from .collection_stage import WRITTEN_CHANNELS

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
# A letter that did not go out, or came back, was not a reminder.
DELIVERED_STATES = ("sent", "printed", "posted", "delivered")


class CollectionHistory(models.AbstractModel):
    """The contacts so far, as a final demand recites them: when, how, what, with whom.

    Taken from the contact log. Voided entries and internal notes are never shown.
    """

    _name = "collection.history"
    _description = "Recital of Contacts"

    @api.model
    def _find(self, actions):
        """Find the contacts that the messages of steps recite.

        :param actions: collection.action records
        :return: dict of collection.contact records per action, oldest first; empty
            for steps that are no final demand
        """
        final = actions.filtered(lambda action: action.stage_id.is_final_demand)
        contacts = self.env["collection.contact"].search(
            [
                ("case_id", "in", final.case_id.ids),
                ("is_void", "=", False),
                ("channel", "in", TOLD_CHANNELS),
                ("outcome", "in", TOLD_OUTCOMES),
                "|",
                ("letter_id", "=", False),
                ("letter_id.delivery_state", "in", DELIVERED_STATES),
            ],
            order="date, id",
        )
        by_case = contacts.grouped("case_id")
        return {
            action: by_case.get(action.case_id, contacts.browse())
            if action in final
            else contacts.browse()
            for action in actions
        }

    @api.model
    def _get_rows(self, contacts):
        """:return: list of dicts of texts, in the language of the context"""
        if not contacts:
            return []
        contacts = contacts.with_env(self.env)
        channels = dict(contacts._fields["channel"]._description_selection(self.env))
        return [
            {
                "date": format_date(self.env, self._get_day(contact)),
                "channel": self.env._("%s, received", channels[contact.channel])
                if contact.direction == "in"
                else channels[contact.channel],
                "what": self._get_what(contact),
                "with": contact.partner_id.name
                or contact.person
                or contact.case_id.partner_id.name,
                "by": self._get_by(contact),
            }
            for contact in contacts
        ]

    @api.model
    def _get_day(self, contact):
        """:return: the day it happened, in the company's time zone"""
        company = contact.company_id
        zone = pytz.timezone(company.collection_tz or company.partner_id.tz or "UTC")
        when = contact.letter_id.date_sent or contact.date
        return pytz.utc.localize(when).astimezone(zone).date()

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
