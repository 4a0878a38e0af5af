import re
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common.claim import ClaimCommon
from .test_claim_packet import read_pages

# The words of the form, in their order: the text of the courts' electronic proof of
# claim of July 2026 and of the printed form of 04/25 (Rule 9009(a)).
OFFICIAL_WORDS = Path(__file__).with_name("form_410.txt").read_text(encoding="utf-8")
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
                "Exhibit: security and its perfection",
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
                "has_account": "yes",
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
            "☒ Up to $3,800* of deposits",
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

    def get_answers(self, claim):
        """:return: list of what a form says beside the words of the court, which it has
        to say in their order: what stands before each of its lines, and at the end"""
        document = self.env["collection.claim.document"]
        own = claim.with_context(lang=claim.lang)
        template, values = document.with_env(own.env)._get_part(own, "form")
        html = self.env["collection.message.composer"]._render(template, values)
        html = re.sub(r"<style>.*?</style>", "", str(html), flags=re.DOTALL)
        text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
        # Marks of type stand apart from the words they belong to.
        text = re.sub(r" ([,.;*)])", r"\1", text).replace("( ", "(")
        text = text.replace("&#39;", "'").replace("&amp;", "&")
        answers, place = [], 0
        for line in OFFICIAL_WORDS.splitlines():
            start = text.find(line, place)
            self.assertGreaterEqual(
                start, 0, f"{line!r} is not in {text[place:][:300]}"
            )
            answers.append(text[place:start].strip())
            place = start + len(line)
        return [*answers, text[place:].strip()]

    def test_the_words_of_the_form_are_those_of_the_court(self):
        """All of them, in their order, and no other: nobody answered anything yet."""
        self.claim.notice_partner_id = False
        self.claim.bankruptcy_id.partner_id.name = "Jane Debtor"
        answers = [
            part.strip("☐ $") for part in self.get_answers(self.claim) if part != "☐"
        ]
        self.assertEqual(
            [part for part in answers if part],
            [
                "Jane Debtor",
                "District of Tests",
                "26-10001",
                self.company.name,
                "20,000.00",
                "☒",
            ],
        )

    def test_the_words_are_the_same_in_every_language(self):
        """Even where nobody has English, and where each question is answered."""
        for code in ("de_DE", "fr_FR"):
            self.env["res.lang"]._activate_lang(code)
        english = self.get_answers(self.answer_all(self.claim))
        self.claim = self.claim.with_context(lang="fr_FR")
        self.assertEqual(self.get_answers(self.claim), english)
        document = self.env["collection.claim.document"].with_context(lang="fr_FR")
        template, values = document._get_part(
            self.claim.with_context(lang="fr_FR"), "form"
        )
        html = document.env["collection.message.composer"]._render(template, values)
        self.assertIn("Who is the current creditor?", html2plaintext(str(html)))

    def test_the_caption_has_the_district_and_both_debtors(self):
        for court in self.env["collection.court"].search([("is_us", "=", True)]):
            self.claim.bankruptcy_id.sudo().court_id = court
            values = self.env["collection.claim.document"]._get_410_values(self.claim)
            with self.subTest(court.name):
                self.assertRegex(values["district"], "^[A-Z][a-z]+ (of |District of )")
                self.assertNotIn("Court", values["district"])
        self.assertFalse(values["spouse"])
        spouse = self.make_customer("Spouse")
        (self.customer | spouse).is_company = False
        self.make_bankruptcy(spouse, court_id=self.claim.court_id.id)
        self.claim.bankruptcy_id.invalidate_recordset()
        values = self.env["collection.claim.document"]._get_410_values(self.claim)
        self.assertEqual(values["spouse"], spouse)
        self.assertIn("Spouse", self.get_answers(self.claim))

    def test_what_is_not_answered_is_blank(self):
        """A zero would be a statement."""
        self.answer_all(self.claim)
        self.claim.write({"is_secured": "no", "security_value": 500, "lease_cure": 7})
        text = " ".join(self.get_answers(self.claim))
        for amount in ("0.00 ", "500.00", "7.00"):
            self.assertNotIn(f" {amount}", text.replace("20,000.00", ""))
        self.assertEqual(self.get_answers(self.claim).count("☒"), 10)
        self.claim.write({"has_account": False, "is_amending": False})
        self.assertIn("Number for the debtor?", self.claim.missing)
        self.assertIn("Amends a claim already filed?", self.claim.missing)
        self.assertEqual(self.get_answers(self.claim).count("☒"), 8)

    def test_an_earlier_claim_of_another_program_is_declared(self):
        self.answer_all(self.claim)
        self.claim.is_amending = "yes"
        self.assertEqual(self.claim.missing, ["That claim was filed on"])
        self.claim.write({"amended_number": "7-1", "date_amended": self.day(-3)})
        self.assertFalse(self.claim.missing)
        text = self.print_form()
        self.assertIn("(if known) 7-1", text)
        self.assertIn("Filed on 02/27/2026", text)

    def test_a_security_is_shown_to_be_perfected(self):
        """Rule 3001(d)."""
        self.answer_all(self.claim).is_secured = "yes"
        words = "Exhibit: security and its perfection"
        self.assertIn(words, self.claim.missing)
        self.claim.exhibit_ids = [
            (0, 0, {"kind": "security", "missing_reason": "Filed with the state"})
        ]
        self.assertNotIn(words, self.claim.missing)

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
            "Draft for counsel.",
            "DISTRICT OF TESTS",
            "In re:",
            "Chapter 7",
            "Request for payment of an administrative expense",
            "11 U.S.C. § 503(b)(9)",
            "Their value is $ 1,550.00 .",
            "allows an administrative expense of $ 1,550.00",
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
            "fr": (
                "Déclaration de créance",
                "Not yet due",
                "sincere and true",
                "Not in litigation",
            ),
            "eu": ("Regulation (EU) 2015/848", "When it arose", "Set-off"),
            "ca": ("Particulars for Form 31", "Payments received in the 3 months"),
            "au": ("Particulars for Form 535", "Satisfaction or", "at arm's length"),
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
