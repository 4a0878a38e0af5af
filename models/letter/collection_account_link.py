import re
import secrets
from contextlib import suppress
from copy import deepcopy
from hashlib import sha256

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# What the stored message links to, for those who log in.
LOGIN_URL = "/my/statement"
URL = "/collections"
SECRET_BYTES = 32
# Also where a program that checks links has put it into an address of its own.
QUOTED = re.compile(r"(?:/|%2F)collections(?:/|%2F)[\w-]{43}(?![\w-])", re.IGNORECASE)
# How long a link that is dead is kept, to show that it was opened.
KEPT_DAYS = 365
# An address on file stands for few customers; for more, somebody sorts it out.
MAX_SENT = 5


class CollectionAccountLink(models.Model):
    """A link that opens a customer's account without a login.

    Each e-mail gets one of its own for each addressee, in the moment it leaves: what we
    keep of the message has the address for those who log in, and of the secret there is
    only a hash. It opens the account of one customer with one company, until it
    expires, is revoked, or the addressee is no longer the customer's, or has another
    e-mail address.

    To look at the page changes nothing. The page itself tells when somebody has had it
    before their eyes for some seconds, which programs that check links do not.
    """

    _name = "collection.account.link"
    _description = "Account Link"
    _inherit = ["collection.protected.mixin"]
    _order = "id desc"
    _rec_name = "contact_id"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Sent to",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    letter_id = fields.Many2one(
        "collection.letter", "Message", readonly=True, index=True, ondelete="set null"
    )
    secret_hash = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    date_expires = fields.Datetime("Valid until", required=True, readonly=True)
    date_revoked = fields.Datetime("Revoked on", readonly=True)
    revoke_user_id = fields.Many2one("res.users", "Revoked by", readonly=True)
    date_opened = fields.Datetime("Last opened", readonly=True)
    open_count = fields.Integer(
        "Opened on (days)",
        readonly=True,
        help="On how many days somebody has looked at the account by this link.",
    )
    state = fields.Selection(
        [("live", "Valid"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
    )

    _secret_unique = models.UniqueIndex("(secret_hash)")

    @api.depends("date_expires", "date_revoked")
    def _compute_state(self):
        now = fields.Datetime.now()
        for link in self:
            is_live = link.date_expires > now
            link.state = (
                "revoked" if link.date_revoked else "live" if is_live else "expired"
            )

    # ------------------------------------------------------------------
    # Making
    # ------------------------------------------------------------------

    @api.model
    def _personalize(self, body, letter, contact):
        """Put the addressee's own link into an e-mail that is about to leave.

        :param body: HTML of the e-mail, with the link for those who log in
        :param letter: the collection.letter that it delivers
        :param contact: the res.partner who gets it
        :return: the HTML; as it was for anybody who is not of the customer, and where
            the company sends no such links
        """
        base = letter.company_id.get_base_url()
        login = f'"{base}{LOGIN_URL}"'
        days = letter.company_id.collection_link_days
        is_own = contact.commercial_partner_id == letter.customer_id
        if not (days and is_own and login in body):
            return body
        secret = self._make(letter, contact, days)
        return Markup(str(body).replace(login, f'"{base}{URL}/{secret}"'))

    @api.model
    def _strip(self, text):
        """:return: a text that may quote links, with the address to log in instead"""
        stripped = QUOTED.sub(LOGIN_URL, text or "")
        return Markup(stripped) if isinstance(text, Markup) else stripped

    @api.model
    def _strip_mail(self, mail):
        """Take links out of an answer that is kept as evidence: whoever may read it
        shall not speak for the customer.

        :param EmailMessage mail: as it came in
        :return: its bytes; exactly as they came where it quotes no link
        """
        stripped = deepcopy(mail)
        is_changed = False
        for part in stripped.walk():
            if part.get_content_maintype() != "text":
                continue
            with suppress(LookupError, ValueError):  # letters that nobody can read
                text = part.get_content()
                if QUOTED.search(text):
                    kind = part.get_content_subtype()
                    part.set_content(self._strip(text), subtype=kind)
                    is_changed = True
        return (stripped if is_changed else mail).as_bytes()

    @api.model
    def _make(self, letter, contact, days):
        """:return: the secret of a new link, which is nowhere else"""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        # Nobody makes links by hand; whoever sends the message sends its link.
        self.sudo().create(
            {
                "partner_id": letter.customer_id.id,
                "company_id": letter.company_id.id,
                "contact_id": contact.id,
                "letter_id": letter.id,
                "secret_hash": self._hash(secret),
                "date_expires": fields.Datetime.add(fields.Datetime.now(), days=days),
            }
        )
        return secret

    @api.model
    def _hash(self, secret):
        return sha256(secret.encode(errors="replace")).hexdigest()

    @api.model
    def _send_new(self, address):
        """Send new links to an address, if it is on file: to each contact that has it,
        for each company that has an open case of their customer.

        :param str address: what a visitor typed
        """
        contacts = self.env["res.partner"]._find_by_emails([address])
        cases = self.env["collection.case"].search(
            [
                ("partner_id", "in", contacts.commercial_partner_id.ids),
                ("state", "!=", "closed"),
            ],
            limit=MAX_SENT,
        )
        for case in cases.filtered("company_id.collection_link_days"):
            own = contacts.filtered(
                lambda contact, case=case: (
                    contact.commercial_partner_id == case.partner_id
                )
            )
            # Whoever asks is told the same, whatever a stay forbids.
            with suppress(UserError), self.env.cr.savepoint():
                case._send_account_link(own[:1])

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _find(self, secret):
        """:return: the link of a secret, as superuser; empty when it opens nothing"""
        link = self.sudo().search([("secret_hash", "=", self._hash(secret))])
        return link.filtered(
            lambda one: (
                one.state == "live"
                and one.contact_id.active
                and one.contact_id.commercial_partner_id == one.partner_id
            )
        )

    def _note_opened(self):
        """Write down that somebody has looked at the account: once a day, and no
        attempt of ours."""
        # Whoever opens it twice at once is noted once.
        link = self.try_lock_for_update()
        if not link:
            return
        company = link.company_id
        now = company._get_collection_moment()
        today = company._get_collection_day(now)
        last = link.date_opened
        if last and company._get_collection_day(last) == today:
            return
        link._write_protected({"date_opened": now, "open_count": link.open_count + 1})
        case = self.env["collection.case"]._find_open(link.partner_id, company)
        if case:
            self.env["collection.contact"]._log(
                case,
                "portal",
                "opened",
                direction="in",
                partner=link.contact_id,
                user_id=False,
                letter_id=link.letter_id.id,
                subject=link._get_origin(),
            )

    def _get_origin(self):
        """:return: where the link came from, in words"""
        letter = self.letter_id
        if not letter:
            return self.env._("Opened the account")
        return self.env._(
            "Opened the account from “%(subject)s” of %(day)s",
            subject=letter.subject,
            day=format_date(self.env, letter.date_sent or letter.create_date),
        )

    # ------------------------------------------------------------------
    # Revoking
    # ------------------------------------------------------------------

    def action_revoke(self):
        """Let these links open nothing any more."""
        self.check_access("write")
        live = self.filtered(lambda link: link.state == "live")
        if not live:
            raise UserError(self.env._("These links open nothing any more."))
        live._revoke()

    def _revoke(self):
        self._write_protected(
            {
                "date_revoked": fields.Datetime.now(),
                "revoke_user_id": self.env.uid,
            }
        )

    @api.autovacuum
    def _gc_links(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([("date_expires", "<", limit)], limit=10_000).unlink()
