from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import NotFound

from .portal_account import URL, CollectionPortalAccount
from .portal_account_form import AccountForm


class CollectionPortalPayment(CollectionPortalAccount):
    """Pay what is overdue, or was chosen, of one company and currency, with Odoo's
    payment form. The address says what was chosen; the ledger, how much it is.

    Where no provider is set up there is nothing here, and the account page names the
    bank account instead.
    """

    @http.route(
        f"{URL}/<int:company_id>/pay/<int:currency_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_collection_pay(self, company_id, currency_id, **_kwargs):
        """Show Odoo's payment form for what was chosen, else for what is overdue."""
        return self._show_payment(self._open_account(company_id), currency_id)

    def _show_payment(self, account, currency_id):
        rows = self._get_payable(account, currency_id)
        amount = self._get_amount(account, rows)
        if not amount:
            return request.redirect(account.url)
        moves = rows.move_id
        reference = self._get_reference(moves)
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": account.visitor,
                "company": account.company,
                "total_amount": amount,
                "currency": rows.currency_id,
                "amount_residual": amount,
                "payment_reference": reference,
                "landing_route": self._get_landing_url(account),
                "transaction_route": self._get_transaction_url(account, rows),
            }
        )
        if account.link:
            self._leave_out_cards(values)
        values.update(
            page_name="collection_account",
            account=account,
            amount=amount,
            payment={"amount": amount, "reference": reference},
            reference_prefix=reference,
            moves=moves,
        )
        return self._respond("portal_pay", values)

    def _get_reference(self, moves):
        """:return: what the payment is recognized by; for several invoices nothing yet,
        for to look at the page takes no number"""
        return len(moves) == 1 and (moves.payment_reference or moves.name)

    def _leave_out_cards(self, values):
        """A card on file is for those who log in: show none, and offer to keep none."""
        offers = values["show_tokenize_input_mapping"]
        values["show_tokenize_input_mapping"] = dict.fromkeys(offers, False)
        values["tokens_sudo"] = values["tokens_sudo"].browse()

    @http.route(
        f"{URL}/<int:company_id>/transaction/<int:currency_id>",
        type="jsonrpc",
        auth="user",
    )
    def portal_collection_transaction(self, company_id, currency_id, **kwargs):
        """Begin the payment. What is paid, and how much, is what the ledger says.

        :return: the values with which Odoo's form continues
        """
        account = self._open_account(company_id)
        return self._begin_payment(account, currency_id, kwargs)

    def _begin_payment(self, account, currency_id, kwargs):
        rows = self._get_payable(account, currency_id)
        amount = self._get_amount(account, rows)
        if not amount:
            raise NotFound
        if not self._may_post(AccountForm(account, kwargs), account):
            raise UserError(request.env._("Please wait a while before you try again."))
        kwargs.pop("access_token", None)
        self._validate_transaction_kwargs(kwargs)
        kwargs.update(amount=amount, is_validation=False)
        kwargs["landing_route"] = self._get_landing_url(account)
        moves = rows.move_id
        # The names of many invoices are longer than providers take.
        reference = (
            self._get_reference(moves)
            or account.company.get_next_batch_payment_communication()
        )
        return self._process_transaction(
            account.visitor.id, currency_id, moves.ids, reference, **kwargs
        )

    def _get_payable(self, account, currency_id):
        """:return: the collection.exposure records of invoices that are asked for and
        were chosen, else are overdue, in a currency with a way to pay online"""
        wanted = request.httprequest.args.getlist("item")
        rows = account.get_rows().filtered(
            lambda row: (
                row.currency_id.id == currency_id
                and row.status == "open"
                and (
                    str(row.id) in wanted if wanted else account.service._is_asked(row)
                )
                and row.move_id.is_sale_document(include_receipts=True)
            )
        )
        service = account.service
        if not service._can_pay_online(rows, rows.currency_id, account.visitor):
            return rows.browse()
        return rows

    def _get_landing_url(self, account):
        """:return: where the payment ends; it is kept with the transaction"""
        return account.url

    def _get_transaction_url(self, account, rows):
        """:return: the address that begins the payment of the same items"""
        url = f"{account.url}/transaction/{rows.currency_id.id}"
        if not request.httprequest.args.getlist("item"):
            return url
        return f"{url}?{urlencode([('item', row.id) for row in rows])}"

    def _get_amount(self, account, rows):
        """:return: what these items come to; what is overdue, less the open credits, as
        the page and the letters say. Who chooses single items pays all of these."""
        if not rows:
            return 0.0
        amount = sum(rows.mapped("amount_due"))
        if not request.httprequest.args.getlist("item"):
            asked = account.service._get_asked(account.customer, account.company)
            amount = min(amount, asked.get(rows.currency_id.id, 0.0))
        return rows.currency_id.round(amount)
