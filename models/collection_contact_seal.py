import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KINDS = [
    ("entry", "Written down"),
    ("completion", "Completed"),
    ("void", "Voided"),
    ("merge", "Customer merged"),
    ("adoption", "Taken over"),
]


class CollectionContactSeal(models.Model):
    """A link of the chain that holds the contact log of a case together.

    Each version of an entry (written down, completed, voided) is one link: its whole
    content as text, and the SHA-256 of that content, of who and when, and of the link
    before it. The case knows the last link. So a change, an insertion or a removal that
    did not go through the program breaks the chain, and the check says where.
    The program alone writes links, everybody in Invoicing reads them.
    """

    _name = "collection.contact.seal"
    _description = "Seal of a Contact Log Entry"
    _order = "case_id, number"
    _rec_name = "sha256"

    contact_id = fields.Many2one(
        "collection.contact",
        "Entry",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    case_id = fields.Many2one(
        "collection.case", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    number = fields.Integer(
        required=True, readonly=True, aggregator=None, help="Place in the case's chain."
    )
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    date = fields.Datetime("When", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Who", readonly=True, ondelete="restrict")
    content = fields.Text(required=True, readonly=True)
    previous = fields.Char("Previous fingerprint", readonly=True)
    sha256 = fields.Char("Fingerprint", required=True, readonly=True)

    _one_chain = models.UniqueIndex(
        "(case_id, number)", "The contact log of this case is being written to."
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._refuse()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        self._refuse()

    @api.model
    def _refuse(self):
        raise UserError(self.env._("The seals of the contact log cannot be changed."))

    @api.model
    def _hash(self, vals):
        """:return: fingerprint of a link: SHA-256, in hexadecimal, of all it says"""
        parts = (
            *(vals["previous"] or "", vals["number"], vals["kind"], vals["contact_id"]),
            *(vals["date"].isoformat(), vals["user_id"] or 0, vals["content"]),
        )
        return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()

    def _get_hash(self):
        """:return: the fingerprint that this link should have"""
        self.ensure_one()
        return self._hash(
            {
                **{name: self[name] for name in ("previous", "number", "kind", "date")},
                "contact_id": self.contact_id.id,
                "user_id": self.user_id.id,
                "content": self.content,
            }
        )

    @api.model
    def _adopt(self):
        """Seal the entries that are older than the seals; called on every update."""
        Contact = self.env["collection.contact"]
        Contact.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.id FROM collection_contact contact
                 WHERE NOT EXISTS (SELECT FROM collection_contact_seal seal
                                    WHERE seal.contact_id = contact.id)
                 ORDER BY contact.id
                """
            )
        )
        Contact.browse(id_ for [id_] in rows)._seal("adoption")
