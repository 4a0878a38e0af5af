from odoo.tests import tagged

from ..common.claim import ClaimCommon
from .test_claim_packet import read_pages

# The parts and numbers of the form, in their order.
NUMBERS = [
    "Part 1:",
    "1. Who is the current creditor?",
    "2. Has this claim been acquired",
    "3. Where should notices",
    "4. Does this claim amend",
    "5. Do you know if anyone else",
    "Part 2:",
    "6. Do you have any number",
    "7. How much is the claim?",
    "8. What is the basis",
    "9. Is all or part of the claim secured?",
    "10. Is this claim based on a lease?",
    "11. Is this claim subject to a right of setoff?",
    "12. Is all or part of the claim entitled to priority",
    "Part 3:",
]


@tagged("post_install", "-at_install")
class TestClaimForm(ClaimCommon):
    """Official Form 410 and its equivalents, as they are printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 20000, cls.day(-30))
        cls.claim = cls.make_claim()

    def print_form(self, claim=None):
        claim = claim or self.claim
        binder = self.env["collection.claim.packet"]
        return " ".join(read_pages(binder._print(claim, "form")))

    def test_the_checklist_asks_for_what_is_missing(self):
        self.assertIn("Secured?", self.claim.missing)
        self.assertIn("Title of the signer", self.claim.missing)
        self.assertIn("Secured?", self.claim.missing_html)
        self.answer_all(self.claim)
        self.assertFalse(self.claim.missing)
        self.claim.write({"is_secured": "yes", "is_acquired": "yes"})
        self.assertEqual(
            set(self.claim.missing),
            {
                "Acquired from",
                "Property",
                "Basis for perfection",
                "Value of the property",
                "Secured",
            },
        )
        self.claim.write({"is_secured": "no", "amount_secured": 5, "is_acquired": "no"})
        self.assertIn("is answered “No”, with an amount", str(self.claim.missing))

    def test_the_signer_is_filled_in_from_the_user(self):
        user = self.env.user
        user.partner_id.write({"function": "Credit manager", "phone": "+32 5"})
        self.claim.signer_id = user
        self.assertEqual(self.claim.signer_name, user.name)
        self.assertEqual(self.claim.signer_title, "Credit manager")
        self.assertEqual(self.claim.signer_phone, "+32 5")
        self.assertIn("Harbor 1", self.claim.signer_address)

    def test_form_410(self):
        self.answer_all(self.claim)
        self.claim.write(
            {
                "account_digits": "4711",
                "is_secured": "yes",
                "security_kind": "other",
                "security_description": "A milling machine",
                "perfection": "Financing statement",
                "security_value": 6000,
                "amount_secured": 5000,
                "has_priority": "yes",
                "priority_ids": [(0, 0, {"kind": "deposit", "amount_claimed": 4000})],
                "has_goods": "yes",
                "goods_ids": [
                    (
                        0,
                        0,
                        {
                            "move_id": self.invoice.id,
                            "date_received": self.day(-20),
                            "amount": 1200,
                        },
                    )
                ],
                "line_ids": [(0, 0, {"kind": "charge", "name": "Fees", "amount": 77})],
            }
        )
        text = self.print_form()
        self.check_numbering(text)
        for part in (
            "Official Form 410",
            "District of Tests",
            "26-10001",
            "20,077.00",
            "☒ Yes. Attach statement itemizing",
            "☒ Other. Describe: A milling machine",
            "15,077.00",
            "☒ Up to $ 3,800.00* of deposits",
            "adjustment on 4/01/28",
            "☒ I am the creditor.",
            "☐ I am a guarantor",
            "Jane Credit",
            "Credit manager",
            "4711",
        ):
            self.assertIn(part, text.replace("\N{NO-BREAK SPACE}", " "))
        # An administrative expense is no part of the form, which says so on its top.
        self.assertNotIn("13. ", text)
        self.assertNotIn("1,200.00", text)
        self.assertEqual(self.claim.amount_priority, 3800)
        self.assertEqual(self.claim.amount_unsecured, 20077 - 5000 - 3800 - 1200)

    def test_goods_of_the_last_days_are_asked_for_separately(self):
        self.answer_all(self.claim)
        values = [(-20, 1200), (-17, 300), (-20, 50)]
        self.claim.goods_ids = [
            (
                0,
                0,
                {
                    "move_id": self.invoice.id,
                    "date_received": self.day(day),
                    "name": "Pumps",
                    "amount": amount,
                },
            )
            for day, amount in values
        ]
        self.make_filed(self.claim)
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        action = self.env.ref("account_collections.action_report_claim_goods")
        content, _type = report._render_qweb_pdf(action, self.claim.ids)
        text = " ".join(read_pages(content)).replace("\N{NO-BREAK SPACE}", " ")
        for part in (
            "Request for payment of an administrative expense",
            "11 U.S.C. § 503(b)(9)",
            "their value, $ 1,550.00 , be allowed",
            "Received on 02/10/2026 $ 1,250.00",
            "Received on 02/13/2026 $ 300.00",
            "proof of claim 22-1",
            "paid once",
            "Jane Credit",
        ):
            self.assertIn(part, text)
        reports = action.get_valid_action_reports("collection.claim", self.claim.ids)
        self.assertIn(action.id, reports)

    def check_numbering(self, text):
        places = [text.find(number) for number in NUMBERS]
        self.assertNotIn(-1, places)
        self.assertEqual(places, sorted(places))

    def test_an_amendment_says_what_it_amends(self):
        self.answer_all(self.claim)
        self.make_filed(self.claim)
        text = self.print_form(self.claim._amend("More."))
        self.assertIn(
            "☒ Yes. Claim number on court claims registry (if known) 22-1", text
        )
        self.assertIn("Filed on 03/02/2026", text)

    def test_each_procedure_asks_its_own(self):
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "BE71 0961 2345 6769",
                "partner_id": self.company.partner_id.id,
            }
        )
        expected = {
            "uk": ("Proof of debt", "Value added tax", bank.acc_number),
            "de": (
                "Forderungsanmeldung (§ 174 InsO)",
                "intentional tort",
                "Absonderung",
            ),
            "fr": ("Déclaration de créance", "Not yet due", "sincere and true"),
            "eu": ("Regulation (EU) 2015/848", "When it arose", "Set-off"),
            "ca": ("Proof of claim (Form 31)", "Payments received in the 3 months"),
            "au": ("(Form 535)", "Satisfaction or security", "at arm's length"),
            "other": ("Proof of claim", "Principal"),
        }
        for number, (procedure, parts) in enumerate(expected.items()):
            with self.subTest(procedure):
                customer = self.make_customer(f"Debtor {procedure}")
                self.make_invoice(customer, 500, self.day(-30))
                bankruptcy = self.make_bankruptcy(
                    customer,
                    case_number=f"IN {number}",
                    chapter="foreign",
                    procedure=procedure,
                    court_id=self.make_court(
                        name="Elsewhere", code=procedure, is_us=False
                    ).id,
                )
                claim = self.make_claim(bankruptcy)
                claim.write({"signer_name": "Jane Credit", "basis": "Goods"})
                self.assertNotIn("Acquired from someone else?", claim.missing)
                text = self.print_form(claim)
                for part in (*parts, "500.00", "Jane Credit", "Debtor " + procedure):
                    self.assertIn(part, text)

    def test_the_table_names_every_procedure(self):
        """Each procedure that a bankruptcy can have has its sections."""
        from odoo.addons.account_collections.models.bankruptcy import (
            collection_bankruptcy,
        )
        from odoo.addons.account_collections.report.claim import collection_claim_letter

        keys = {key for key, _label in collection_bankruptcy.PROCEDURES}
        self.assertEqual(keys, collection_claim_letter.SECTIONS.keys())
