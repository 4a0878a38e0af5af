from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize_all

PLACE = ("street", "street2", "zip", "city", "state_id", "country_id")
DETAILS = ("name", "function", "email", "phone", *PLACE)


class CollectionAddressCorrection(models.TransientModel):
    """Correct how a customer is reached, or take down somebody new there.

    Collectors may not edit contacts, but nobody notices a wrong address sooner. They
    change the address, e-mail and telephone of the people of a customer whose case they
    work, nothing else, and the case says what it was before. Whoever logs in keeps
    their e-mail: it opens the account.
    """

    _name = "collection.address.correction"
    _description = "Correction of an Address"

    case_id = fields.Many2one("collection.case", required=True)
    step_id = fields.Many2one("collection.step")
    customer_id = fields.Many2one(related="case_id.partner_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Who",
        domain="[('commercial_partner_id', '=', customer_id)]",
        help="Empty: somebody new.",
    )
    name = fields.Char(compute="_compute_details", store=True, readonly=False)
    function = fields.Char(
        "Job position", compute="_compute_details", store=True, readonly=False
    )
    email = fields.Char(
        "E-mail", compute="_compute_details", store=True, readonly=False
    )
    phone = fields.Char(
        "Telephone", compute="_compute_details", store=True, readonly=False
    )
    street = fields.Char(compute="_compute_details", store=True, readonly=False)
    street2 = fields.Char(compute="_compute_details", store=True, readonly=False)
    zip = fields.Char(compute="_compute_details", store=True, readonly=False)
    city = fields.Char(compute="_compute_details", store=True, readonly=False)
    state_id = fields.Many2one(
        "res.country.state",
        compute="_compute_details",
        store=True,
        readonly=False,
        domain="[('country_id', '=?', country_id)]",
    )
    country_id = fields.Many2one(
        "res.country", compute="_compute_details", store=True, readonly=False
    )
    is_addressee = fields.Boolean(
        "Write to them from now on", help="As the collections contact of the customer."
    )

    # Whose details are shown: those of somebody else are no start for somebody new.
    shown_id = fields.Many2one(
        "res.partner", compute="_compute_details", store=True, readonly=False
    )

    @api.depends("partner_id")
    def _compute_details(self):
        for correction in self:
            partner = correction.partner_id
            for name in DETAILS if partner or correction.shown_id else ():
                correction[name] = partner[name]
            correction.shown_id = partner

    def action_save(self):
        """Save what was corrected, say so on the case, and try its failed step again.

        :raises AccessError: when the contact is not of this customer, or logs in
        :raises UserError: when there is no name, or no valid e-mail address
        """
        self.ensure_one()
        self.case_id.check_access("write")
        self._check_details()
        changes = self._get_changes()
        lines = [self._describe(*change) for change in changes.items()]
        partner = self._write_contact(changes)
        customer = self.customer_id.sudo()
        if self.is_addressee and customer.collection_contact_id != partner:
            # Sudo: which contact is written to, of the customer of this case.
            customer.collection_contact_id = partner
            lines.append(self.env._("Reminders go to this contact from now on."))
        if lines:
            self.case_id.message_post(body=self._get_log(partner, lines))
        if self.step_id.state == "failed":
            return self.step_id.action_retry()
        return {"type": "ir.actions.act_window_close"}

    def _check_details(self):
        if not self.name:
            raise UserError(self.env._("Enter a name."))
        if self.email and not email_normalize_all(self.email):
            raise UserError(
                self.env._("“%s” is not a valid e-mail address.", self.email)
            )
        partner = self.partner_id
        if partner and partner.commercial_partner_id != self.customer_id:
            raise AccessError(
                self.env._("%s does not belong to this customer.", partner.display_name)
            )

    def _get_changes(self):
        """:return: dict of (before, after) per name of a field that was corrected"""
        partner = self.partner_id
        return {
            name: (partner[name], self[name])
            for name in DETAILS
            if (partner[name] or False) != (self[name] or False)
        }

    def _write_contact(self, changes):
        """:return: the res.partner, corrected or new"""
        # Sudo: these fields, of the people of the customer of this case.
        partner = self.partner_id.sudo()
        users = partner.with_context(active_test=False).user_ids
        is_internal = any(not user.share for user in users)
        if changes and (is_internal or (users and "email" in changes)):
            raise AccessError(
                self.env._(
                    "%s logs in here: somebody who keeps contacts has to change this.",
                    partner.display_name,
                )
            )
        vals = {
            name: self._fields[name].convert_to_write(after, self)
            for name, (_before, after) in changes.items()
        }
        if partner:
            if (
                partner.parent_id
                and partner.type == "contact"
                and vals.keys() & {*PLACE}
            ):
                # A mere contact would give its address to the company.
                vals["type"] = "other"
            partner.write(vals)
            return partner
        return self._create_contact(vals)

    def _create_contact(self, vals):
        """:return: a new res.partner of the customer"""
        # A mere contact would take over the address of the company.
        customer = self.customer_id.sudo()
        is_elsewhere = any(
            self[name] and self[name] != customer[name] for name in PLACE
        )
        kind = "other" if is_elsewhere else "contact"
        return customer.create({**vals, "parent_id": customer.id, "type": kind})

    def _describe(self, name, change):
        """:return: a line of HTML that says what one field was and is"""
        label = self.env["res.partner"]._fields[name]._description_string(self.env)
        before, after = (
            value.display_name if name.endswith("_id") else value for value in change
        )
        none = self.env._("(none)")
        return Markup("%s: %s → %s") % (label, before or none, after or none)

    def _get_log(self, partner, lines):
        title = self.env._("Corrected: %s", partner.display_name)
        rows = Markup().join(Markup("<li>%s</li>") % line for line in lines)
        return Markup("<p>%s</p><ul>%s</ul>") % (title, rows)
