from odoo import api, models


class CollectionContact(models.Model):
    """A contact may tell of a bankruptcy; and after one, most are not allowed."""

    _inherit = "collection.contact"

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        outgoing = contacts.filtered(lambda contact: contact.direction == "out")
        customers = outgoing.case_id.partner_id
        if self.env["collection.stay"]._get_bankruptcies(customers):
            for contact in outgoing:
                contact._check_stay()
        return contacts

    def _check_stay(self):
        """Refuse a contact of ours about what is stayed, unless it is with trustee,
        counsel or claims agent. What happened before we knew is logged as it was."""
        stay = self.env["collection.stay"]
        bankruptcies = stay._get_bankruptcies(self.case_id.partner_id).filtered(
            lambda row: row.date_recorded and row.date_recorded <= self.date
        )
        if not bankruptcies or stay._is_ally(self.partner_id, bankruptcies):
            return
        if self.case_id._is_stayed() or stay._filter_moves(self.move_ids):
            stay._refuse(
                bankruptcies,
                self.company_id,
                "contact",
                self.display_name,
                self.case_id,
            )

    def action_record_bankruptcy(self):
        """Record the bankruptcy that this entry tells of."""
        self.ensure_one()
        return self.case_id._record_bankruptcy(contact_id=self.id)
