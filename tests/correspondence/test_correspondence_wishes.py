# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_correspondence import CorrespondenceCommon


@tagged("post_install", "-at_install")
class TestCorrespondenceWishes(CorrespondenceCommon):
    """Who has asked not to be contacted is not written to, whoever writes."""

    def refuse(self, record, people, **vals):
        with self.assert_refused("has asked not to be contacted"):
            self.write_to(record, people, **vals)

    def override(self, channel="email"):
        case = self.case.with_user(self.users["manager"])
        case = case.with_context(collection_as_of=self.day(0))
        case._override_limit(channel, "They asked by phone")

    def test_nothing_is_written_to_them(self):
        self.customer.collection_do_not_contact = True
        for record in [*self.records, self.case]:
            with self.subTest(record._name):
                self.refuse(record, self.customer)
                self.refuse(record, self.customer | self.adviser)
                # Notes, and what goes to others, are written as ever.
                self.assertFalse(self.write_to(record, self.adviser))
        self.assertFalse(self.get_envelopes("writer@example.com"))

    def test_nor_to_followers_and_bare_addresses(self):
        self.customer.collection_do_not_contact = True
        self.refuse(self.case, self.adviser, outgoing_email_to="Writer@example.com")
        self.case.message_subscribe(self.customer.ids)
        self.refuse(self.case, self.adviser)

    def test_one_person_of_several(self):
        person = self.make_customer(
            "Buyer", is_company=False, parent_id=self.customer.id
        )
        person.collection_do_not_contact = True
        self.refuse(self.case, person)
        self.assertTrue(self.write_to(self.case, self.customer))

    def test_a_manager_overrides_once(self):
        self.customer.collection_do_not_contact = True
        with self.assertRaises(AccessError):
            self.case.with_user(self.users["collector"])._override_limit("email", "x")
        self.override()
        entry = self.write_to(self.case, self.customer)
        self.assertEqual((entry.partner_id, entry.outcome), (self.customer, "sent"))
        self.refuse(self.case, self.customer)
        # For e-mail it says nothing about texts, and the other way round.
        self.override("sms")
        self.refuse(self.case, self.customer)

    def test_no_text_either(self):
        self.customer.collection_do_not_contact = True
        self.customer.phone = "+1 303 555 0155"
        case = self.case.with_user(self.users["collector"])
        case = case.with_context(collection_as_of=self.day(0))
        with self.assert_refused("has asked not to be contacted"):
            case._message_sms("Please call.", partner_ids=self.customer.ids)
        self.override("sms")
        case._message_sms("Please call.", partner_ids=self.customer.ids)
        self.assertTrue(self.root["sms.sms"].search([("body", "ilike", "Please")]))

    def test_what_is_written_to_many_at_once(self):
        self.customer.collection_do_not_contact = True
        composer = self.env["mail.compose.message"].with_user(self.users["collector"])
        composer = composer.with_context(
            active_model="collection.case", active_ids=self.case.ids
        ).create(
            {
                "composition_mode": "mass_mail",
                "model": "collection.case",
                "res_ids": repr(self.case.ids),
                "subject": "To all",
                "body": "<p>We have moved.</p>",
                "partner_ids": self.customer.ids,
            }
        )
        composer._action_send_mail()
        mail = self.root["mail.mail"].search([("subject", "=", "To all")])
        self.assertTrue(mail)
        self.assertFalse(self.get_envelopes("writer@example.com"))
        self.assertEqual(mail.state, "cancel")
        self.assertIn("asked not to be contacted", mail.failure_reason)

    def test_their_lawyer_is_written_to(self):
        lawyer = self.make_customer("Counsel")
        self.customer.write(
            {"collection_do_not_contact": True, "collection_lawyer_id": lawyer.id}
        )
        self.assertEqual(self.write_to(self.case, lawyer).partner_id, lawyer)

    def test_an_invoice_that_is_not_due_is_sent(self):
        self.customer.collection_do_not_contact = True
        fresh = self.make_invoice(self.customer, 70, due=self.day(30))
        self.write_to(fresh, self.customer)
        self.assertTrue(self.get_envelopes("writer@example.com"))

    def test_readers_do_not_write_to_customers(self):
        reader = new_test_user(
            self.root, "auditor", groups="account.group_account_readonly"
        )
        self.users = {**self.users, "collector": reader}
        for record in [*self.records, self.case]:
            with self.subTest(record._name), self.assertRaises(AccessError):
                self.write_to(record, self.customer)
        self.assertFalse(self.get_envelopes("writer@example.com"))
