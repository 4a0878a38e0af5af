import base64

from odoo.tests import tagged

from ..common.promise import PromiseCommon
from ..common.signing import SigningCommon
from ..letter.test_letters import DocumentCommon


class TermsCommon(SigningCommon, PromiseCommon):
    """Terms made, sent and signed on given days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Signer")
        cls.users = cls.make_users()

    @classmethod
    def make_terms(cls, day=None, env=None, **vals):
        return cls.as_of((env or cls.env)["collection.terms"], day).create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "date_from": cls.day(-100),
                "interest_kind": "rate",
                "interest_rate": 9,
                **vals,
            }
        )

    @classmethod
    def start(cls, day=None, **vals):
        """Make, send and sign terms, all on one day."""
        terms = cls.make_terms(day, **vals)
        cls.as_of(terms, day).action_offer()
        assert not cls.sign(terms, day)
        return terms

    def as_user(self, kind, record):
        return record.with_user(self.users[kind])

    def sign_on_paper(self, terms, day, scan=b"%PDF-1.4 scan", user="collector"):
        wizard = self.as_user(user, terms).action_open_paper()
        model = self.env["collection.signature.paper"]
        values = {
            name.removeprefix("default_"): value
            for name, value in wizard["context"].items()
        }
        form = self.as_user(user, model).create(
            {
                **values,
                "signed_by": "Mr. Paper",
                "date_signed": self.day(day),
                "scan": base64.b64encode(scan),
                "scan_name": "scan.pdf",
            }
        )
        self.as_of(form).action_file()
        self.env.invalidate_all()

    def get_valid(self, day, partner=None, company=None):
        return self.env["collection.terms"]._get_valid(
            partner or self.customer, company or self.company, self.day(day)
        )


@tagged("post_install", "-at_install")
class TestTerms(TermsCommon, DocumentCommon):
    """What was signed counts from the day of the signature, and nothing else does."""

    def test_what_counts_on_a_day(self):
        terms = self.start(self.day(0), date_to=self.day(30))
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        expected = {-100: False, -1: False, 0: True, 30: True, 31: False}
        for day, is_valid in expected.items():
            with self.subTest(day=day):
                self.assertEqual(bool(self.get_valid(day)), is_valid)
                self.assertEqual(bool(self.get_valid(day, contact)), is_valid)
        self.assertEqual(self.get_valid(10), terms)
        self.assertFalse(self.get_valid(10, self.make_customer("Other")))
        other = self.env["res.company"].create({"name": "Other company"})
        self.assertFalse(self.get_valid(10, company=other))

    def test_unsigned_terms_do_not_count(self):
        terms = self.make_terms()
        self.assertFalse(self.get_valid(0))
        self.as_of(terms).action_offer()
        self.assertFalse(self.get_valid(0))
        terms.sudo()._decline("Too high")
        self.assertFalse(self.get_valid(0))
        self.assertIn("Terms declined", terms.activity_ids.mapped("summary"))
        self.assertRegex(self.sign(terms), "can no longer be signed")

    def test_a_changed_document_voids_the_signature(self):
        terms = self.start(self.day(0))
        document = terms.sudo().document_id
        with self.assert_refused("is evidence"):
            document.raw = b"%PDF-1.4 other"
        # Past the program, in the storage itself.
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = NULL, db_datas = %s WHERE id = %s",
            (b"%PDF-1.4 other", document.id),
        )
        self.env.invalidate_all()
        self.assertFalse(self.get_valid(1))
        self.assertEqual(self.as_of(terms, self.day(1)).standing, "changed")

    def test_the_fingerprint_is_that_of_what_was_shown(self):
        terms = self.make_terms()
        self.as_of(terms).action_offer()
        old = terms.document_sha256
        terms.action_to_draft()
        terms.interest_rate = 12
        self.as_of(terms).action_offer()
        self.assertRegex(self.sign(terms, sha256=old), "read it again")
        self.assertFalse(self.sign(terms))
        self.assertEqual(terms.signed_ip, "192.0.2.7")
        self.assertTrue(terms.signed_document_id)
        with self.assert_refused("cannot be changed"):
            terms.interest_rate = 1
        with self.assert_refused("cannot be changed by hand"):
            terms.date_signed = self.day(-300)

    def test_versions_take_over(self):
        first = self.start(self.day(0))
        action = self.as_of(first, self.day(20)).action_new_version()
        second = self.env["collection.terms"].browse(action["res_id"])
        self.assertEqual((second.version, second.replaces_id), (2, first))
        second.interest_rate = 11
        self.as_of(second, self.day(20)).action_offer()
        self.assertEqual(self.get_valid(20), first)
        self.assertFalse(self.sign(second, self.day(25)))
        self.assertEqual(first.date_end, self.day(24))
        self.assertEqual(self.get_valid(24), first)
        self.assertEqual(self.get_valid(25), second)
        self.assertIn(second.name, first.end_reason)

    def test_a_version_of_the_future(self):
        first = self.start(self.day(0))
        second = self.start(self.day(5), date_from=self.day(50))
        self.assertEqual(first.state, "signed")
        self.assertEqual(self.get_valid(49), first)
        self.assertEqual(self.get_valid(50), second)
        self.as_of(second, self.day(60)).action_end()
        self.assertEqual(self.get_valid(60), second)
        self.assertFalse(self.get_valid(61))

    def test_on_paper(self):
        """Also what was signed before there was a document here."""
        terms = self.make_terms()
        with self.assert_refused("in the future"):
            self.sign_on_paper(terms, 1)
        self.sign_on_paper(terms, -40)
        self.assertEqual(terms.state, "signed")
        self.assertFalse(self.get_valid(-41))
        self.assertEqual(self.get_valid(-40), terms)
        with self.assert_refused("can no longer be signed"):
            self.sign_on_paper(terms, -30)

    def test_an_older_agreement_that_is_filed_later(self):
        """It ends where the next one begins, and ends nothing that came after it."""
        current = self.start(self.day(-10), date_from=self.day(-10))
        older = self.make_terms(date_from=self.day(-90), interest_rate=5)
        self.sign_on_paper(older, -90)
        self.assertEqual((current.state, current.date_end), ("signed", False))
        self.assertEqual((older.state, older.date_end), ("ended", self.day(-11)))
        self.assertEqual(self.get_valid(-11), older)
        self.assertEqual(self.get_valid(-10), current)
        self.assertEqual(self.get_valid(0), current)

    def test_refused(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        for sentence, vals in {
            "choose Signer": {"partner_id": contact.id},
            "cannot be negative": {"interest_rate": -1},
            "cannot end before": {"date_to": self.day(-101)},
        }.items():
            with self.subTest(sentence), self.assert_refused(sentence):
                self.make_terms(**vals)
                self.env.flush_all()
        with self.assert_refused("Enter the interest"):
            self.as_of(self.make_terms(interest_rate=0)).action_offer()
        with self.assert_refused("expired already"):
            self.as_of(self.make_terms(date_to=self.day(-1))).action_offer()
        with self.assert_refused("stay on record"):
            self.make_terms().sudo().unlink()

    def test_document_policy_and_mail(self):
        """The document says it all, the policy is its annex; both reach the
        customer."""
        terms = self.make_terms(
            lump_sum=40,
            credit_limit=5000,
            costs="The customer bears the agency's fee.",
            jurisdiction="Belgian law, courts of Brussels.",
            policy_id=self.policy_default.id,
        )
        own = self.as_of(self.as_user("collector", terms))
        own.action_offer()
        text = " ".join(self.read_pages(terms.sudo().document_id.raw))
        for part in (
            "interest of 9.00 % a year",
            "40.00",
            "5,000.00",
            "agency's fee",
            "courts of Brussels",
            "How we deal with late payment",
            "For Signer",
        ):
            self.assertIn(part, text)
        own.action_send()
        self.assertTrue(terms.is_sent)
        message = terms.message_ids[:1]
        self.assertIn("Read and sign the terms", message.body)
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.attachment_ids.raw, terms.sudo().document_id.raw)
        self.customer.email = False
        with self.assert_refused("no valid e-mail"):
            own.action_send()

    def test_the_case_says_what_counts(self):
        self.make_invoice(self.customer)
        self.plan()
        case = self.as_of(self.get_case(self.customer))
        reader = self.as_user("readonly", case)
        self.assertIn("No signed terms: interest by law only", reader.terms_text)
        terms = self.make_terms(lump_sum=40, date_to=self.day(10))
        case.invalidate_recordset()
        self.assertRegex(case.terms_text, "is not signed: interest by law only")
        self.as_of(terms).action_offer()
        self.sign(terms, self.day(0))
        self.assertRegex(
            case.terms_text, r"signed on .*: interest of 9.00 % a year, .*40.00 per"
        )
        late = self.as_of(case, self.day(11))
        self.assertRegex(late.terms_text, "not valid any more: interest by law only")

    def test_the_policy_for_a_customer_lists_them(self):
        self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        terms = self.start(self.day(0))
        streams = self.as_of(
            self.env["ir.actions.report"]
        )._render_qweb_pdf_prepare_streams(
            "account_collections.action_report_case_policy", {}, res_ids=case.ids
        )
        text = " ".join(self.read_pages(streams[case.id]["stream"].getvalue()))
        self.assertIn(f"We have agreed with you: {terms.name}", text)
        self.assertNotIn("cost you nothing", text)

    def test_apply_and_count(self):
        term = self.env.ref("account.account_payment_term_15days")
        terms = self.start(self.day(0), credit_limit=700, payment_term_id=term.id)
        self.as_of(terms).action_apply()
        customer = self.customer.with_company(self.company)
        self.assertEqual(customer.property_payment_term_id, term)
        self.assertEqual(customer.credit_limit, 700)
        self.assertEqual(customer.collection_terms_count, 1)

    def test_roles(self):
        terms = self.start(self.day(0))
        for kind in ("invoicing", "readonly"):
            self.assertEqual(self.as_user(kind, terms).interest_rate, 9)
            with self.assert_refused("not allowed"):
                self.as_user(kind, terms).action_end()
        for kind in ("internal", "portal"):
            with self.assert_refused("not allowed"):
                self.as_user(kind, terms).read(["name"])
        with self.assert_refused("nothing that customers sign"):
            self.env["collection.signature.paper"].create(
                {
                    "res_model": "res.partner",
                    "res_id": self.customer.id,
                    "signed_by": "x",
                    "scan": base64.b64encode(b"x"),
                }
            ).action_file()
