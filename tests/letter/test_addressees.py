from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestAddressees(CollectionCommon):
    """Who is written to, by whom, and where: people leave, move, and have several
    addresses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy({"days": 1})
        cls.customer = cls.make_customer("Reader")
        cls.collector = cls.make_user(
            "leaver",
            "account_collections.group_collection_user",
            name="Lea Ver",
            email="lea.ver@example.com",
        )
        cls.dispatcher = cls.root["collection.dispatcher"]
        cls.company.email = "billing@example.com"
        cls.company.alias_domain_id = cls.root["mail.alias.domain"].create(
            {"name": "mail.example.com", "catchall_alias": "catchall"}
        )

    def send(self, customer=None):
        """:return: the letter of the first reminder to a customer"""
        self.plan()
        self.execute()
        return self.get_case(customer or self.customer).letter_ids

    def plan_case(self, customer=None):
        self.make_invoice(customer or self.customer)
        self.plan()
        return self.get_case(customer or self.customer)

    def leave(self, user):
        user.sudo().write({"active": False, "email": "home@private.example.com"})

    # ------------------------------------------------------------------
    # People who have left
    # ------------------------------------------------------------------

    def test_a_collector_who_left_is_not_named(self):
        case = self.plan_case()
        case.user_id = self.collector
        self.assertEqual(case._get_collector(), self.collector)
        self.leave(self.collector)
        self.execute()
        mail = case.letter_ids.sudo().mail_id
        self.assertNotIn("Lea Ver", mail.email_from)
        self.assertNotIn("private", mail.email_from + mail.reply_to + mail.body_html)

    def get_copies(self, role, is_here):
        """:return: who gets copies of a reminder, of which one is to go to a role"""
        self.policy.stage_ids.copy_to = role
        customer = self.make_customer(f"{role} here {is_here}")
        self.make_invoice(customer).invoice_user_id = self.collector
        self.plan()
        self.get_case(customer).user_id = self.collector
        self.collector.sudo().active = is_here
        letter = self.send(customer)
        self.collector.sudo().active = True
        message = letter.mail_message_id
        copies = self.root["mail.mail"].search([("mail_message_id", "=", message.id)])
        return (copies - letter.sudo().mail_id).mapped("email_to")

    def test_no_copy_to_who_left(self):
        for role in ("collector", "salesperson"):
            self.assertEqual(
                self.get_copies(role, is_here=True), ['"Lea Ver" <lea.ver@example.com>']
            )
            self.assertEqual(self.get_copies(role, is_here=False), [])

    def test_a_to_do_goes_to_somebody_who_is_here(self):
        """The collector has left; then the policy's, and who is responsible."""
        self.customer.email = False
        case = self.plan_case()
        case.user_id = self.collector
        manager = self.make_user("boss", "account_collections.group_collection_manager")
        self.company.collection_responsible_id = manager
        self.leave(self.collector)
        self.execute()
        self.assertEqual(case.sudo().activity_ids.user_id, manager)

    def test_the_responsible_may_leave_too(self):
        """Whoever manages collections in this company then gets the to-dos."""
        self.company.collection_responsible_id = self.collector
        self.assertEqual(self.company._get_collection_responsible(), self.collector)
        self.leave(self.collector)
        chosen = self.company._get_collection_responsible()
        self.assertTrue(chosen.active)
        self.assertTrue(
            chosen.has_group("account_collections.group_collection_manager")
        )

    def test_nobody_of_another_company_gets_a_to_do(self):
        other = self.root["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("stranger", "base.group_user").sudo()
        stranger.company_ids = [Command.link(other.id)]
        self.assertEqual(self.company._get_collection_responsible(stranger), stranger)
        stranger.write({"company_id": other.id, "company_ids": [other.id]})
        chosen = self.company._get_collection_responsible(stranger)
        self.assertNotEqual(chosen, stranger)

    def get_reply_to(self, case):
        return self.dispatcher._prepare_sender_vals(case)[case.id]["reply_to"]

    def test_the_answer_goes_to_who_writes(self):
        """At night nobody in person runs the outbox."""
        case = self.plan_case()
        self.assertIn(self.company.name, self.get_reply_to(case))
        case.user_id = self.collector
        self.assertIn("Lea Ver", self.get_reply_to(case))
        self.execute()
        self.assertIn("Lea Ver", case.letter_ids.sudo().mail_id.reply_to)

    def test_a_company_without_address_writes_by_who_is_responsible(self):
        case = self.plan_case()
        self.company.email = False
        self.company.collection_responsible_id = self.collector
        self.assertEqual(self.dispatcher._get_author(case), self.collector.partner_id)
        self.execute()
        self.assertIn("Lea Ver", case.letter_ids.sudo().mail_id.email_from)

    def test_a_long_name_is_left_out_of_the_answer(self):
        """Instead of it, Odoo takes the name of whoever runs the outbox."""
        case = self.plan_case()
        self.collector.sudo().name = "Lea " + "Ver " * 20
        case.user_id = self.collector
        self.assertRegex(self.get_reply_to(case), r"^[^<> ]+@[^<> ]+$")

    # ------------------------------------------------------------------
    # Contacts who changed company
    # ------------------------------------------------------------------

    def test_a_contact_who_changed_company_is_not_written_to(self):
        competitor = self.make_customer("Competitor")
        anna = self.env["res.partner"].create(
            {
                "name": "Anna Berg",
                "parent_id": self.customer.id,
                "email": "anna@reader.example.com",
            }
        )
        self.make_invoice(anna)
        self.customer.collection_contact_id = anna
        anna.write({"parent_id": competitor.id, "email": "anna@competitor.example.com"})
        letter = self.send()
        self.assertEqual(letter.partner_id, self.customer)
        self.assertEqual(letter.address, self.customer.email)

    # ------------------------------------------------------------------
    # Several addresses
    # ------------------------------------------------------------------

    def test_every_address_is_written_down(self):
        self.customer.email = "good@example.com; gone@example.com"
        self.make_invoice(self.customer)
        letter = self.send()
        self.assertEqual(letter.address, "good@example.com, gone@example.com")
        self.assertTrue(letter._is_to("gone@example.com", self.env["res.partner"]))

    def test_one_address_of_two_bounces(self):
        self.customer.email = "good@example.com; gone@example.com"
        self.make_invoice(self.customer)
        letter = self.send()
        reach = self.env["collection.recipient"]._can_reach
        letter._receive_bounce("No such mailbox.", "gone@example.com")
        self.assertEqual(self.customer.collection_email_bounced, "gone@example.com")
        self.assertTrue(reach(self.customer, "email"))
        letter._receive_bounce("No such mailbox.", "good@example.com")
        self.assertFalse(reach(self.customer, "email"))
        self.customer.email = "new@example.com"
        self.assertTrue(reach(self.customer, "email"))

    def test_who_writes_from_the_second_address_is_known(self):
        self.customer.email = "first@example.com, second@example.com"
        case = self.plan_case()
        find = self.env["collection.case"]._find_by_sender
        found = find("Reader <second@example.com>", self.company)
        self.assertEqual(found, case)
        self.assertFalse(find("cond@example.com", self.company))

    # ------------------------------------------------------------------
    # Postal addresses
    # ------------------------------------------------------------------

    def test_what_a_letter_needs(self):
        reach = self.env["collection.recipient"]._can_reach
        for code, address, expected in (
            ("be", {"street": "Main Street 1", "city": "Ghent"}, True),
            ("be", {"street": False, "zip": "9000", "city": "Ghent"}, True),
            ("be", {"street": "Main Street 1", "city": False}, False),
            ("be", {"street": False, "zip": False, "city": "Ghent"}, False),
            ("sg", {"street": "1 Raffles Place", "zip": "048616"}, True),
            ("hk", {"street": "1 Queen's Road", "zip": False}, True),
            ("mc", {"street": False, "zip": "98000"}, False),
        ):
            blank = dict.fromkeys(("street", "street2", "zip", "city"), False)
            country = self.env.ref(f"base.{code}").id
            self.customer.write({**blank, "country_id": country, **address})
            self.assertEqual(reach(self.customer, "letter"), expected, (code, address))

    # ------------------------------------------------------------------
    # Accounts to pay to
    # ------------------------------------------------------------------

    def test_a_closed_account_is_not_named(self):
        closed, live = self.env["res.partner.bank"].create(
            [
                {
                    "acc_number": number,
                    "partner_id": self.company.partner_id.id,
                    "allow_out_payment": True,
                }
                for number in ("BE71096123456769", "BE68539007547034")
            ]
        )
        self.company.collection_bank_id = closed
        composer = self.env["collection.message.composer"]
        invoice = self.make_invoice(self.customer)
        invoice.partner_bank_id = closed
        self.assertEqual(composer._get_bank(self.company, invoice), closed)
        closed.active = False
        self.assertNotEqual(composer._get_bank(self.company, invoice), closed)
        self.assertTrue(composer._get_bank(self.company, invoice).active)
        (self.company.partner_id.bank_ids - live).active = False
        self.assertEqual(composer._get_bank(self.company, invoice), live)
        live.active = False
        self.assertFalse(composer._get_bank(self.company, invoice))
