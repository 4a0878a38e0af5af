from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestLedgerChanges(CollectionCommon):
    """Payments undone, invoices reversed, customers moved, merged and archived."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Ledger")
        cls.policy = cls.make_policy({"days": 1}, {"days": 10}, quiet_days=1)

    def start(self, customer=None):
        """Reach the first stage today; answer invoice and case."""
        customer = customer or self.customer
        invoice = self.make_invoice(customer, due=self.day(-1))
        self.assertEqual(self.live(0, 0, customer), {0: "Stage 1"})
        return invoice, self.get_case(customer)

    # ------------------------------------------------------------------
    # Undone
    # ------------------------------------------------------------------

    def test_payment_undone_reopens_the_case_at_its_stage(self):
        invoice, case = self.start()
        self.pay(invoice)
        self.plan(self.day(1))
        self.assertEqual((case.state, case.date_closed), ("closed", self.day(1)))
        self.assertFalse(case.stage_id)
        self.assertFalse(invoice.collection_stage_id)
        self.unpay(invoice)
        self.plan(self.day(2))
        self.assertEqual((case.state, case.reason), ("covered", "covered"))
        # The payment is still there; when it is cancelled, the debt is back.
        payment = self.env["account.payment"].search(
            [("partner_id", "=", self.customer.id)]
        )
        payment.action_draft()
        payment.action_cancel()
        self.plan(self.day(3))
        self.assertEqual((case.state, case.date_closed), ("active", False))
        self.assertFalse(case.closing_reason)
        self.assertEqual(case.stage_id.name, "Stage 1")
        self.assertEqual(invoice.collection_stage_id.name, "Stage 1")
        self.assertEqual(case.next_stage_id.name, "Stage 2")
        self.assertEqual(self.live(3, 10, self.customer), {9: "Stage 2"})

    def test_returned_check_booked_as_a_new_debit(self):
        """The invoice stays paid and the bank's debit is the debt: it is chased."""
        invoice, case = self.start()
        self.pay(invoice)
        self.plan(self.day(1))
        self.assertEqual(case.state, "closed")
        journal = self.company_data["default_journal_bank"]
        entry = self.env["account.move"].create(
            {
                "date": self.day(2),
                "journal_id": journal.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "name": "Check returned",
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (self.receivable(invoice).account_id, 1000),
                        (journal.default_account_id, -1000),
                    )
                ],
            }
        )
        entry.action_post()
        self.assertEqual(self.live(2, 4, self.customer), {3: "Stage 1"})
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_overdue, case.state), (1000, "active"))
        self.assertIn(entry.name, str(case.letter_ids.sorted("id")[-1:].body))

    def test_payment_undone_beside_a_newer_case(self):
        """One open case per customer: the item joins it, with its stage."""
        invoice, old_case = self.start()
        payment = self.pay(invoice)
        self.plan(self.day(1))
        fresh = self.make_invoice(self.customer, due=self.day(5))
        self.plan(self.day(2))
        case = self.get_case(self.customer)
        self.assertNotEqual(case, old_case)
        self.assertEqual(case.state, "upcoming")
        payment.action_draft()
        payment.action_cancel()
        self.plan(self.day(3))
        self.assertEqual(self.get_case(self.customer), case)
        items = self.get_items(invoice + fresh)
        self.assertEqual(items.case_id, case)
        self.assertEqual(case.stage_id.name, "Stage 1")
        self.assertEqual((case.state, old_case.state), ("active", "closed"))

    def test_part_of_a_payment_undone(self):
        invoice, case = self.start()
        payment = self.pay(invoice, 400)
        self.plan(self.day(1))
        self.assertEqual(case.amount_overdue, 600)
        payment.action_draft()
        payment.action_cancel()
        self.plan(self.day(2))
        self.assertEqual(case.amount_overdue, 1000)

    def test_reversed_invoice(self):
        invoice, case = self.start()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"journal_id": invoice.journal_id.id, "date": self.day(1)}
        ).refund_moves()
        invoice.reversal_move_ids.action_post()
        self.assertEqual(invoice.payment_state, "reversed")
        self.plan(self.day(1))
        self.assertEqual(case.state, "closed")

    def test_invoice_set_to_draft_and_cancelled(self):
        invoice, case = self.start()
        items = self.get_items(invoice)
        invoice.button_draft()
        self.plan(self.day(1))
        self.assertEqual(case.state, "closed")
        invoice.action_post()
        self.plan(self.day(2))
        self.assertEqual(case.state, "active")
        self.assertEqual(case.item_ids.stage_id.name, "Stage 1")
        self.assertEqual(case.item_ids, items.exists())
        invoice.button_draft()
        invoice.button_cancel()
        self.plan(self.day(3))
        self.assertEqual(case.state, "closed")

    def test_deleted_invoice_takes_its_items_along(self):
        """No foreign key does it; what is deleted behind Odoo's back is settled too."""
        invoice, case = self.start()
        item = self.get_items(invoice)
        self.make_hold(case, scope="items", item_ids=[Command.set(item.ids)])
        invoice.button_draft()
        invoice.name = False
        invoice.unlink()
        self.assertFalse(item.exists())
        other, _case = self.start(self.make_customer("Other"))
        left = self.get_items(other)
        lost_case = left.case_id
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM account_move_line WHERE move_id = %s", [other.id]
        )
        self.env.invalidate_all()
        self.plan(self.day(1))
        self.assertEqual(case.state, "closed")
        self.assertEqual((lost_case.state, left.is_open), ("closed", False))

    def test_draft_invoice_is_nothing_to_collect(self):
        self.make_invoice(self.customer, post=False)
        self.plan()
        self.assertFalse(self.get_case(self.customer))

    def test_due_date_put_off(self):
        """An extension moves the item back on the calendar, not down the ladder."""
        invoice, case = self.start()
        self.receivable(invoice).date_maturity = self.day(10)
        self.plan(self.day(1))
        self.assertEqual(
            (case.state, case.item_ids.date_maturity), ("upcoming", self.day(10))
        )
        self.assertEqual(case.item_ids.stage_id.name, "Stage 1")
        self.assertEqual(self.live(1, 21, self.customer), {21: "Stage 2"})

    def test_paying_the_oldest_does_not_restart_the_ladder(self):
        old = self.make_invoice(self.customer, due=self.day(-1))
        new = self.make_invoice(self.customer, due=self.day(7))
        self.assertEqual(
            self.live(0, 9, self.customer),
            {0: "Stage 1", 8: "Stage 1", 9: "Stage 2"},
        )
        case = self.get_case(self.customer)
        self.assertEqual(case.stage_id.name, "Stage 2")
        self.pay(old)
        self.plan(self.day(10))
        # The case falls back to what the other has reached.
        self.assertEqual(case.stage_id.name, "Stage 1")
        self.assertEqual(self.get_items(new).stage_id.name, "Stage 1")
        self.assertEqual(self.live(10, 18, self.customer), {17: "Stage 2"})

    # ------------------------------------------------------------------
    # Whose debt it is
    # ------------------------------------------------------------------

    def test_invoices_of_contacts_belong_to_the_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id, "email": "c@example.com"}
        )
        self.make_invoice(contact, 300)
        self.make_invoice(self.customer, 200)
        self.plan()
        self.assertFalse(self.get_case(contact))
        self.assertEqual(self.get_case(self.customer).amount_overdue, 500)

    def test_customer_with_another_parent(self):
        """Its items move to the case of the new parent, with the stage they have."""
        invoice, case = self.start()
        self.customer.is_company = False
        parent = self.make_customer("Parent")
        own = self.make_invoice(parent, due=self.day(8))
        self.customer.parent_id = parent
        self.assertEqual(self.customer.commercial_partner_id, parent)
        self.plan(self.day(1))
        moved = self.get_case(parent)
        self.assertEqual(self.get_items(invoice + own).case_id, moved)
        self.assertEqual(moved.stage_id.name, "Stage 1")
        # Nothing is settled by that, and the old case does not say so.
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.explanation, "Continues in the case of Parent.")
        self.assertEqual(case.closing_reason, "merged")
        decision = case.decision_ids.sorted()[0]
        self.assertEqual(decision.reason, "merged")
        self.assertIn("is collected in the case of another", decision.explanation)

    def test_due_date_at_the_end_of_time(self):
        """The step would be due in the year 10000, which Python does not know."""
        self.make_invoice(self.customer, due=date(9999, 12, 31))
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual(case.date_next, date(9999, 12, 31))
        self.assertIn("due on", case.explanation)

    def test_disputed_amounts_are_in_whole_cents(self):
        currency = self.setup_other_currency("EUR", rates=[("1900-01-01", 3.0)])
        invoice = self.make_invoice(self.customer, 1000, currency=currency)
        self.plan()
        case = self.get_case(self.customer)
        self.env["collection.dispute"].create(
            {
                "move_id": invoice.id,
                "amount": 100,
                "reason_id": self.env.ref(
                    "account_collections.reason_dispute_price"
                ).id,
            }
        )
        self.plan()
        self.env.cr.execute(
            "SELECT amount_disputed FROM collection_case WHERE id = %s", [case.id]
        )
        self.assertEqual(str(self.env.cr.fetchone()[0]), "33.33")

    def test_no_day_where_nothing_is_next(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        self.assertTrue(case.date_next)
        self.env["collection.dispute"].create(
            {
                "move_id": invoice.id,
                "reason_id": self.env.ref(
                    "account_collections.reason_dispute_price"
                ).id,
            }
        )
        self.plan()
        self.assertEqual((case.reason, case.date_next), ("disputed", False))
        self.assertFalse(case.decision_ids.sorted()[0].date_next)

    def test_hold_follows_a_customer_with_another_parent(self):
        """What was not to be chased is not chased under another name."""
        _invoice, case = self.start()
        hold = self.make_hold(case)
        self.customer.is_company = False
        parent = self.make_customer("Parent")
        self.customer.parent_id = parent
        self.plan(self.day(1))
        moved = self.get_case(parent)
        self.assertEqual((hold.state, hold.case_id), ("active", moved))
        self.assertEqual((moved.reason, moved.state), ("hold", "hold"))

    def test_archived_customer_is_still_collected(self):
        self.make_invoice(self.customer)
        self.customer.active = False
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual(case.reason, "due")
        self.assertEqual(self.execute()["done_count"], 1)

    def merge(self, *partners):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard.sudo()._merge([partner.id for partner in partners], partners[0])

    def test_merged_customers_have_one_case(self):
        first, second, third = (self.make_customer(f"Merged {n}") for n in range(3))
        invoices = self.env["account.move"]
        for customer in (first, second, third):
            invoices += self.make_invoice(customer, due=self.day(-1))
        self.live(0, 0)
        cases = {customer: self.get_case(customer) for customer in (first, second)}
        hold = self.make_hold(cases[second])
        closed = self.get_case(third)
        self.pay(invoices[2])
        self.plan(self.day(1))
        contacts = closed.contact_ids
        self.assertEqual((closed.state, len(contacts)), ("closed", 1))
        self.merge(first, second, third)
        self.env.invalidate_all()
        case = self.get_case(first)
        self.assertEqual(case, cases[first])
        self.assertEqual(cases[second].state, "closed")
        self.assertEqual(cases[second].closing_reason, "merged")
        self.assertEqual(self.get_items(invoices[:2]).case_id, case)
        # Nothing is lost: the hold goes on, logs and letters stay readable.
        self.assertEqual((hold.case_id, hold.state), (case, "active"))
        self.assertTrue(contacts.exists())
        self.assertEqual(contacts.case_id.partner_id, first)
        self.plan(self.day(2))
        self.assertEqual((case.state, case.amount_open), ("hold", 2000))
        self.assertFalse(self.open_steps())

    def test_promises_move_with_the_customer(self):
        first, second = (self.make_customer(f"Merged {n}") for n in range(2))
        for customer in (first, second):
            invoice = self.make_invoice(customer)
        self.plan()
        Promise = self.env["collection.promise"]
        promise = Promise.with_context(collection_as_of=self.today).create(
            {
                "case_id": self.get_case(second).id,
                "item_ids": [Command.set(self.get_items(invoice).ids)],
                "line_ids": [
                    Command.create({"date": self.day(7), "amount": 1000}),
                ],
            }
        )
        self.merge(first, second)
        self.env.invalidate_all()
        self.plan(self.day(1))
        case = self.get_case(first)
        self.assertEqual((promise.case_id, promise.partner_id), (case, first))
        self.assertEqual((case.amount_open, case.amount_promised), (2000, 1000))

    def test_merged_into_one_without_a_case(self):
        invoice, case = self.start()
        other = self.make_customer("No debt")
        self.merge(other, self.customer)
        self.env.invalidate_all()
        self.plan(self.day(1))
        self.assertEqual(self.get_case(other), case)
        self.assertEqual(self.get_items(invoice).case_id, case)
        self.assertEqual(case.stage_id.name, "Stage 1")

    def test_steps_of_the_absorbed_case_are_dropped(self):
        self.policy.stage_ids.is_automatic = False
        first, second = (self.make_customer(f"Merged {n}") for n in range(2))
        for customer in (first, second):
            self.make_invoice(customer)
        self.plan()
        step = self.open_steps(second)
        self.merge(first, second)
        self.env.invalidate_all()
        self.assertEqual(step.state, "cancelled")
        self.plan()
        self.assertEqual(self.open_steps().case_id, self.get_case(first))

    # ------------------------------------------------------------------
    # What else is in a ledger
    # ------------------------------------------------------------------

    def make_entry(self, amount, **vals):
        """Post an entry that debits, or credits, the customer."""
        receivable = self.company_data["default_account_receivable"]
        revenue = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.day(-20),
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "debit": max(amount, 0),
                            "credit": max(-amount, 0),
                            **vals,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": revenue.id,
                            "debit": max(-amount, 0),
                            "credit": max(amount, 0),
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        return entry

    def test_entries_of_general_journals(self):
        """Odoo leaves them out of follow-up unless told otherwise. Without a due date
        they are due on their own day."""
        self.make_entry(500)
        self.plan()
        self.assertFalse(self.get_case(self.customer))
        self.make_entry(300, no_followup=False)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual(
            (case.amount_overdue, case.date_oldest_due), (300, self.day(-20))
        )

    def test_credit_of_a_general_journal(self):
        """Odoo excludes these entries from follow-up, debts and credits alike; who
        includes one has it counted."""
        self.make_invoice(self.customer, 500)
        entry = self.make_entry(-500)
        self.plan()
        self.assertEqual(self.get_case(self.customer).reason, "due")
        self.receivable(entry).no_followup = False
        self.plan()
        self.assertEqual(self.get_case(self.customer).reason, "covered")

    def test_customer_with_credits_only(self):
        self.make_credit(self.customer, 100, self.today)
        self.plan()
        self.assertFalse(self.get_case(self.customer))

    def test_vendor_bills_are_not_ours(self):
        self.make_invoice(self.customer, move_type="in_invoice")
        self.plan()
        self.assertFalse(self.get_case(self.customer))
