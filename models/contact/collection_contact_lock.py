from odoo import api, fields, models
from odoo.tools import SQL


class CollectionContactLock(models.Model):
    """One row per person who was contacted: where two who contact one person at the
    same time, for two customers, meet.

    The contact limits count per person. Each transaction sees the log as it was when
    the transaction began; the row makes the second of two start again, and look.
    """

    _name = "collection.contact.lock"
    _description = "Contacted Person"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    contact_count = fields.Integer("Number of attempts")

    _person = models.UniqueIndex(
        "(company_id, partner_id)", "There is one row per person and company."
    )

    @api.model
    def _count_contacts(self, contacts):
        """Take the rows of who was contacted, until the end of the transaction.

        :param contacts: collection.contact records that were just written
        :raises SerializationFailure: when somebody else has contacted one of these
            people since this transaction began
        """
        tried = contacts.filtered(lambda entry: entry.is_attempt and entry.partner_id)
        # In one order, so that two batches wait for each other and not in a circle.
        people = sorted({(entry.company_id.id, entry.partner_id.id) for entry in tried})
        if not people:
            return
        tried.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_contact_lock AS person
                            (company_id, partner_id, contact_count)
                SELECT company_id, partner_id, 1
                  FROM UNNEST(%s, %s) AS tried(company_id, partner_id)
                    ON CONFLICT (company_id, partner_id)
                    DO UPDATE SET contact_count = person.contact_count + 1
                """,
                [company_id for company_id, _partner_id in people],
                [partner_id for _company_id, partner_id in people],
            )
        )
        self.invalidate_model(["contact_count"])

    @api.model
    def _forget(self, partners):
        """Drop the rows of people who turn out to be somebody else: the log says who
        was contacted, and the core does not repoint to a person who has a row.

        :param partners: res.partner records
        """
        self.search([("partner_id", "in", partners.ids)]).unlink()
