from contextlib import contextmanager
from datetime import date, timedelta

from odoo import SUPERUSER_ID
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

# Group of each kind of user; None: nothing beyond being an internal user.
GROUPS = {
    "portal": "base.group_portal",
    "internal": "base.group_user",
    "invoicing": "account.group_account_invoice",
    "readonly": "account.group_account_readonly",
    "collector": "account_collections.group_collection_user",
    "manager": "account_collections.group_collection_manager",
}
WAITING = ("queued", "to_print")
# Where there are many classes of tests to run, their company is there before, and so
# are their users, archived.
PREPARED_COMPANY = "__test__.company"
ACCOUNTANT = "accountman"


class CollectionCommon(AccountTestInvoicingCommon):
    """A company with a ledger, its policies, and days to simulate.

    ``env`` is an accountant who manages collections. ``root`` is the scheduler: the
    superuser, with another current company, so that code which looks at the current
    company instead of the one it works for is found out.
    """

    today = date(2026, 3, 2)  # a Monday

    @classmethod
    def get_default_groups(cls):
        manager = cls.quick_ref("account_collections.group_collection_manager")
        return super().get_default_groups() | manager

    @classmethod
    def setup_independent_user(cls):
        """Take the accountant that has been prepared."""
        return cls.take_users(ACCOUNTANT) or super().setup_independent_user()

    @classmethod
    def take_users(cls, *logins):
        """Have users who have been prepared work from now on; answer them in this
        order, nobody if they have not been prepared."""
        users = cls.env["res.users"].search(
            [("login", "in", logins), ("active", "=", False)]
        )
        users.active = True
        return users.sorted(lambda user: logins.index(user.login))

    @classmethod
    def setup_independent_company(cls, **kwargs):
        """Take the company that has been prepared, for making one takes seconds."""
        company = cls.env.ref(PREPARED_COMPANY, raise_if_not_found=False)
        if kwargs or not company:
            return super().setup_independent_company(**kwargs)
        cls.env.user.company_ids = [Command.link(company.id)]
        return company

    @classmethod
    def setUpClass(cls):
        # Past what Odoo's own tests of accounting begin with: of its taxes, customers
        # and terms hardly any are used here, and making them takes seconds.
        super(AccountTestInvoicingCommon, cls).setUpClass()
        cls.maxDiff = None
        cls.set_up_ledger()
        cls.root = cls.env(user=SUPERUSER_ID, context={})
        policies = cls.env["collection.policy"].search(
            [("company_id", "=", cls.company.id)]
        )
        by_name = {policy.name: policy for policy in policies}
        cls.policy_default = by_name["Default"]
        cls.policy_new = by_name["New customers"]
        cls.policy_key = by_name["Key accounts"]
        cls.template = cls.root["mail.template"].create(
            {
                "name": "Test message",
                "model_id": cls.env["ir.model"]._get_id("collection.step"),
                "subject": "{{ object.stage_id.name }} for {{ object.case_id.name }}",
                "body_html": "<p>Words of the stage.</p>",
            }
        )
        cls.reason_hold = cls.env.ref("account_collections.reason_hold_clarify")
        cls.reason_skip = cls.env.ref("account_collections.reason_skip_wrong")

    @classmethod
    def set_up_ledger(cls):
        """Make what an invoice and a payment need, under the names Odoo gives it."""
        cls.company_data = cls.collect_company_accounting_data(cls.company)
        cls.tax_sale_a = cls.company_data["default_tax_sale"]
        cls.product_a = cls._create_product(name="product_a", lst_price=1000.0)
        journal = cls.company_data["default_journal_bank"]
        for lines, name in (
            (journal.inbound_payment_method_line_ids, "debit"),
            (journal.outbound_payment_method_line_ids, "credit"),
        ):
            lines[:1].payment_account_id = cls.env["account.chart.template"].ref(
                f"account_journal_payment_{name}_account_id", raise_if_not_found=False
            )

    @classmethod
    def collect_company_accounting_data(cls, company):
        """Find what tests use of it; Odoo makes journals besides."""

        def find(model, *terms):
            records = cls.env[model].with_company(company)
            domain = [*records._check_company_domain(company), *terms]
            return records.search(domain, limit=1)

        gain = company.account_journal_early_pay_discount_gain_account_id
        loss = company.account_journal_early_pay_discount_loss_account_id
        receivable = cls.env["res.partner"]._fields["property_account_receivable_id"]
        return {
            "company": company,
            "default_account_revenue": find(
                "account.account",
                ("account_type", "=", "income"),
                ("id", "!=", gain.id),
            ),
            "default_account_expense": find(
                "account.account",
                ("account_type", "=", "expense"),
                ("id", "!=", loss.id),
            ),
            "default_account_receivable": receivable.get_company_dependent_fallback(
                cls.env["res.partner"].with_company(company)
            ),
            "default_journal_bank": find("account.journal", ("type", "=", "bank")),
            "default_journal_misc": find("account.journal", ("type", "=", "general")),
            "default_tax_sale": company.account_sale_tax_id,
        }

    # ------------------------------------------------------------------
    # People and policies
    # ------------------------------------------------------------------

    @classmethod
    def make_users(cls):
        """Create one user of each kind, all in the company of the tests."""
        logins = {kind: f"collection_{kind}" for kind in GROUPS}
        if users := cls.take_users(*logins.values()):
            return dict(zip(GROUPS, users, strict=True))
        return {kind: cls.make_user(logins[kind], GROUPS[kind]) for kind in GROUPS}

    @classmethod
    def make_user(cls, login, groups, **vals):
        """Create a user in the company of the tests.

        :param str groups: XML ids of groups, with commas between them
        """
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **vals,
        )

    @classmethod
    def make_seller(cls):
        """Create somebody who writes to customers and does not collect."""
        return cls.make_user("seller", "base.group_user,base.group_partner_manager")

    @classmethod
    def make_customer(cls, name="Customer", **vals):
        """Create a company that can be reached through every channel."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "phone": "+32 2 290 34 90",
                "street": "Main Street 1",
                "zip": "1000",
                "city": "Brussels",
                "country_id": cls.env.ref("base.be").id,
                **vals,
            }
        )

    @classmethod
    def make_policy(cls, *stages, company=None, **vals):
        """Create a policy that comes before the shipped ones.

        :param stages: dicts of values, at least ``days``; an automatic e-mail unless
            they say otherwise
        """
        return cls.env["collection.policy"].create(
            {
                "name": "Policy of a test",
                "sequence": 1,
                "state": "active",
                "company_id": (company or cls.company).id,
                "stage_ids": [
                    Command.create(
                        {
                            "name": f"Stage {number}",
                            "sequence": number * 10,
                            "channel": "email",
                            "template_id": cls.template.id,
                            **stage,
                        }
                    )
                    for number, stage in enumerate(stages, 1)
                ],
                **vals,
            }
        )

    @contextmanager
    def assert_refused(self, sentence):
        """Check that what happens inside is refused, with a sentence people see.

        :param sentence: regular expression
        """
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                yield
        except UserError as error:
            self.assertRegex(str(error), sentence)
        except IntegrityError as error:
            tables = {model._table: name for name, model in self.registry.items()}
            model = self.env[tables[error.diag.table_name]]
            self.assertRegex(model._sql_error_to_message(error), sentence)
        else:
            self.fail(f"This was not refused. Expected: {sentence}")

    # ------------------------------------------------------------------
    # The ledger
    # ------------------------------------------------------------------

    @classmethod
    def day(cls, offset):
        """Answer a day relative to the Monday that the tests start from."""
        return cls.today + timedelta(days=offset)

    @classmethod
    def make_invoice(
        cls,
        partner,
        amount=1000.0,
        due=None,
        *,
        currency=None,
        terms=None,
        company=None,
        move_type="out_invoice",
        issued=None,
        post=True,
    ):
        """Create and post an invoice.

        :param due: due date; ten days before ``today`` if not given
        :param terms: payment terms to use instead of the due date
        :param issued: invoice date; a month before the due date if not given
        """
        due = due or cls.day(-10)
        vals = {
            "move_type": move_type,
            "partner_id": partner.id,
            "invoice_date": issued or due - timedelta(days=30),
            "invoice_payment_term_id": terms.id if terms else False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": cls.product_a.id,
                        "price_unit": amount,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }
        if currency:
            vals["currency_id"] = currency.id
        if not terms:
            vals["invoice_date_due"] = due
        Move = cls.env["account.move"].with_company(company or cls.company)
        move = Move.create(vals)
        if post:
            move.action_post()
        return move

    @classmethod
    def make_credit(cls, partner, amount=1000.0, day=None, **kwargs):
        """Create and post a credit note that is not allocated to anything."""
        return cls.make_invoice(
            partner, amount, day, issued=day, move_type="out_refund", **kwargs
        )

    @classmethod
    def pay(cls, invoices, amount=None, day=None, **vals):
        """Register a payment of invoices, which reconciles them.

        :param amount: in the invoices' currency; all of it if not given
        :param vals: other values of the form
        """
        Register = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        vals["payment_date"] = day or cls.today
        if amount:
            vals["amount"] = amount
        return Register.create(vals)._create_payments()

    @classmethod
    def pay_and_write_off(cls, invoices, amount, day=None):
        """Register a payment of a part, after which nothing is open."""
        return cls.pay(
            invoices,
            amount,
            day,
            payment_difference_handling="reconcile",
            writeoff_account_id=cls.company_data["default_account_expense"].id,
            group_payment=True,
        )

    @classmethod
    def receive(cls, partner, amount, day=None, currency=None, company=None):
        """Post a payment that is not allocated to any invoice."""
        return cls.post_payment(partner, amount, "inbound", day, currency, company)

    @classmethod
    def pay_back(cls, partner, amount, day=None):
        """Post a payment to a customer that is not allocated to anything."""
        return cls.post_payment(partner, amount, "outbound", day)

    @classmethod
    def post_payment(cls, partner, amount, kind, day=None, currency=None, company=None):
        payment = cls.env["account.payment"].create(
            {
                "payment_type": kind,
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "date": day or cls.today,
                # Branches use the journals of their parent.
                "company_id": (company or cls.company).id,
                "journal_id": cls.company_data["default_journal_bank"].id,
                "currency_id": (currency or cls.currency).id,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def announce(cls, invoices, amount, day=None):
        """Register a payment that has no journal entry, as where the journal has no
        account for outstanding receipts: the residual of the invoices stays."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": invoices.commercial_partner_id.id,
                "amount": amount,
                "currency_id": invoices.currency_id.id,
                "date": day or cls.today,
                "journal_id": cls.company_data["default_journal_bank"].id,
                "invoice_ids": [Command.set(invoices.ids)],
            }
        )
        # Without Enterprise, Odoo puts one in.
        payment.outstanding_account_id = False
        payment.action_post()
        return payment

    @classmethod
    def unpay(cls, invoices):
        """Undo the allocation of payments and credits to invoices."""
        cls.receivable(invoices).remove_move_reconcile()

    @classmethod
    def cancel_payments(cls, payments):
        """Cancel payments: the money has not come after all."""
        payments.action_draft()
        payments.action_cancel()

    @classmethod
    def receivable(cls, moves):
        """Answer the receivable journal items of moves."""
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    @classmethod
    def plan(cls, as_of=None, company=None, **kwargs):
        """Review and plan, as the scheduler does; answer the collection.run."""
        return cls.root["collection.scheduler"]._run(
            company or cls.company, as_of or cls.today, **kwargs
        )

    @classmethod
    def execute(cls, as_of=None, company=None, leave=True):
        """Execute until there is nothing left to do; answer the counts.

        :param bool leave: whether what is in the queue then counts as sent, so that
            whatever cancels it gives no stage back
        """
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        for _batch in range(100):
            if not cls.root["collection.executor"]._execute_batch(
                company or cls.company, as_of or cls.today, counts
            ):
                if leave:
                    cls.let_leave(company or cls.company)
                return counts
        raise AssertionError("The execution never comes to an end.")

    @classmethod
    def let_leave(cls, company):
        """Have what is in the queue count as sent; tests of the queue do without."""
        cls.root["collection.letter"].search(
            [("company_id", "=", company.id), ("delivery_state", "in", WAITING)]
        ).raised = False

    @classmethod
    def live(cls, first, last, customer=None):
        """Simulate days: run, approve everything, execute, do all the tasks.

        :param int first: first day, relative to ``today``
        :param int last: last day
        :param customer: answer the steps of this customer only
        :return: dict of the name of the stage per day (relative) with a step
        """
        stages = {}
        for offset in range(first, last + 1):
            as_of = cls.day(offset)
            cls.plan(as_of)
            steps = cls.open_steps(customer)
            if waiting := steps.filtered(lambda step: step.state == "approve"):
                waiting.action_approve()
            cls.execute(as_of)
            for step in steps.exists():
                if step.state == "failed":
                    raise AssertionError(f"{step.display_name}: {step.error}")
                if step.state == "todo":
                    step.with_context(collection_as_of=as_of)._complete()
                if step.state == "done":
                    stages[offset] = step.stage_id.name
        return stages

    @classmethod
    def get_case(cls, partner, company=None):
        """Answer the open case of a customer, empty if there is none."""
        return cls.env["collection.case"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", (company or cls.company).id),
                ("state", "!=", "closed"),
            ]
        )

    @classmethod
    def open_steps(cls, customer=None):
        """Answer the open steps of the company, or of one customer."""
        steps = cls.env["collection.step"].search(
            [
                ("company_id", "=", cls.company.id),
                ("state", "in", ("planned", "approve", "todo", "failed")),
            ]
        )
        return steps.filtered(
            lambda step: not customer or step.case_id.partner_id == customer
        )

    @classmethod
    def get_items(cls, moves):
        """Answer the collection items of invoices, settled ones too."""
        return cls.env["collection.item"].search(
            [("move_line_id", "in", cls.receivable(moves).ids)]
        )

    @classmethod
    def make_hold(cls, case, day=None, review=None, **vals):
        """Put a case, or items of it, on hold as of a day."""
        day = day or cls.today
        Hold = cls.env["collection.hold"].with_context(collection_as_of=day)
        return Hold.create(
            {
                "case_id": case.id,
                "reason_id": cls.reason_hold.id,
                "date_review": review or day + timedelta(days=14),
                **vals,
            }
        )

    @classmethod
    def lift(cls, hold, day):
        """Lift a hold as of a day."""
        hold.with_context(collection_as_of=day).action_lift()
