from typing import NamedTuple

from odoo import SUPERUSER_ID, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from werkzeug.exceptions import abort

from ..models.portal.collection_portal_account import CREDITS
from ..tools.channels import channels
from .portal import MEANS, CollectionPortal
from .portal_account_form import AccountForm
from .portal_form import MAX_NAME, MAX_REQUEST

DOCUMENT_KINDS = ("proof", "other")
URL = "/my/statement"
FORM_ROUTE = {
    "type": "http",
    "methods": ["GET", "POST"],
    "website": True,
    "max_content_length": MAX_REQUEST,
}


class Account(NamedTuple):
    """What a visitor may see and say something about."""

    customer: object  # res.partner, as superuser
    company: object  # res.company, as superuser
    moves: object  # account.move of the link; empty for the whole account
    url: str
    token: str
    visitor: object  # res.partner who looks at it; empty when it is not known
    link: object = None  # collection.account.link, for who comes by one

    @property
    def env(self):
        """The environment of a superuser in this company alone."""
        return self.company.env

    @property
    def company_id(self):
        """As the records of forms call it."""
        return self.company

    @property
    def document(self):
        """What a visitor without login has got the address of."""
        return self.link or self.moves

    @property
    def service(self):
        """What reads the account."""
        return self.env["collection.portal.account"]

    def get_rows(self):
        """Answer the items that the visitor may see."""
        rows = self.service._get_rows(self.customer, self.company)
        return rows.filtered(lambda row: not self.moves or row.move_id in self.moves)


class CollectionPortalAccount(CollectionPortal):
    """A customer's own account: what is open, and what they have to say about it.

    Who is logged in sees the account of their commercial partner, company by company,
    and no other, whatever number the address holds. Who comes by the link of an invoice
    says something about that invoice, and sees nothing else.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_account_count" in counters:
            values["collection_account_count"] = len(self._get_accounts())
        return values

    def _get_overdue_invoices_domain(self, partner_id=None):
        """What Odoo's list, count and page call overdue is what the account page asks
        for: of all contacts, without what is disputed, promised or being paid."""
        if request.httprequest.path == "/my/invoices/overdue":
            # That page fails on two currencies, and charges what was paid in part.
            abort(request.redirect(URL))
        if partner_id:
            return super()._get_overdue_invoices_domain(partner_id)
        service = request.env(user=SUPERUSER_ID)["collection.portal.account"]
        customer = service._get_customer(request.env.user)
        return [("id", "in", service._get_overdue_moves(customer).ids)]

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    @http.route(URL, type="http", auth="user", methods=["GET"], website=True)
    def portal_collection_accounts(self, **_kwargs):
        """Show the only account, or the companies there are accounts with."""
        accounts = self._get_accounts()
        if len(accounts) == 1:
            return request.redirect(accounts[0].url)
        values = {"page_name": "collection_account", "accounts": accounts}
        return self._respond("portal_accounts", values)

    @http.route(
        f"{URL}/<int:company_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_collection_account(self, company_id, done=None, **_kwargs):
        """Show the account with one company."""
        return self._show_account(self._open_account(company_id), done)

    def _show_account(self, account, done):
        values = account.service._get_values(
            account.customer,
            account.company,
            account.visitor,
            account.url if account.link else "",
        )
        values.update(page_name="collection_account", account=account, done=done)
        values["may_choose"] = any(
            item["can_choose"] for group in values["groups"] for item in group["items"]
        )
        return self._respond("portal_account", values)

    @http.route(
        f"{URL}/<int:company_id>/pdf",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_collection_statement(self, company_id, **_kwargs):
        """Download the statement of account."""
        return self._send_statement(self._open_account(company_id))

    def _send_statement(self, account):
        name, content, kind = account.service._print_statement(
            account.customer, account.company
        )
        return self._download(content, kind, name)

    @http.route(
        f"{URL}/<int:company_id>/message/<int:letter_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_collection_letter(self, company_id, letter_id, **_kwargs):
        """Show a message that was sent: its document, or its words."""
        return self._show_letter(self._open_account(company_id), letter_id)

    def _show_letter(self, account, letter_id):
        letter = account.service._get_letters(
            account.customer, account.company
        ).filtered(lambda letter: letter.id == letter_id)
        if not letter:
            return request.redirect(account.url)
        if letter.attachment_id:
            document = letter.attachment_id
            return self._download(document.raw, "pdf", document.name, "inline")
        values = {"letter": letter, "account": account}
        values["page_name"] = "collection_account"
        return self._respond("portal_letter", values)

    # ------------------------------------------------------------------
    # Forms
    # ------------------------------------------------------------------

    @http.route(f"{URL}/<int:company_id>/promise", auth="user", **FORM_ROUTE)
    def portal_collection_account_promise(self, company_id, **raw):
        """When will you pay, for one, several or all items."""
        return self._answer_account(self._open_account(company_id), raw, "promise")

    @http.route(f"{URL}/<int:company_id>/document", auth="user", **FORM_ROUTE)
    def portal_collection_account_document(self, company_id, **raw):
        """Send a proof of payment, or another document."""
        return self._answer_account(self._open_account(company_id), raw, "document")

    @http.route(f"{URL}/<int:company_id>/message", auth="user", **FORM_ROUTE)
    def portal_collection_account_message(self, company_id, **raw):
        """Write to whoever looks after the account."""
        return self._answer_account(self._open_account(company_id), raw, "message")

    @http.route(f"{URL}/<int:company_id>/preferences", auth="user", **FORM_ROUTE)
    def portal_collection_account_preferences(self, company_id, **raw):
        """How and when to be contacted, and whether by telephone."""
        return self._answer_account(self._open_account(company_id), raw, "preferences")

    @http.route(
        "/my/invoices/<int:invoice_id>/<any(document,message):kind>",
        auth="public",
        **FORM_ROUTE,
    )
    def portal_collection_invoice_form(
        self, invoice_id, kind, access_token=None, **raw
    ):
        """The same about one invoice, for those who come by its link."""
        account = self._open_invoice(invoice_id, access_token)
        return self._answer_account(account, raw, kind)

    def _answer_account(self, account, raw, kind):
        rows = self._get_choices(account, kind)
        form = self._make_form(account, raw)
        if not rows and kind in ("promise", "plan"):
            return request.redirect(account.url)
        if request.httprequest.method == "POST":
            getattr(self, f"_read_account_{kind}")(form, rows, account)
            may = self._may_post(form, account)
            if may and not form.errors and self._submit_account(account, form, kind):
                return request.redirect(self._get_done_url(account, kind))
        return self._show_form(account, form, kind, rows)

    def _read_account_promise(self, form, rows, account):
        self._read_name(form)
        form.read_rows(rows, required=True)
        form.read_part(account.service._get_free)
        form.read_date()
        form.read_choice("means", MEANS)
        form.read_text("note")

    def _read_account_document(self, form, rows, _account):
        self._read_name(form)
        form.read_choice("what", DOCUMENT_KINDS)
        is_proof = form.values["what"] == "proof"
        form.read_rows(rows, required=is_proof and bool(rows))
        form.read_past_date("date_paid")
        form.read_text("note")
        form.read_files()
        form.require_files()

    def _read_account_message(self, form, rows, account):
        self._read_name(form)
        form.read_text("subject", MAX_NAME)
        form.read_text("note", required=form.env._("Please write your message."))
        form.read_files()
        form.values["rows"] = rows if account.moves else rows.browse()

    def _read_account_preferences(self, form, rows, account):
        self._read_name(form)
        if account.link:
            # Whoever has got hold of a link may stop calls, and nothing else.
            form.values.update(account.service._get_preferences(account.visitor))
        else:
            form.read_choice("channel", ("", *channels(is_portal=True)))
            form.read_hours()
        form.read_text("note")
        form.values["no_calls"] = bool(form.raw.get("no_calls"))
        form.values["rows"] = rows.browse()
        if form.values["no_calls"] and form.values["channel"] == "phone":
            form.errors["channel"] = form.env._("Please choose something else.")

    def _submit_account(self, account, form, kind):
        """:return: what was made of the form; nothing, and an error, when refused"""
        portal = account.env["collection.portal"]
        record = self._get_recorders(portal)[kind]
        try:
            with request.env.cr.savepoint():
                return record(
                    account.customer, account.company, account.visitor, form.values
                )
        except UserError as error:
            form.errors["form"] = str(error)
        return None

    def _get_recorders(self, portal):
        """:return: dict of the method that records each form"""
        return {
            "promise": portal._create_account_promises,
            "document": portal._receive_document,
            "message": portal._receive_message,
            "preferences": portal._receive_preferences,
        }

    def _make_form(self, account, raw):
        return AccountForm(account, raw)

    def _get_choices(self, account, kind):
        """:return: collection.exposure records that a form may be about"""
        if kind == "promise":
            return account.service._get_promisable(account.customer, account.company)
        return account.get_rows().filtered(lambda row: row.status not in CREDITS)

    def _show_form(self, account, form, kind, rows):
        wanted = request.httprequest.values.getlist("item")
        chosen = rows.filtered(lambda row: str(row.id) in wanted)
        if not wanted and request.httprequest.method == "GET":
            chosen = self._preselect(rows, kind)
        values = {
            "page_name": "collection_account",
            "account": account,
            "company": account.company,
            "rows": rows,
            "chosen": chosen,
            "form": form.raw,
            "errors": form.errors,
            "preview": form.preview,
            "action_url": f"{self._get_form_url(account)}/{kind}",
            "back_url": account.url,
            "token": account.token,
            "amount_of": self._get_amount_of(account, kind),
            **self._get_form_choices(account),
        }
        if account.moves:
            values.update(page_name="invoice", invoice=account.moves)
        response = self._respond(f"portal_account_{kind}", values)
        if form.is_too_many:
            response.status_code = 429
        return response

    def _preselect(self, rows, kind):
        """:return: the collection.exposure records that a form begins with; what was
        paid, or what a document is about, the customer has to say"""
        if kind == "document":
            return rows if len(rows) == 1 else rows.browse()
        return rows.filtered("days_late") or rows

    def _get_amount_of(self, account, kind):
        """:return: function of what a form shows as the amount of an item"""
        if kind == "document":
            return lambda row: row.amount_residual_currency
        return account.service._get_free

    def _get_form_choices(self, account):
        case = account.service._get_case(account.customer, account.company)
        return {
            "today": account.company._get_collection_today(),
            "days_max": case.policy_id.promise_days_max,
            "contact": account.env["collection.message.composer"]._get_contact(case)
            if case
            else {},
            "means": self._get_means(),
            "default_name": account.visitor.name or "",
            "me": account.visitor.sudo(),
            "channels": self._get_channels(),
        }

    def _get_channels(self):
        field = request.env["res.partner"]._fields["collection_channel"]
        labels = dict(field._description_selection(request.env))
        return [(key, labels[key]) for key in channels(is_portal=True)]

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def _get_accounts(self):
        """:return: the Accounts of who is logged in, one per company"""
        env = request.env(user=SUPERUSER_ID)
        service = env["collection.portal.account"]
        customer = service._get_customer(request.env.user)
        accounts = []
        for company in service._get_companies(customer):
            here = company.with_context(allowed_company_ids=company.ids)
            own, url = customer.with_env(here.env), f"{URL}/{company.id}"
            moves = here.env["account.move"]
            accounts.append(Account(own, here, moves, url, "", self._get_visitor()))
        return accounts

    def _open_account(self, company_id):
        """:return: the own Account with a company; who asks for another is sent back to
        their own"""
        for account in self._get_accounts():
            if account.company.id == company_id:
                return account
        return abort(request.redirect(URL if self._get_accounts() else "/my"))

    def _open_invoice(self, invoice_id, access_token):
        """:return: the Account limited to the invoice of a link"""
        try:
            move = self._get_own_invoice(invoice_id, access_token)
        except (AccessError, MissingError):
            return abort(request.redirect("/my"))
        company = move.company_id
        move = move.with_context(allowed_company_ids=company.ids)
        company = company.with_env(move.env)
        url, customer = move.get_portal_url(), move.commercial_partner_id
        if not move.line_ids.filtered("date_maturity") or move.state != "posted":
            return abort(request.redirect(url))
        visitor = self._get_visitor()
        return Account(customer, company, move, url, access_token or "", visitor)

    def _get_form_url(self, account):
        if account.moves:
            return f"/my/invoices/{account.moves.id}"
        return account.url

    def _get_done_url(self, account, kind):
        return f"{account.url}{'&' if '?' in account.url else '?'}done={kind}"

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _download(self, content, kind, name, disposition="attachment"):
        mime = {"pdf": "application/pdf", "html": "text/html"}[kind]
        return request.make_response(
            content,
            headers=[
                ("Content-Type", mime),
                ("Content-Length", len(content)),
                ("Content-Disposition", http.content_disposition(name, disposition)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
