import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, groupby

LINK_KINDS = [
    ("entry", "Logged"),
    ("completion", "Completed"),
    ("void", "Voided"),
    ("merge", "Customer merged"),
    ("adoption", "Taken over"),
]
# What is sealed: all that an entry says. A reference counts, and a text as it was.
SEALED_FIELDS = (
    *("case_id", "date", "logged_date", "channel", "direction", "partner_id", "person"),
    *("user_id", "user_name", "outcome", "reason_id", "subject", "note", "duration"),
    *("step_id", "letter_id", "date_follow_up", "follow_up", "is_void"),
    *("void_reason", "void_user_id", "void_date"),
)


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
    kind = fields.Selection(LINK_KINDS, "What", required=True, readonly=True)
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
        self._seal(Contact.browse(id_ for [id_] in rows), "adoption")

    # ------------------------------------------------------------------
    # Chain
    # ------------------------------------------------------------------

    @api.model
    def _seal(self, contacts, kind):
        """Add links for entries to the chains of their cases.

        The cases' rows are locked and written: two who add to the same log wait for
        each other, and the second one starts again with the first one's link in view.

        :param contacts: collection.contact records
        :param str kind: a key of ``LINK_KINDS``
        """
        if not contacts:
            return
        self.env.flush_all()
        entries = contacts.sorted("id")
        heads = self._lock_chains(entries.case_id)
        moment = entries._get_moment()
        vals_list = []
        for contact, content in zip(entries, self._get_contents(entries), strict=True):
            number, previous = heads[contact.case_id.id]
            vals = {
                "contact_id": contact.id,
                "case_id": contact.case_id.id,
                "company_id": contact.company_id.id,
                "number": number + 1,
                "kind": kind,
                "date": moment,
                "user_id": self.env.uid,
                "content": content,
                "previous": previous,
            }
            vals["sha256"] = self._hash(vals)
            heads[contact.case_id.id] = (vals["number"], vals["sha256"])
            vals_list.append(vals)
        # Links are the program's own; the entries were written with the right to.
        self.sudo().create(vals_list)
        self._note_heads(entries.case_id, heads)

    @api.model
    def _lock_chains(self, cases):
        """:return: dict of (number, fingerprint) of the last link per case id"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, COALESCE(log_count, 0), log_sha256 FROM collection_case
                 WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
                """,
                cases.ids,
            )
        )
        return {id_: (count, sha256) for id_, count, sha256 in rows}

    @api.model
    def _note_heads(self, cases, heads):
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case SET log_count = head.count, log_sha256 = head.sha
                  FROM UNNEST(%s, %s, %s) AS head(id, count, sha)
                 WHERE collection_case.id = head.id
                """,
                list(heads),
                [count for count, _sha256 in heads.values()],
                [sha256 for _count, sha256 in heads.values()],
            )
        )
        cases.invalidate_recordset(["log_count", "log_sha256"], flush=False)

    # ------------------------------------------------------------------
    # Sealed content
    # ------------------------------------------------------------------

    @api.model
    def _get_contents(self, contacts):
        """:return: list of the whole content of each entry, as text"""
        # Whoever writes an entry seals it, whatever they may read beside it.
        entries = contacts.sudo().with_context(active_test=False)
        files = {
            file.id: file.checksum
            for file in entries.attachment_ids.with_context(bin_size=False)
        }
        return [self._get_content(entry, files) for entry in entries]

    @api.model
    def _get_content(self, contact, files):
        values = {name: self._get_sealed(contact, name) for name in SEALED_FIELDS}
        values["move_ids"] = sorted(contact.move_ids.ids)
        values["attachment_ids"] = [
            [id_, files[id_] or ""] for id_ in sorted(contact.attachment_ids.ids)
        ]
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    @api.model
    def _get_sealed(self, contact, name):
        value, kind = contact[name], contact._fields[name].type
        if kind == "many2one":
            return value.id or 0
        if kind == "float":
            return f"{value:.4f}"
        if kind in ("date", "datetime"):
            return value.isoformat() if value else ""
        return value or False

    # ------------------------------------------------------------------
    # Check
    # ------------------------------------------------------------------

    @api.model
    def _find_breaks(self, cases):
        """Check the chains of cases.

        :param cases: collection.case records
        :return: list of (case, entry, translated sentence) of what is wrong; the entry
            is empty where none is left
        """
        self.env.flush_all()
        domain = [("case_id", "in", cases.ids)]
        seals = self.sudo().search(domain, order="case_id, number")
        contacts = self.env["collection.contact"].sudo().search(domain)
        for records in (cases, seals, contacts, contacts.attachment_ids):
            records.invalidate_recordset()
        breaks = [
            found
            for case, links in groupby(seals, key=lambda seal: seal.case_id)
            for found in self._find_broken_links(case, links)
        ]
        for contact in contacts:
            if sentence := self._get_break(contact):
                breaks.append((contact.case_id, contact, sentence))
        for case in cases - seals.case_id:
            if case.log_count:
                breaks.append((case, contacts.browse(), self._get_gap_text()))
        return breaks

    @api.model
    def _get_gap_text(self):
        return self.env._("Links of the chain are missing: entries were removed.")

    @api.model
    def _find_broken_links(self, case, links):
        """:return: list of breaks as ``_find_breaks``, of the chain of a case"""
        breaks, previous, number = [], False, 0
        for link in links:
            if link.number != number + 1:
                breaks.append((case, link.contact_id, self._get_gap_text()))
            elif (link.previous or False) != previous or (
                link.sha256 != link._get_hash()
            ):
                breaks.append(
                    (case, link.contact_id, self.env._("The seal does not match."))
                )
            number, previous = link.number, link.sha256
        if (case.log_count, case.log_sha256) != (number, previous):
            breaks.append((case, links[-1].contact_id, self._get_gap_text()))
        return breaks

    @api.model
    def _get_break(self, contact):
        """:return: translated sentence when an entry is not what was sealed last"""
        seal = contact.seal_ids.sorted("number")[-1:]
        if not seal:
            return self.env._("The entry was added outside the program.")
        sealed = json.loads(seal.content)
        # An invoice that was deleted since is no longer among the entry's; that is the
        # ledger's affair.
        moves = self.env["account.move"].sudo().browse(sealed["move_ids"]).exists()
        sealed["move_ids"] = sorted(moves.ids)
        [content] = self._get_contents(contact)
        found = json.loads(content)
        changed = [name for name in found if found[name] != sealed.get(name)]
        if changed:
            labels = [
                contact._fields[name]._description_string(self.env) for name in changed
            ]
            return self.env._("Changed outside the program: %s.", ", ".join(labels))
        for file in contact.attachment_ids:
            if file.type == "binary" and file.checksum != file._compute_checksum(
                file.raw or b""
            ):
                return self.env._("The file “%s” was replaced.", file.name)
        return False
