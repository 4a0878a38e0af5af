from datetime import timedelta
from itertools import cycle

from dateutil.relativedelta import relativedelta
from odoo.fields import Command
from odoo.tools import SQL

from . import history, history_claims, history_insolvencies
from .part import Demo

INVOICES = [
    *history.INVOICES,
    *history_claims.INVOICES,
    *history_insolvencies.INVOICES,
]


class DemoLedger(Demo):
    """Demo data: the invoices and payments of the demo customers."""

    def _day(self, offset):
        return self.env.context["demo_last_day"] + timedelta(days=offset)

    def _customer(self, name):
        return self.env.ref(f"account_collections.partner_{name}")

    def _on(self, events, offset):
        """:return: the events of a day: a Monday's with those of its weekend, a
        Sunday's with those of its Saturday"""
        first = offset - {0: 2, 6: 1}.get(self._day(offset).weekday(), 0)
        return [event for event in events if first <= event[1] <= offset]

    def _post_ledger(self, offset):
        """Post the invoices, credit notes and payments of a day."""
        vals_list = [
            self._prepare_invoice_vals(name, self._day(issued), self._day(due), *what)
            for name, issued, due, *what in self._on(INVOICES, offset)
        ]
        currency = self._foreign_currency()
        for name, issued, due, *what in self._on(history.FOREIGN_INVOICES, offset):
            vals = self._prepare_invoice_vals(
                name, self._day(issued), self._day(due), *what
            )
            vals_list.append({**vals, "currency_id": currency.id})
        term = self.env.ref("account_collections.payment_term_thirds")
        for name, issued, *what in self._on(history.INSTALLMENT_INVOICES, offset):
            vals = self._prepare_invoice_vals(name, self._day(issued), False, *what)
            vals_list.append({**vals, "invoice_payment_term_id": term.id})
        for name, issued, *what in self._on(history.CREDIT_NOTES, offset):
            day = self._day(issued)
            vals = self._prepare_invoice_vals(name, day, day, *what)
            vals_list.append({**vals, "move_type": "out_refund"})
        self.env["account.move"].create(vals_list).action_post()
        for name, day, amount, is_matched in self._on(history.PAYMENTS, offset):
            payment = self._pay([(self._customer(name), self._day(day), amount)])
            if is_matched:
                self._match(payment, self._open_invoices(name)[:1])
        for name, day in self._on(history.PENDING_PAYMENTS, offset):
            self._announce_payment(self._open_invoices(name)[:1], self._day(day))

    def _prepare_invoice_vals(self, name, issued, due, amount, what):
        customer = self._customer(name)
        salesperson = customer.user_id or self.env.ref("base.user_demo")
        return {
            "move_type": "out_invoice",
            "partner_id": customer.address_get(["invoice"])["invoice"],
            "invoice_date": min(issued, due or issued),
            "invoice_date_due": due,
            "invoice_payment_term_id": False,
            "invoice_user_id": salesperson.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": what,
                        "quantity": 1,
                        "price_unit": amount,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def _foreign_currency(self):
        """:return: euro, or the dollar for a company that keeps its books in euro"""
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        company = self.env.company
        currency = dollar if company.currency_id == euro else euro
        if not currency.active:
            currency.active = True
        if company.currency_id in euro | dollar:
            name = self._day(history.FIRST_DAY)
            rates = self.env["res.currency.rate"]
            own = [("company_id", "=", company.id), ("currency_id", "=", currency.id)]
            if not rates.search_count([*own, ("name", "=", name)]):
                rates.create(
                    {
                        "currency_id": currency.id,
                        "company_id": company.id,
                        "name": name,
                        "company_rate": 1.1 if currency == dollar else 0.9,
                    }
                )
        return currency

    def _open_invoices(self, name):
        return self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self._customer(name).id),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("company_id", "=", self.env.company.id),
            ],
            order="invoice_date, id",
        )

    def _prepare_payment_vals(self, customer, day, amount):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        )
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": customer.id,
            "amount": amount,
            "date": day,
            "journal_id": journal.id,
        }

    def _pay(self, payments):
        """Register payments.

        :param payments: list of tuples (customer, day, amount)
        :return: account.payment records
        """
        # Where a bank statement is awaited first, a payment has no entry by itself.
        payments = (
            self.env["account.payment"]
            .with_context(force_payment_move=True)
            .create([self._prepare_payment_vals(*payment) for payment in payments])
        )
        self._count_rows()
        payments.action_post()
        return payments

    def _count_rows(self):
        """Have PostgreSQL look at what it holds by now.

        Of the rows of this one transaction it knows nothing by itself, and Odoo's
        search for what payments belong to then takes minutes.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "ANALYZE account_move, account_move_line, account_payment,"
                " account_partial_reconcile"
            )
        )

    def _match(self, payment, invoice):
        lines = (payment.move_id | invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        lines.reconcile()

    def _announce_payment(self, invoice, day):
        """The customer has paid, but the money is not there yet."""
        if "transaction_ids" not in invoice._fields:
            self._pay([(invoice.partner_id, day, invoice.amount_residual)])
            return
        provider = self.env.ref("payment.payment_provider_transfer")
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "reference": invoice.name,
                "amount": invoice.amount_residual,
                "currency_id": invoice.currency_id.id,
                "partner_id": invoice.partner_id.id,
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        transaction._set_pending()

    # ------------------------------------------------------------------
    # The years before
    # ------------------------------------------------------------------

    def _sell_in_the_past(self):
        """Invoices of the years before the story, paid more or less on time."""
        vals_list, paid_on = [], []
        for name, (since, every, amount, days_late) in history.PAST.items():
            delays = cycle(days_late)
            for months in range(since, 5, -every):
                issued = self._day(0) - relativedelta(months=months)
                due = issued + timedelta(days=30)
                paid_on.append(due + timedelta(days=next(delays)))
                vals_list.append(
                    self._prepare_invoice_vals(name, issued, due, amount, "Furniture")
                )
        invoices = self.env["account.move"].create(vals_list)
        invoices.action_post()
        payments = self._pay(
            [
                (invoice.commercial_partner_id, day, invoice.amount_total)
                for invoice, day in zip(invoices, paid_on, strict=True)
            ]
        )
        for payment, invoice in zip(payments, invoices, strict=True):
            self._match(payment, invoice)
