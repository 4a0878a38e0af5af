from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged

from ..letter.test_letter_proof import VALID
from ..letter.test_letters import DocumentCommon


@tagged("post_install", "-at_install")
class TestDemandHistory(DocumentCommon):
    """The final demand lists the history, as the collector approved it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls.env["res.partner"].create({"name": "Fair Agency LLC"})
        cls.policy.stage_ids.write(
            {
                "is_final_demand": True,
                "is_automatic": False,
                "deadline_days": 12,
                "referral_days": 5,
                "referral_partner_id": cls.agency.id,
                "template_id": cls.env.ref(
                    "account_collections.mail_template_final_demand"
                ).id,
            }
        )
        cls.customer = cls.make_customer("History")
        cls.invoice = cls.make_invoice(cls.customer, 1000, cls.day(-60))
        cls.users = cls.make_users()
        cls.step = cls.plan_step(cls.customer)
        cls.case = cls.step.case_id
        cls.make_letter("Formal demand of March", -20, tracking_number=VALID)
        cls.make_call("reached", -30, person="Ms. Peeters")
        cls.make_promise(-15, -8)

    @classmethod
    def make_letter(cls, subject, offset, **vals):
        moment = datetime.combine(cls.day(offset), datetime.min.time()).replace(hour=12)
        letter = cls.root["collection.letter"].create(
            {
                "case_id": cls.case.id,
                "company_id": cls.company.id,
                "channel": "certified",
                "partner_id": cls.customer.id,
                "subject": subject,
                "delivery_state": "delivered",
                "date_sent": moment,
                "date_delivered": cls.day(offset + 2),
                "signer": "J. Doe",
                **vals,
            }
        )
        cls.make_call("sent", offset, channel="certified", letter_id=letter.id)
        letter_contact = cls.case.contact_ids.filtered("letter_id")
        return letter, letter_contact

    @classmethod
    def make_call(cls, outcome, offset, **vals):
        moment = datetime.combine(cls.day(offset), datetime.min.time()).replace(hour=12)
        return cls.root["collection.contact"].create(
            {
                "case_id": cls.case.id,
                "channel": "phone",
                "outcome": outcome,
                "date": moment,
                "note": "Secret remark",
                "subject": vals.get("letter_id") and "Formal demand of March",
                **vals,
            }
        )

    @classmethod
    def make_promise(cls, taken, due):
        contact = cls.make_call("promise", taken, person="Mr. Story")
        promise = (
            cls.env["collection.promise"]
            .with_context(collection_as_of=cls.day(taken))
            .create(
                {
                    "case_id": cls.case.id,
                    "contact_id": contact.id,
                    "person": "Mr. Story",
                    "item_ids": [Command.set(cls.get_items(cls.invoice).ids)],
                    "line_ids": [Command.create({"date": cls.day(due), "amount": 400})],
                }
            )
        )
        # The nights after it evaluate it, and plan the letter again.
        cls.plan(cls.day(due + 4))
        cls.plan()
        assert cls.open_steps(cls.customer), cls.case.explanation
        cls.step = cls.open_steps(cls.customer).with_env(cls.dispatcher.env)
        return promise

    def get_text(self):
        [pages] = self.make_documents(self.step)
        return " ".join(pages)

    def test_chronologically_with_proofs_and_promises(self):
        text = self.get_text()
        parts = [
            "January 31, 2026" if "January 31, 2026" in text else "01/31/2026",
            "Ms. Peeters",
            "Formal demand of March",
            VALID,
            "signed by J. Doe",
            "Payment of $ 400.00 by 02/22/2026 was promised",
            "The payment of $ 400.00 promised by 02/22/2026 did not arrive",
        ]
        places = [text.index(part) for part in parts]
        self.assertEqual(places, sorted(places))
        self.assertNotIn("Secret remark", text)

    def test_names_deadline_referral_and_who(self):
        text = self.get_text()
        for told in (
            "March 14, 2026",
            "March 19, 2026",
            "Fair Agency LLC",
            "Pay",
            "Agree on installments",
            "Object",
        ):
            self.assertIn(told, text)
        self.step.stage_id.referral_partner_id = False
        self.assertIn("to a third party for collection", self.get_text())

    def test_the_collector_leaves_a_line_out(self):
        step = self.step.with_user(self.users["collector"]).with_context(
            allowed_company_ids=None
        )
        line = step.history_ids.filtered(lambda row: row.person == "Ms. Peeters")
        step.write({"history_ids": [Command.update(line.id, {"is_included": False})]})
        self.assertFalse(line.is_included)
        self.assertNotIn("Ms. Peeters", self.get_text())
        # It is remembered when the log changes, and what is new shows.
        self.make_call("refused", -2, person="Mr. New")
        self.env.invalidate_all()
        self.assertFalse(line.is_included)
        text = self.get_text()
        self.assertNotIn("Ms. Peeters", text)
        self.assertIn("Mr. New", text)
        line.is_included = True
        self.assertIn("Ms. Peeters", self.get_text())

    def test_what_is_never_told(self):
        void = self.make_call("reached", -4, person="Mr. Void")
        void.action_void("Wrong customer")
        self.make_call("no_answer", -4, person="Nobody home")
        self.make_call("reached", -4, channel="task", person="Internal talk")
        self.make_call("reached", -4, channel="other", person="Note to self")
        letter, _contact = self.make_letter("Never posted", -4)
        letter.delivery_state = "printed"
        text = self.get_text()
        for words in ("Mr. Void", "Nobody home", "Internal", "Note to self"):
            self.assertNotIn(words, text)
        sent = self.step.history_ids.contact_id.letter_id
        self.assertNotIn(letter, sent)

    def test_the_log_is_not_changed_from_here(self):
        line = self.step.history_ids[:1].with_env(self.env)
        with self.assert_refused("Here you can only include or leave out"):
            line.write({"moment": "2020-01-01"})
        with self.assertRaisesRegex(Exception, "not allowed"):
            line.with_user(self.users["invoicing"]).write({"is_included": False})
        with self.assertRaisesRegex(Exception, "by hand"):
            line.step_id.with_user(self.users["collector"]).excluded_lines = []
        self.assertTrue(line.is_included)

    def test_other_steps_list_nothing(self):
        self.step.stage_id.is_final_demand = False
        self.assertFalse(self.step.history_ids)
        self.assertNotIn("Ms. Peeters", self.get_text())
