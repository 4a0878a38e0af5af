import pytz
from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.tools import email_normalize_all, format_datetime, format_duration

from ...tools.channels import selection
from ...tools.time_zones import zone_of
from ..common.access import READERS


class ResPartner(models.Model):
    """How, when, and whether at all somebody wants to be contacted about debts."""

    _inherit = "res.partner"

    collection_do_not_contact = fields.Boolean(
        "Do not contact",
        tracking=True,
        groups=READERS,
        help="Has asked not to be contacted about debts. On a customer it stops all"
        " messages and calls; on a contact person, those to this person. A manager may"
        " override it for one message that a colleague writes, and nothing else.",
    )
    collection_no_contact_reason = fields.Char(
        "Requested by, and how", groups=READERS, tracking=True
    )
    collection_lawyer_id = fields.Many2one(
        "res.partner",
        "Represented by",
        groups=READERS,
        tracking=True,
        domain="[('id', '!=', id)]",
        help="A lawyer represents this customer: all messages and calls go to the "
        "lawyer, none to the customer.",
    )
    collection_channel = fields.Selection(
        selection(is_preference=True),
        "Prefers",
        groups=READERS,
        help="Proposed when a contact is logged.",
    )
    collection_hour_from = fields.Float(
        "Best reached from", groups=READERS, help="Local time of the customer."
    )
    collection_hour_to = fields.Float("Best reached until", groups=READERS)
    collection_email_bounced = fields.Char(
        "Address that bounced",
        groups=READERS,
        help="Mail to this address came back; nothing more is sent there. Correct "
        "the e-mail address, or clear this field when the old one works again.",
    )
    collection_tz = fields.Selection(
        _tz_get,
        "Time zone for calls",
        groups=READERS,
        help="Empty: the time zone of the address.",
    )
    collection_contact_count = fields.Integer(
        "Number of collection contacts",
        compute="_compute_collection_contact_count",
        groups=READERS,
    )
    collection_no_calls = fields.Boolean(
        "Do not call",
        tracking=True,
        groups=READERS,
        help="Has asked not to be called about debts; messages are still sent. On a "
        "customer it holds for everybody there, on a contact person for this "
        "person. It cannot be overridden.",
    )

    _collection_hours = models.Constraint(
        "CHECK (COALESCE(collection_hour_from, 0) >= 0"
        " AND COALESCE(collection_hour_to, 0) <= 24"
        " AND COALESCE(collection_hour_from, 0) <= COALESCE(collection_hour_to, 0))",
        "The best hours are from one hour to a later one of the same day.",
    )
    _collection_lawyer = models.Constraint(
        "CHECK (collection_lawyer_id <> id)",
        "Customers cannot represent themselves. Record the lawyer as a separate "
        "contact.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_collection_contact_count(self):
        counts = dict(
            self.env["collection.contact"]._read_group(
                [("customer_id", "in", self.commercial_partner_id.ids)],
                ["customer_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.collection_contact_count = counts.get(
                partner.commercial_partner_id, 0
            )

    def action_view_collection_contacts(self):
        """Open all contacts with this customer, in one timeline."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_contact_action"
        )
        customer = self.commercial_partner_id
        return {**action, "domain": [("customer_id", "=", customer.id)], "context": {}}

    @api.model
    def _find_by_emails(self, emails):
        """:return: res.partner records with one of these addresses among theirs

        :param emails: normalized e-mail addresses
        """
        found = self.search([("email_normalized", "in", list(emails))])
        # Odoo keeps the first address of a field apart, and sends to all of them.
        known = set(found.mapped("email_normalized"))
        for email in set(emails) - known:
            others = self.search([("email", "ilike", email)])
            found |= others.filtered(
                lambda partner, email=email: (
                    email in email_normalize_all(partner.email or "")
                )
            )
        return found

    def _note_bounced(self, emails):
        """Note which addresses nothing is sent to any more.

        :param list emails: normalized e-mail addresses that came back
        """
        # Whoever fetches the mail reports what came back, with whatever rights.
        for partner in self.sudo():
            known = email_normalize_all(partner.collection_email_bounced or "")
            own = email_normalize_all(partner.email or "")
            bounced = [email for email in own if email in {*known, *emails}]
            partner.collection_email_bounced = ", ".join(bounced or emails)

    def _get_collection_zone(self, company):
        """Return the time zone in which this person is called.

        :param company: res.company, whose zone counts where nothing else is known
        :return: name of the zone
        """
        self.ensure_one()
        # The zone on file is often that of the colleague who made the record, so the
        # address counts more. What concerns contacts is asked for by the program.
        me = self.sudo()
        if me.collection_tz:
            return me.collection_tz
        place = me if me.country_id else me.commercial_partner_id
        return (
            zone_of(place.country_id.code, place.state_id.code, me.tz)
            or company._get_collection_zone()
        )

    def _get_collection_local(self, moment, company):
        """:return: a moment (naive UTC) in this person's local time, without zone"""
        zone = pytz.timezone(self._get_collection_zone(company))
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    def _get_collection_local_text(self, moment, company):
        """Say a moment as this person's clock shows it, with the place; empty without a
        person or a moment."""
        if not self or not moment:
            return ""
        zone = self._get_collection_zone(company)
        when = format_datetime(self.env, moment, tz=zone, dt_format="EEE d MMM, HH:mm")
        city = zone.split("/")[-1].replace("_", " ")
        return self.env._("%(when)s %(city)s time", when=when, city=city)

    def _get_contact_preferences(self):
        """:return: list of translated sentences on how to reach this customer"""
        me = self.sudo()
        preferences = []
        if me.collection_lawyer_id:
            name = me.collection_lawyer_id.display_name
            preferences.append(
                self.env._("Represented by %s: contact the lawyer.", name)
            )
        if me.collection_channel:
            labels = dict(
                self._fields["collection_channel"]._description_selection(self.env)
            )
            preferences.append(
                self.env._("Prefers: %s.", labels[me.collection_channel])
            )
        if me.collection_hour_to:
            preferences.append(
                self.env._(
                    "Best reached from %(start)s to %(end)s.",
                    start=format_duration(me.collection_hour_from),
                    end=format_duration(me.collection_hour_to),
                )
            )
        return preferences
