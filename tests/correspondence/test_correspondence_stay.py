from odoo.tests import tagged

from .test_correspondence import CorrespondenceCommon


@tagged("post_install", "-at_install")
class TestCorrespondenceStay(CorrespondenceCommon):
    """After a petition the customer's counsel is written to, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lawyer = cls.make_customer("Counsel")
        cls.bankruptcy = cls.make_bankruptcy(lawyer_id=cls.lawyer.id)
        cls.claim = cls.env["collection.claim"].create(
            {"bankruptcy_id": cls.bankruptcy.id, "company_id": cls.company.id}
        )
        cls.records |= {cls.bankruptcy: None, cls.claim: None, cls.case: None}

    def test_only_counsel_is_reached(self):
        for record in self.records:
            with self.subTest(record._name):
                entry = self.write_to(record, self.customer | self.lawyer)
                self.assertEqual((entry.partner_id, entry.person), (self.lawyer, ""))
                envelopes = self.get_envelopes(
                    "writer@example.com", "counsel@example.com"
                )
                reached = {name for row in envelopes for name in row.recipients}
                self.assertEqual(reached, {"counsel@example.com"})
                message = record.message_ids[0]
                notice = message.notification_ids.filtered(
                    lambda row: row.res_partner_id == self.customer
                )
                self.assertEqual(notice.notification_status, "exception")

    def test_whom_no_stay_stops(self):
        """Trustee, claims agent, and who works for them; a lawyer of the customer who
        is none of them is written to afterwards."""
        trustee, agent, other = (
            self.make_customer(name) for name in ("Trustee", "Agent", "Other lawyer")
        )
        clerk = self.make_customer("Clerk", is_company=False, parent_id=trustee.id)
        self.customer.collection_lawyer_id = other
        self.bankruptcy.write({"trustee_id": trustee.id, "agent_id": agent.id})
        promise = next(iter(self.records))
        for person in (trustee, agent, clerk):
            entry = self.write_to(promise, person | self.customer | other)
            self.assertEqual((entry.partner_id, entry.person), (person, ""))
        self.assertFalse(self.write_to(promise, other))
        self.bankruptcy.sudo()._change_state("dismissed", self.today)
        self.assertEqual(self.write_to(promise, other).partner_id, other)

    def test_our_own_notice_goes_to_counsel(self):
        [dispute] = (row for row in self.records if row._name == "collection.dispute")
        vals = {
            "dispute_id": dispute.id,
            "decision": "reject",
            "cause_id": self.reason_cause.id,
            "answer": "The price is the agreed one.",
            "send_answer": True,
        }
        wizard = self.env["collection.dispute.resolve"].create(vals)
        with self.assert_refused("must not be collected"):
            wizard.action_resolve()
        self.customer.collection_lawyer_id = self.lawyer
        before = self.case.contact_ids
        wizard.action_resolve()
        entry = self.case.contact_ids - before
        self.assertEqual((entry.partner_id, entry.outcome), (self.lawyer, "sent"))
        self.assertEqual(entry.move_ids, dispute.move_id)

    def test_new_business_does_not_open_the_way_to_old_debts(self):
        """The case goes on with what was posted later; what is about the past does not
        reach the customer all the same."""
        fresh = self.make_invoice(
            self.customer, 70, issued=self.day(1), due=self.day(2)
        )
        self.plan(self.day(3))
        for record in self.records:
            with self.subTest(record._name):
                entry = self.write_to(record, self.customer, day=3)
                envelopes = self.get_envelopes("writer@example.com")
                is_free = record == self.case
                self.assertEqual(bool(entry), is_free)
                self.assertEqual(bool(envelopes), is_free)
        self.assertTrue(self.write_to(fresh, self.customer, day=3))

    def test_who_works_for_another_by_now(self):
        """The invoice is the debtor's still."""
        person = self.make_customer("Buyer", is_company=False)
        person.parent_id = self.customer
        invoice = self.make_invoice(person, 80)
        person.parent_id = self.adviser
        self.assertFalse(self.write_to(invoice, self.customer))
        self.assertFalse(self.get_envelopes("writer@example.com"))

    def test_what_is_settled_of_new_business(self):
        """The rest of the case is stayed, and no error meets who writes."""
        fresh = self.make_invoice(
            self.customer, 70, issued=self.day(1), due=self.day(2)
        )
        self.plan(self.day(3))
        promise = self.make_promise(fresh, (9, 70), day=self.day(3))
        self.pay(fresh, day=self.day(3))
        self.plan(self.day(3))
        self.assertFalse(self.write_to(promise, self.customer, day=3))
        self.assertFalse(self.get_envelopes("writer@example.com"))

    def test_afterwards_the_customer_is(self):
        for record in (self.bankruptcy, self.claim):
            self.assertFalse(self.write_to(record, self.customer))
        self.assertFalse(self.get_envelopes("writer@example.com"))
        self.bankruptcy.sudo()._change_state("dismissed", self.today)
        for record in (self.bankruptcy, self.claim):
            with self.subTest(record._name):
                entry = self.write_to(record, self.customer)
                self.assertEqual(entry.partner_id, self.customer)
        self.assertEqual(len(self.get_envelopes("writer@example.com")), 2)

    def test_the_answer_of_counsel(self):
        self.write_to(self.bankruptcy, self.lawyer)
        [envelope] = self.get_envelopes("counsel@example.com")
        before = self.case.contact_ids
        self.reply_to(envelope, From="Counsel <counsel@example.com>")
        entry = self.case.contact_ids - before
        self.assertEqual((entry.outcome, entry.partner_id), ("received", self.lawyer))
