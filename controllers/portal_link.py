from hashlib import sha256

from odoo import SUPERUSER_ID, http
from odoo.http import request
from odoo.tools import email_normalize
from werkzeug.exceptions import NotFound, abort

from ..models.letter.collection_account_link import URL
from .portal import InvoicePage
from .portal_account import FORM_ROUTE, Account
from .portal_form import MAX_REQUEST
from .portal_payment import CollectionPortalPayment
from .portal_plan_request import CollectionPortalPlanRequest

PAGE = {"type": "http", "auth": "public", "methods": ["GET"], "website": True}
FORMS = "promise,document,message,preferences,plan"
# New links that an address, or all visitors from one place, may ask for in an hour.
PER_ADDRESS, PER_PLACE = 3, 20
COOKIE = "collection_account"


class CollectionPortalLink(CollectionPortalPayment, CollectionPortalPlanRequest):
    """The account of who comes by the link of a message, without a login.

    What the link opens is one customer's account with one company, and what leads
    further lies below the link. A link that opens nothing, whatever the reason, has one
    answer. Looking at a page changes nothing.
    """

    @http.route(f"{URL}/<string:secret>", **PAGE)
    def portal_link_account(self, secret, done=None, **_kwargs):
        """Show the account."""
        return self._show_account(self._open_link(secret), done)

    @http.route(
        f"{URL}/<string:secret>/opened",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        max_content_length=MAX_REQUEST,
    )
    def portal_link_opened(self, secret, **_kwargs):
        """Note that somebody has had the account before their eyes."""
        self._open_link(secret).link._note_opened()
        return request.make_response("", status=204)

    @http.route(f"{URL}/<string:secret>/pdf", **PAGE)
    def portal_link_statement(self, secret, **_kwargs):
        """Download the statement of account."""
        return self._send_statement(self._open_link(secret))

    @http.route(f"{URL}/<string:secret>/message/<int:letter_id>", **PAGE)
    def portal_link_letter(self, secret, letter_id, **_kwargs):
        """Show a message that was sent."""
        return self._show_letter(self._open_link(secret), letter_id)

    @http.route(f"{URL}/<string:secret>/invoice/<int:move_id>", **PAGE)
    def portal_link_invoice(self, secret, move_id, **_kwargs):
        """Download an invoice."""
        account = self._open_link(secret)
        move = self._get_move(account, move_id)
        report = account.env["ir.actions.report"]
        content, kind = report._render_qweb_pdf("account.account_invoices", move.ids)
        return self._download(content, kind, f"{move.name}.{kind}".replace("/", "-"))

    # ------------------------------------------------------------------
    # Forms
    # ------------------------------------------------------------------

    @http.route(
        f"{URL}/<string:secret>/<any({FORMS}):kind>", auth="public", **FORM_ROUTE
    )
    def portal_link_form(self, secret, kind, **raw):
        """Say something about the account."""
        account = self._open_link(secret)
        if kind == "plan":
            return self._request_plan(account, raw)
        return self._answer_account(account, raw, kind)

    @http.route(
        f"{URL}/<string:secret>/plan/preview",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_link_plan_preview(self, secret, **raw):
        """Answer the schedule of what is filled in, as a piece of the page."""
        return self._preview_plan(self._open_link(secret), raw)

    @http.route(
        f"{URL}/<string:secret>/invoice/<int:move_id>/dispute",
        auth="public",
        **FORM_ROUTE,
    )
    def portal_link_dispute(self, secret, move_id, **raw):
        """Say that something is wrong with an invoice."""
        account = self._open_link(secret)
        move = self._get_move(account, move_id)
        page = InvoicePage(
            invoice=move,
            visitor=account.visitor,
            token="",
            form_url=f"{account.url}/invoice/{move.id}",
            url=account.url,
            done_url=self._get_done_url(account, "dispute"),
            link=account.link,
        )
        return self._answer_about(page, raw, "dispute")

    # ------------------------------------------------------------------
    # Payment
    # ------------------------------------------------------------------

    @http.route(f"{URL}/<string:secret>/pay/<int:currency_id>", **PAGE)
    def portal_link_pay(self, secret, currency_id, **_kwargs):
        """Show Odoo's payment form."""
        response = self._show_payment(self._open_link(secret), currency_id)
        # The transaction keeps where it ends, which is no place for the secret.
        response.set_cookie(
            COOKIE,
            secret,
            path=URL,
            httponly=True,
            samesite="Lax",
            secure=request.httprequest.scheme == "https",
        )
        return response

    @http.route(
        f"{URL}/<string:secret>/transaction/<int:currency_id>",
        type="jsonrpc",
        auth="public",
    )
    def portal_link_transaction(self, secret, currency_id, **kwargs):
        """Begin the payment; a card on file is for those who log in.

        :return: the values with which Odoo's form continues
        """
        link = self._find_link(secret)
        if not link or kwargs.get("token_id") or kwargs.get("flow") == "token":
            raise NotFound
        kwargs["tokenization_requested"] = False
        return self._begin_payment(
            self._make_account(link, secret), currency_id, kwargs
        )

    @http.route(f"{URL}/back", **PAGE)
    def portal_link_back(self, **_kwargs):
        """Lead back to the account after a payment."""
        secret = request.httprequest.cookies.get(COOKIE, "")
        return request.redirect(self._open_link(secret).url)

    def _get_landing_url(self, account):
        return f"{URL}/back" if account.link else super()._get_landing_url(account)

    # ------------------------------------------------------------------
    # A new link
    # ------------------------------------------------------------------

    @http.route(
        f"{URL}/new",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        max_content_length=MAX_REQUEST,
    )
    def portal_link_new(self, email="", **_kwargs):
        """Send a new link to an address on file; the answer does not say if it is."""
        address = email_normalize(email[:254]) or ""
        if address and self._may_ask(address):
            links = request.env(user=SUPERUSER_ID)["collection.account.link"]
            links._send_new(address)
        return self._respond("portal_link_dead", {"is_sent": True})

    def _may_ask(self, address):
        limits = request.env["collection.portal.rate.limit"].sudo()
        place = request.httprequest.remote_addr
        # Counted, and not to be read back.
        senders = ((f"place {place}", PER_PLACE), (f"address {address}", PER_ADDRESS))
        return all(
            limits._count(f"link {sha256(sender.encode()).hexdigest()}", limit)
            for sender, limit in senders
        )

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def _find_link(self, secret):
        return request.env(user=SUPERUSER_ID)["collection.account.link"]._find(secret)

    def _open_link(self, secret):
        """:return: the Account that a link opens; anything else has one answer"""
        link = self._find_link(secret)
        if not link:
            response = self._respond("portal_link_dead", {"is_sent": False})
            response.status_code = 404
            response.flatten()
            return abort(response)
        return self._make_account(link, secret)

    def _make_account(self, link, secret):
        contact = link.contact_id
        if request.env.user._is_public() and contact.lang:
            request.update_context(lang=contact.lang)
        env = request.env(user=SUPERUSER_ID)
        company = env["res.company"].browse(link.company_id.id)
        company = company.with_context(allowed_company_ids=company.ids)
        return Account(
            customer=link.partner_id.with_env(company.env),
            company=company,
            moves=company.env["account.move"],
            url=f"{URL}/{secret}",
            token="",
            visitor=contact.with_env(company.env),
            link=link.with_env(company.env),
        )

    def _get_move(self, account, move_id):
        """:return: an open invoice of the account; who asks for another one is sent
        back to it"""
        move = account.get_rows().move_id.filtered(
            lambda one: (
                one.id == move_id and one.is_sale_document(include_receipts=True)
            )
        )
        return move or abort(request.redirect(account.url))

    def _respond(self, template, values):
        is_by_link = request.httprequest.path.startswith(f"{URL}/")
        # The way up leads to a login.
        values = {"no_breadcrumbs": is_by_link, **values}
        response = super()._respond(template, values)
        if is_by_link:
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response
