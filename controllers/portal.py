from typing import NamedTuple

from odoo import http
from odoo.addons.account.controllers.portal import PortalAccount
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tools import consteq

from .portal_form import MAX_NAME, MAX_REQUEST, PortalForm

# The largest number a record can have.
MAX_ID = 2**31 - 1
MEANS = ("transfer", "card", "debit", "cheque", "cash", "other")


class InvoicePage(NamedTuple):
    """An invoice that a visitor says something about, and where they come from."""

    invoice: object  # account.move, as superuser
    visitor: object  # res.partner; empty when it is not known
    token: str
    form_url: str  # where the forms are, without their name
    url: str
    done_url: str
    link: object = None  # collection.account.link, for who comes by one

    @property
    def document(self):
        """What a visitor without login has got the address of."""
        return self.link or self.invoice


def is_token_of(record, text):
    """Compare what came with an address with the token of a record.

    :param record: record of a model with ``portal.mixin``
    :param text: anything that was sent, or nothing
    :return: whether it is the record's own
    """
    token = record.access_token
    if not token or not text:
        return False
    # As bytes: letters beyond ASCII are wrong, and no reason to fall over.
    return consteq(token.encode(), str(text).encode(errors="replace"))


class CollectionPortal(PortalAccount):
    """Customers say on the page of an invoice when they pay, or what is wrong.

    Whoever may see the invoice may: its customer when logged in, or the holder of the
    link with its token. The visitor's own rights are enough to see, not to write: what
    is written goes through ``collection.portal`` and concerns this invoice only.
    """

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        if not self._is_own_invoice(invoice, access_token):
            return values
        return {
            **values,
            **invoice.env["collection.portal"]._get_status(invoice),
            "collection_done": kwargs.get("done"),
        }

    @http.route(
        "/my/invoices/<int:invoice_id>/promise",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        max_content_length=MAX_REQUEST,
    )
    def portal_collection_promise(self, invoice_id, access_token=None, **raw):
        """Show the form “when will you pay”, and record what it says."""
        return self._answer(invoice_id, access_token, raw, "promise")

    @http.route(
        "/my/invoices/<int:invoice_id>/dispute",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        max_content_length=MAX_REQUEST,
    )
    def portal_collection_dispute(self, invoice_id, access_token=None, **raw):
        """Show the form “something is wrong”, and record what it says."""
        return self._answer(invoice_id, access_token, raw, "dispute")

    @http.route(
        "/my/invoices/<int:invoice_id>/<any(promise,dispute):kind>/done",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_collection_done(self, invoice_id, kind, access_token=None, **_kwargs):
        """Thank the customer, and show what was noted."""
        try:
            invoice = self._get_own_invoice(invoice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        record = invoice.env["collection.portal"]._get_latest(invoice, kind)
        if not record:
            return request.redirect(invoice.get_portal_url())
        values = {"record": record, "kind": kind}
        return self._render("portal_done", invoice, access_token, values)

    def _answer(self, invoice_id, access_token, raw, kind):
        try:
            invoice = self._get_own_invoice(invoice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        page = InvoicePage(
            invoice,
            self._get_visitor(),
            access_token,
            f"/my/invoices/{invoice.id}",
            invoice.get_portal_url(),
            invoice.get_portal_url(suffix=f"/{kind}/done"),
        )
        return self._answer_about(page, raw, kind)

    def _answer_about(self, page, raw, kind):
        """Show a form about an invoice, or record what it says."""
        invoice = page.invoice
        status = invoice.env["collection.portal"]._get_status(invoice)
        most = status[f"collection_{kind}_max"]
        if not most:
            return request.redirect(page.url)
        read = self._read_promise if kind == "promise" else self._read_dispute
        form = PortalForm(invoice, raw)
        if request.httprequest.method == "POST":
            read(form, most)
            may = self._may_post(form, page)
            if may and not form.errors and self._submit(page, form, kind):
                return request.redirect(page.done_url)
        values = {
            "most": most,
            "form": raw,
            "errors": form.errors,
            "form_url": page.form_url,
            "invoice_url": page.url,
            "default_name": page.visitor.name or "",
        }
        response = self._render(f"portal_{kind}", invoice, page.token, values)
        if form.is_too_many:
            response.status_code = 429
        return response

    def _get_own_invoice(self, invoice_id, access_token):
        """Answer an invoice of the visitor.

        Odoo lets a contact who has moved to another company take the old one's invoices
        along. What is owed stays with the customer who owes it.

        :return: account.move record, as superuser
        :raises AccessError, MissingError: it is somebody else's, or there is none
        """
        if invoice_id > MAX_ID:
            raise MissingError(request.env._("There is no such invoice."))
        if access_token and not access_token.isascii():
            # Odoo's own comparison falls over it; no token is like that.
            access_token = None
        invoice = self._document_check_access("account.move", invoice_id, access_token)
        if not self._is_own_invoice(invoice, access_token):
            raise AccessError(invoice.env._("This is another customer's invoice."))
        return invoice

    def _is_own_invoice(self, invoice, access_token):
        user = request.env.user
        if not user.share or is_token_of(invoice, access_token):
            return True
        own = invoice.env["collection.portal.account"]._get_customer(user)
        return bool(own) and invoice.commercial_partner_id == own

    def _get_visitor(self):
        """:return: the res.partner who is logged in, empty for the public"""
        user = request.env.user
        return user.partner_id.browse() if user._is_public() else user.partner_id

    def _may_post(self, form, document):
        """Count a form that was sent, also one that was filled in wrongly.

        :param document: what a visitor without login has the link to
        :return: whether it is within the limit; if not, the form says so
        """
        limit = request.env["collection.portal.rate.limit"].sudo()
        may = limit._count(self._get_sender(document))
        if not may:
            form.refuse()
        return may

    def _get_sender(self, document):
        """:return: who is counted: the user, or what a visitor has the link to"""
        user = request.env.user
        if not user._is_public():
            return f"user {user.id}"
        document = getattr(document, "document", document)
        return f"{document._name} {document.id}"

    def _get_means(self):
        """:return: list of (key, label) of the means of payment"""
        field = request.env["collection.promise"]._fields["means"]
        labels = dict(field._description_selection(request.env))
        return [(key, labels[key]) for key in MEANS]

    def _submit(self, page, form, kind):
        """:return: the record that was made; none, and an error, when it was refused"""
        invoice, visitor = page.invoice, page.visitor
        portal = invoice.with_company(invoice.company_id).env["collection.portal"]
        is_promise = kind == "promise"
        create = portal._create_promise if is_promise else portal._create_dispute
        try:
            with request.env.cr.savepoint():
                return create(invoice.with_env(portal.env), visitor, form.values)
        except UserError as error:
            form.errors["form"] = str(error)
        return None

    def _read_promise(self, form, most):
        self._read_name(form)
        form.read_amount(most)
        form.read_date()
        form.read_choice("means", MEANS)
        form.read_text("note")

    def _read_dispute(self, form, most):
        self._read_name(form)
        form.read_amount(most)
        form.read_reason(self._get_reasons())
        form.read_text(
            "note", required=form.env._("Please tell us what the problem is.")
        )
        form.read_files()

    def _read_name(self, form):
        form.read_text(
            "name", MAX_NAME, required=form.env._("Please tell us your name.")
        )

    def _get_reasons(self):
        # The vocabulary is no secret, and read for its names only.
        return (
            request.env["collection.reason"].sudo().search([("kind", "=", "dispute")])
        )

    def _render(self, template, invoice, access_token, values):
        values = {
            "page_name": "invoice",
            "invoice": invoice,
            "invoice_url": invoice.get_portal_url(),
            "token": access_token,
            "today": invoice.company_id._get_collection_today(),
            "days_max": invoice.collection_case_id.policy_id.promise_days_max,
            "reasons": self._get_reasons(),
            "means": self._get_means(),
            **values,
        }
        return self._respond(template, values)

    def _respond(self, template, values):
        """Answer a page that is not cached, and that names its language for screen
        readers."""
        lang = (request.env.lang or "en_US").replace("_", "-")
        values = {"html_data": {"lang": lang}, **values}
        response = request.render(f"account_collections.{template}", values)
        response.headers["Cache-Control"] = "no-store"
        return response
