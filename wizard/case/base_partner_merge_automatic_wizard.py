from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Two customers become one: so do their open cases, before the core repoints
        the rows, which would otherwise meet the rule of one open case and be lost."""
        cases = (
            self.env["collection.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", (src_partners | dst_partner).ids),
                    ("state", "!=", "closed"),
                ],
                order="id",
            )
        )
        for same_company in cases.grouped("company_id").values():
            self._merge_collection_cases(same_company, dst_partner)
        # What both had on file is one case of one debtor from now on.
        bankruptcies = self.env["collection.bankruptcy"].sudo()
        bankruptcies._drop_duplicates(src_partners, dst_partner)
        # A technical model that nobody writes to; those who merge contacts may.
        self.env["collection.contact.lock"].sudo()._forget(src_partners)
        # The log names the partners that are repointed: its entries are sealed anew.
        contacts = self.env["collection.contact"].sudo()
        contacts = contacts.search([("partner_id", "in", src_partners.ids)])
        result = super()._update_foreign_keys(src_partners, dst_partner)
        contacts.invalidate_recordset(["partner_id"])
        self.env["collection.contact.seal"]._seal(contacts, "merge")
        self.env.invalidate_all()
        own = bankruptcies.search([("partner_id", "=", dst_partner.id)])
        self.env["collection.stay.enforcement"]._begin_for_merged(own)
        return result

    @api.model
    def _merge_collection_cases(self, cases, customer):
        """Make one case of those of a company; that of the customer goes on."""
        own = cases.filtered(lambda case: case.partner_id == customer)
        keep = (own or cases)[:1]
        keep._absorb(cases - keep)
        keep._take_over_agreements(cases - keep)
