from odoo import api, models
from odoo.tools import email_normalize_all

from ...tools.channels import channel_of

# A single town each: addresses there name no city.
CITY_STATES = ("GI", "HK", "MC", "MO", "SG", "VA")


class CollectionRecipient(models.AbstractModel):
    """Whom a step is addressed to.

    The collections contact of the customer, else its invoice contact, else the
    recipient of most of the open invoices, else the customer itself; of these the first
    who can be reached through the channel.
    """

    _name = "collection.recipient"
    _description = "Addressee of Collection Steps"

    @api.model
    def _find(self, steps):
        """Find the recipients of steps.

        :param steps: collection.step records
        :return: dict of (res.partner, problem) per step; the problem is a translated
            sentence when nobody can be reached through the channel, else False
        """
        recipients = self._get_invoice_recipients(steps.case_id)
        return {
            step: self._choose(
                self._get_candidates(step.case_id, recipients), step.channel
            )
            for step in steps
        }

    @api.model
    def _find_for_case(self, case, channel):
        """:return: (res.partner, problem) for a message about a case, as ``_find``"""
        recipients = self._get_invoice_recipients(case)
        return self._choose(self._get_candidates(case, recipients), channel)

    @api.model
    def _find_for_cases(self, cases, channel):
        """:return: dict of the res.partner per case whom a contact would be with"""
        recipients = self._get_invoice_recipients(cases)
        return {
            case: self._choose(self._get_candidates(case, recipients), channel)[0]
            for case in cases
        }

    @api.model
    def _find_for_letters(self, cases):
        """:return: dict of the res.partner per case to whom a letter would go"""
        return self._find_for_cases(cases, "letter")

    @api.model
    def _choose(self, candidates, channel):
        for partner in candidates:
            if self._can_reach(partner, channel):
                return partner, False
        return candidates[0], self._get_problem(candidates[0], channel)

    @api.model
    def _get_candidates(self, case, recipients):
        """:return: list of res.partner, the best first; those who have left the
        customer's company are out, the customer itself always stays. Whoever is
        represented by a lawyer is not written to."""
        customer = case.partner_id
        if lawyer := customer.collection_lawyer_id:
            return [lawyer]
        if customer.collection_do_not_contact:
            return [customer]
        invoice_contact = customer.child_ids.filtered(
            lambda child: child.type == "invoice"
        )[:1]
        contacts = [
            customer.collection_contact_id,
            invoice_contact,
            recipients.get(case, customer.browse()),
        ]
        willing = [
            partner
            for partner in contacts
            # Somebody may have changed to another company since.
            if partner.commercial_partner_id == customer
            and partner.active
            and not partner.collection_do_not_contact
        ]
        return [*willing, customer]

    @api.model
    def _get_invoice_recipients(self, cases):
        """:return: per case, the contact to whom most of its open invoices went"""
        counts = self.env["collection.exposure"]._read_group(
            [
                ("partner_id", "in", cases.partner_id.ids),
                ("company_id", "in", cases.company_id.ids),
                ("status", "not in", ("credit", "stayed_credit")),
            ],
            ["case_id", "recipient_id"],
            ["__count"],
            order="__count DESC, recipient_id",
        )
        result = {}
        for case, partner, _count in counts:
            result.setdefault(case, partner)
        return result

    @api.model
    def _can_reach(self, partner, channel):
        if partner.collection_do_not_contact:
            return False
        if channel == "email":
            return (
                bool(self._get_emails(partner))
                and bool(partner.email_normalized)
                and not partner.is_blacklisted
            )
        if channel_of(channel).is_postal:
            return self._has_postal_address(partner)
        if channel == "sms":
            return (
                bool(partner.phone_sanitized)
                and not partner.phone_sanitized_blacklisted
            )
        if channel == "phone":
            return bool(partner.phone)
        return True

    @api.model
    def _has_postal_address(self, partner):
        """:return: whether a letter can find somebody: a street or a village, and a
        place, which is the country itself where that is a single town"""
        is_town = partner.country_id.code in CITY_STATES
        street = partner.street or partner.street2 or (partner.zip and not is_town)
        return bool(street and (partner.city or is_town))

    @api.model
    def _get_emails(self, partner):
        """:return: list of the e-mail addresses of somebody, to all of which Odoo
        sends, without those that came back"""
        bounced = email_normalize_all(partner.collection_email_bounced or "")
        emails = email_normalize_all(partner.email or "")
        return [email for email in emails if email not in bounced]

    @api.model
    def _get_problem(self, partner, channel):
        if partner.collection_do_not_contact:
            return self.env._("%s has asked not to be contacted.", partner.display_name)
        if (
            channel == "email"
            and partner.collection_email_bounced
            and partner.email_normalized
            and not self._get_emails(partner)
        ):
            return self.env._(
                "Mail to %(name)s (%(email)s) bounced.",
                name=partner.display_name,
                email=partner.email,
            )
        if channel == "email" and partner.email_normalized:
            return self.env._(
                "%(name)s does not want e-mail (%(email)s is blacklisted).",
                name=partner.display_name,
                email=partner.email,
            )
        if channel == "sms" and partner.phone_sanitized:
            return self.env._(
                "%(name)s does not want text messages (%(phone)s is blacklisted).",
                name=partner.display_name,
                phone=partner.phone,
            )
        if channel_of(channel).is_postal:
            return self.env._("%s has no postal address.", partner.display_name)
        if channel == "email":
            return self.env._("%s has no valid e-mail address.", partner.display_name)
        return self.env._("%s has no valid telephone number.", partner.display_name)

    @api.model
    def _get_address(self, partner):
        """:return: lines of the postal address, with the names above the street"""
        names = [partner.commercial_company_name, partner.name]
        lines = partner._display_address(without_company=True).splitlines()
        lines = [line.strip() for line in [*names, *lines] if line and line.strip()]
        return list(dict.fromkeys(lines))

    @api.model
    def _get_sent_to(self, partner, channel):
        """:return: the address a message goes to, as it is kept with the letter"""
        if channel == "email":
            return ", ".join(email_normalize_all(partner.email or ""))
        if channel == "sms":
            return partner.phone_sanitized
        return "\n".join(self._get_address(partner))
