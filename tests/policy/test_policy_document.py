from odoo.tests import tagged

from ..letter.test_letters import DocumentCommon


@tagged("post_install", "-at_install")
class TestPolicyDocument(DocumentCommon):
    """The policy in writing, and the confirmation of a promise, as pages."""

    def as_text(self, report, record):
        streams = record.env["ir.actions.report"]._render_qweb_pdf_prepare_streams(
            f"account_collections.action_report_{report}", {}, res_ids=record.ids
        )
        return " ".join(self.read_pages(streams[record.id]["stream"].getvalue()))

    def test_the_shipped_policy(self):
        self.policy_default.write(
            {"charges_text": "1 % a month.", "hours_text": "Monday to Friday, 9 to 17"}
        )
        users = self.make_users()
        text = self.as_text("policy", self.policy_default.with_user(users["invoicing"]))
        parts = [
            "How we deal with late payment",
            "5 days before the due date",
            "Courtesy reminder",
            "First reminder",
            "Formal demand",
            "Final demand",
            "Certified letter",
            "If you cannot pay in time",
            "1 % a month.",
            "Monday to Friday, 9 to 17",
        ]
        places = [text.index(part) for part in parts]
        self.assertEqual(places, sorted(places))
        self.assertNotIn("Referral", text)
        action = self.policy_default.action_print_policy()
        self.assertEqual(
            action["report_name"], "account_collections.report_collection_policy"
        )

    def test_without_charges_it_says_so(self):
        self.assertIn("cost you nothing", self.as_text("policy", self.policy_default))

    def test_charges_are_those_of_the_rule(self):
        customer = self.make_customer("Kunde", country_id=self.env.ref("base.de").id)
        self.make_invoice(customer)
        self.plan()
        case = self.get_case(customer)
        self.assertIn("cost you nothing", self.as_text("case_policy", case))
        self.policy.stage_ids[0].charges = "charge"
        self.env["collection.charge.rule"]._find(
            self.company, customer
        ).sudo().lump_once = True
        text = self.as_text("case_policy", case)
        self.assertNotIn("cost you nothing", text)
        self.assertIn("Interest of 9.00 points over the reference rate", text)
        self.assertRegex(text, "at present that is [0-9]+[.][0-9][0-9] % a year")
        self.assertRegex(text, "lump sum of 40.00.€ for each late invoice")
        self.assertIn("BGB §§ 247, 286, 288, 289; we ask for it from", text)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.policy.stage_ids.with_context(lang="fr_FR").name = "Mise en demeure"
        customer = self.make_customer("Client", lang="fr_FR")
        self.make_invoice(customer)
        self.plan()
        case = self.get_case(customer)
        self.assertIn("Mise en demeure", self.as_text("case_policy", case))
        self.assertNotIn("Mise en demeure", self.as_text("policy", self.policy))

    def test_the_confirmation_of_a_promise_prints(self):
        customer = self.make_customer("Promiser")
        self.make_invoice(customer, 500)
        self.plan()
        case = self.get_case(customer)
        promise = (
            self.env["collection.promise"]
            .with_context(collection_as_of=self.today)
            .create(
                {
                    "case_id": case.id,
                    "item_ids": [(6, 0, case.item_ids.ids)],
                    "line_ids": [(0, 0, {"date": self.day(7), "amount": 500})],
                }
            )
        )
        text = self.as_text("promise", promise)
        self.assertIn("What we agreed", text)
        self.assertIn("$ 500.00", text)
