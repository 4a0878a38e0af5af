"""The world a ledger lives in: customers, invoices and payments in Odoo."""

from odoo.fields import Command


class World:
    """Writes what the lines of a ledger say into Odoo, when their day has come.

    Everything goes the way people go: invoices are posted, payments are registered
    with Odoo's own wizard, which reconciles them.
    """

    def __init__(self, env, company, invoices):
        """Make the customers.

        :param env: Odoo's environment, as superuser
        :param company: res.company record with a chart of accounts
        :param invoices: list of ledger_file.Invoice
        """
        # Nobody reads the chatter of these invoices.
        self.env = env = env(context={**env.context, "tracking_disable": True})
        self.company = company.with_env(env)
        self.partners = self._make_partners({line.customer for line in invoices})
        self.product = env["product.product"].create(
            {"name": "Goods and services", "taxes_id": False}
        )
        self.move_ids = {}

    def _make_partners(self, names):
        names = sorted(names)
        partners = self.env["res.partner"].create(
            [self._prepare_partner(number, name) for number, name in enumerate(names)]
        )
        return dict(zip(names, partners, strict=True))

    def _prepare_partner(self, number, name):
        return {
            "name": f"Customer {name}",
            "ref": name,
            "is_company": True,
            "email": f"customer{number}@example.com",
            "phone": f"+1 555 01{number:05}",
            "street": f"{number + 1} Main Street",
            "city": "Springfield",
            "zip": "12345",
            "country_id": self.company.country_id.id or self.env.ref("base.us").id,
        }

    def post(self, invoices):
        """Post invoices.

        :param invoices: list of ledger_file.Invoice
        """
        if not invoices:
            return
        Move = self.env["account.move"].with_company(self.company)
        moves = Move.create([self._prepare_move(invoice) for invoice in invoices])
        moves.action_post()
        for invoice, move in zip(invoices, moves, strict=True):
            self.move_ids[invoice.number] = move.id

    def _prepare_move(self, invoice):
        return {
            "move_type": "out_invoice",
            "partner_id": self.partners[invoice.customer].id,
            "ref": invoice.number,
            "invoice_date": invoice.date,
            "invoice_date_due": invoice.due,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.product.id,
                        "price_unit": float(invoice.amount),
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def pay(self, invoices, day):
        """Register the full payment of invoices, each one on its own.

        :param invoices: list of ledger_file.Invoice, posted before
        :param date day: the day of the payments
        """
        if not invoices:
            return
        Register = self.env["account.payment.register"].with_company(self.company)
        wizard = Register.with_context(
            active_model="account.move",
            active_ids=[self.move_ids[invoice.number] for invoice in invoices],
        ).create({"payment_date": day, "group_payment": False})
        wizard.action_create_payments()
        unpaid = [
            move.ref
            for move in self.get_moves(invoices)
            if not move.currency_id.is_zero(move.amount_residual)
        ]
        if unpaid:
            raise AssertionError(f"Paid, and still open: {', '.join(unpaid)}")

    def get_moves(self, invoices):
        """Answer the account.move records of invoices."""
        ids = [self.move_ids[invoice.number] for invoice in invoices]
        return self.env["account.move"].browse(ids)
