from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestAddressCorrection(CollectionCommon):
    """A collector corrects how a customer is reached, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.make_policy({"days": 1})
        cls.customer = cls.make_customer("Unreachable", email=False)
        cls.make_invoice(cls.customer)
        cls.plan()
        cls.execute()
        cls.case = cls.get_case(cls.customer)
        cls.step = cls.open_steps(cls.customer)

    def open_dialog(self, record, kind="collector", button="action_correct_address"):
        """Answer the form of the dialog as a button opens it."""
        record = record.with_user(self.users[kind]).with_context(
            collection_as_of=self.today
        )
        action = getattr(record, button)()
        model = record.env[action["res_model"]].with_context(**action["context"])
        return Form(model)

    def test_a_failed_step_is_corrected_and_tried_again(self):
        self.assertEqual(self.step.state, "failed")
        with self.assertRaises(AccessError):
            self.customer.with_user(self.users["collector"]).email = "a@example.com"
        with self.open_dialog(self.step) as form:
            self.assertEqual(form.partner_id, self.customer)
            self.assertEqual(form.name, "Unreachable")
            form.email = "right@example.com"
        form.record.action_save()
        self.assertEqual(self.customer.email, "right@example.com")
        self.assertEqual(self.step.state, "planned")
        entry = self.case.message_ids[0]
        self.assertIn("right@example.com", entry.body)
        self.assertEqual(entry.author_id, self.users["collector"].partner_id)
        self.execute()
        self.assertEqual(self.step.state, "done")
        self.assertEqual(self.case.letter_ids.address, "right@example.com")

    def test_somebody_new_is_written_to(self):
        with self.open_dialog(self.case) as form:
            form.partner_id = self.env["res.partner"]
            form.name, form.email = "Nora New", "nora@example.com"
            form.is_addressee = True
        form.record.action_save()
        [new] = self.customer.child_ids
        self.assertEqual((new.name, new.email), ("Nora New", "nora@example.com"))
        self.assertEqual(self.customer.collection_contact_id, new)
        self.assertEqual(new.commercial_partner_id, self.customer)

    def test_somebody_new_elsewhere(self):
        """They keep the address that was typed, and the company keeps its own."""
        self.customer.street = "Main Street 1"
        with self.open_dialog(self.case) as form:
            form.partner_id = self.env["res.partner"]
            form.name, form.street = "Nora New", "Side Street 2"
        form.record.action_save()
        self.assertEqual(self.customer.child_ids.street, "Side Street 2")
        self.assertEqual(self.customer.street, "Main Street 1")

    def test_the_details_of_somebody_else_are_no_start(self):
        """Whoever clears "Who" enters somebody new, with a telephone of their own; what
        an unknown sender is called stays."""
        self.customer.write({"phone": "+1 555 0100", "street": "Main Street 1"})
        with self.open_dialog(self.case) as form:
            self.assertEqual(form.phone, "+1 555 0100")
            form.partner_id = self.env["res.partner"]
            self.assertFalse(form.phone or form.email or form.name or form.street)
            form.name = "Nora New"
        form.record.action_save()
        self.assertFalse(self.customer.child_ids.phone)
        action = self.case._open_address_correction(partner_id=False, name="Ned New")
        model = self.env[action["res_model"]].with_context(**action["context"])
        self.assertEqual(Form(model).name, "Ned New")

    def test_the_address_of_one_person(self):
        """A contact moves, and the company stays where it is."""
        self.customer.street = "Main Street 1"
        contact = self.env["res.partner"].create(
            {"name": "Carla", "parent_id": self.customer.id, "type": "contact"}
        )
        with self.open_dialog(self.case) as form:
            form.partner_id = contact
            form.street = "Side Street 2"
        form.record.action_save()
        self.assertEqual(contact.street, "Side Street 2")
        self.assertEqual(self.customer.street, "Main Street 1")

    def test_what_is_refused(self):
        other = self.make_customer("Other")
        login = self.env["res.partner"].create(
            {
                "name": "Works here",
                "email": "login@example.com",
                "parent_id": self.customer.id,
            }
        )
        user = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "visitor",
                "partner_id": login.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        with self.open_dialog(self.case) as form:
            form.email = "no address"
        with self.assert_refused("not a valid e-mail address"):
            form.record.action_save()
        form.record.email = "right@example.com"
        form.record.partner_id = other
        with self.assertRaisesRegex(AccessError, "does not belong"):
            form.record.action_save()
        form.record.partner_id = user.partner_id
        form.record.email = "mine@example.com"
        with self.assertRaisesRegex(AccessError, "logs in here"):
            form.record.action_save()
        form.record.write({"email": user.partner_id.email, "phone": "+32 2 555 01 02"})
        form.record.action_save()
        self.assertEqual(user.partner_id.phone, "+32 2 555 01 02")
        self.assertEqual(user.partner_id.email, "login@example.com")
        with self.assertRaises(AccessError):
            self.open_dialog(self.case, "invoicing")

    def test_the_sender_of_a_mail_is_kept(self):
        mail = self.root["collection.inbox"].create(
            {
                "name": "Question",
                "company_id": self.company.id,
                "email_from": "Bea Bookkeeper <bea@example.com>",
                "case_id": self.case.id,
            }
        )
        with self.open_dialog(mail, button="action_keep_sender") as form:
            self.assertFalse(form.partner_id)
            self.assertEqual(form.name, "Bea Bookkeeper")
        form.record.action_save()
        self.assertEqual(self.customer.child_ids.email, "bea@example.com")
