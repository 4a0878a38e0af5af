import io
import re
from pathlib import Path

from odoo.modules import get_module_path
from odoo.tests import BaseCase, tagged
from odoo.tools import html2plaintext
from odoo.tools.pdf import PdfFileReader
from odoo.tools.translate import PoFileReader

from ..common.base import CollectionCommon

LANGUAGES = {"German": "de_DE", "French": "fr_FR"}
# Everything that the message and its documents say apart from names and figures.
WORDS = {
    "German": {
        "same": {"Bank", "Browser", "In", "Name", "Version"},
        "subject": "Förmliche Mahnung: Zahlung bis 12. März 2026",
        "mail": [
            "Sehr geehrte Damen und Herren,",
            "Wir fordern Sie hiermit förmlich auf, $ 1.406,00",
            "so zu zahlen, dass der Betrag bis 12. März 2026 auf unserem Konto eingeht",
            "Dieses Schreiben ist als PDF beigefügt",
            "Rechnung, Datum",
            "Fällig",
            "10 Tage überfällig",
            "bezahlt 100,00",
            "Offene Guthaben zu Ihren Gunsten",
            "Summe der Guthaben",
            "Saldo nach Abzug der Guthaben",
            "Rechnungen online ansehen",
            "So können Sie zahlen",
            "Verwendungszweck",
            "Mit freundlichen Grüßen",
            "20.02.2026",
        ],
        "letter": [
            "Unser Zeichen",
            "2. März 2026",
            "Sehr geehrte Damen und Herren,",
            "Rechnungsdatum",
            "Fälligkeitsdatum",
            "Tage überfällig",
            "Betrag",
            "Bezahlt",
            "Summe",
            "1.600,00",
            "1.406,00",
            "20.02.2026",
        ],
        "statement": [
            "Kontoauszug",
            "Dies ist auf Ihrem Kundenkonto offen, Stand 2. März 2026",
            "Überfällig",
            "Noch nicht fällig",
            "Kontosaldo",
            "1\N{EN DASH}30 Tage",
            "Über 90 Tage",
        ],
        "file": "Förmliche Mahnung",
        "statement file": "Kontoauszug",
    },
    "French": {
        "same": {
            "<strong>Total</strong>",
            "Date",
            "Document",
            "Document (SHA-256)",
            "E-mail",
            "Index",
            "Pages",
            "Signature",
            "Total",
            "Variable",
            "Version",
        },
        "subject": "Mise en demeure de payer au plus tard le 12 mars 2026",
        "mail": [
            "Madame, Monsieur,",
            "Nous vous mettons formellement en demeure de régler $ 1 406,00",
            "sur notre compte au plus tard le 12 mars 2026.",
            "Cette lettre est jointe au format PDF",
            "Facture, date",
            "Échéance",
            "10 jours de retard",
            "payé 100,00",
            "Avoirs disponibles en votre faveur",
            "Total des avoirs",
            "Solde après avoirs",
            "Voir vos factures en ligne",
            "Comment payer",
            "Référence à rappeler",
            "Cordialement,",
            "20/02/2026",
        ],
        "letter": [
            "Notre référence",
            "2 mars 2026",
            "Madame, Monsieur,",
            "Date de facture",
            "Date d\N{RIGHT SINGLE QUOTATION MARK}échéance",
            "Jours de retard",
            "Montant",
            "Payé",
            "Total",
            "1 600,00",
            "1 406,00",
            "20/02/2026",
        ],
        "statement": [
            "Relevé de compte",
            "Voici les montants en attente sur votre compte au 2 mars 2026",
            "En retard",
            "Non encore échu",
            "Solde du compte",
            "1-30 jours",
            "Plus de 90 jours",
        ],
        "file": "Mise en demeure",
        "statement file": "Relevé de compte",
    },
}
# Words of the English templates that are no words in the other languages.
ENGLISH = re.compile(
    r"\b(the|your|you|please|invoice|due|days|late|amount|paid|open|balance|account"
    r"|reference|kind|regards|statement|credits|overdue|dear|sir|and|of|by|with"
    r"|payment by|demand|questions|how to pay|tax id)\b",
    re.IGNORECASE,
)
# Also the words that a call guide leaves to who is calling.
PLACEHOLDERS = re.compile(
    r"%\(\w+\)[a-z]|%(?:\.\d+)?[sdfg]|%%|\[(?:name|title|company)\]"
)
EXPRESSIONS = re.compile(r"{{.*?}}|t-(?:out|if|else)=\"[^\"]*\"|</?\w+")


def _flatten(text):
    """:return: the text with single, ordinary blanks"""
    return re.sub(r"\s+", " ", re.sub("[\N{NO-BREAK SPACE}\u202f]", " ", text))


@tagged("post_install", "-at_install")
class TestTranslations(CollectionCommon):
    """What a customer gets is in the customer's language, down to the file name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        module = cls.root.ref("base.module_account_collections")
        for lang in LANGUAGES.values():
            cls.root["res.lang"]._activate_lang(lang)
            module._update_translations([lang])
        policy = cls.make_policy()
        # With another day than the shipped stage, which is another company's, and
        # with its translated name.
        cls.stage = cls.root.ref("account_collections.stage_default_formal").copy(
            {"policy_id": policy.id, "days": 1, "gap_days": 0, "is_automatic": True}
        )
        cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE71096123456769",
                "partner_id": cls.company.partner_id.id,
            }
        )
        cls.customers = {
            name: cls.make_customer(f"Kunde {lang}", lang=lang)
            for name, lang in LANGUAGES.items()
        }
        for customer in cls.customers.values():
            cls.pay(cls.make_invoice(customer, 1600), 100)
            cls.make_invoice(customer, 300, cls.day(30))
            cls.make_credit(customer, 94, cls.day(-5))
        cls.dispatcher = cls.root["collection.dispatcher"].with_context(
            collection_as_of=cls.today
        )

    def prepare(self):
        """:return: what the dispatcher prepares for the batch, per language"""
        self.plan()
        prepared = self.dispatcher.env["collection.executor"]._prepare(
            self.open_steps().with_env(self.dispatcher.env)
        )
        by_customer = {step.partner_id: own for step, own in prepared.items()}
        return {
            name: by_customer[customer] for name, customer in self.customers.items()
        }

    @staticmethod
    def read_mail(message):
        text = html2plaintext(message["html"], include_references=False)
        return _flatten(text.replace("*", ""))

    @staticmethod
    def read_document(message):
        reader = PdfFileReader(io.BytesIO(message["pdf"][1]))
        return _flatten(" ".join(page.extract_text() for page in reader.pages))

    def assert_says(self, text, parts):
        """Check that all parts are there, and no English word of ours."""
        for part in parts:
            self.assertIn(part, text)
        self.assertEqual(ENGLISH.findall(text), [], text)

    def test_letter_and_its_email_in_one_batch(self):
        self.stage.write({"channel": "letter", "with_email": True})
        messages = self.prepare()
        for name, words in WORDS.items():
            with self.subTest(name):
                message = messages[name]
                self.assertEqual(message["values"]["subject"], words["subject"])
                self.assert_says(self.read_mail(message), words["mail"])
                self.assert_says(
                    self.read_document(message), [words["subject"], *words["letter"]]
                )
                self.assertTrue(message["pdf"][0].startswith(f"{words['file']} "))

    def test_statement_with_the_email_in_one_batch(self):
        self.stage.write({"channel": "email", "attach_statement": True})
        messages = self.prepare()
        for name, words in WORDS.items():
            with self.subTest(name):
                file_name = messages[name]["pdf"][0]
                self.assertTrue(file_name.startswith(f"{words['statement file']} "))
                self.assert_says(self.read_document(messages[name]), words["statement"])

    def test_sent_in_each_language(self):
        """What was executed is kept in the language it was written in."""
        self.stage.write({"channel": "letter", "with_email": True})
        self.plan()
        self.execute()
        for name, lang in LANGUAGES.items():
            letter = self.env["collection.letter"].search(
                [("customer_id", "=", self.customers[name].id)]
            )
            self.assertEqual(letter.lang, lang)
            self.assertEqual(letter.subject, WORDS[name]["subject"])
            self.assertEqual(letter.mail_id.sudo().subject, letter.subject)
            self.assertTrue(
                letter.attachment_id.name.startswith(WORDS[name]["file"]),
                letter.attachment_id.name,
            )

    def test_every_shipped_message(self):
        """The words of no template are left in English."""
        self.plan()
        steps = self.open_steps().with_env(self.root)
        templates = self.root["mail.template"].search(
            [("model", "=", "collection.step"), ("id", "!=", self.template.id)]
        )
        self.assertGreaterEqual(len(templates), 6)
        for step in steps:
            lang = step.partner_id.lang
            for template in templates:
                with self.subTest(f"{template.name}, {lang}"):
                    for field in ("subject", "body_html"):
                        own = template.with_context(lang=lang)
                        text = own._render_field(field, step.ids, set_lang=lang)
                        text = html2plaintext(text[step.id])
                        self.assertEqual(ENGLISH.findall(text), [], text)

    def test_every_text_of_the_documents(self):
        """No text of e-mail, letter and statement is left in English."""
        views = self.root["ir.ui.view"].search(
            [
                ("key", "=like", "account_collections.collection_%"),
                ("type", "=", "qweb"),
            ]
        )
        field = views._fields["arch_db"]
        checked = 0
        for name, lang in LANGUAGES.items():
            for view in views:
                english = set(
                    field.get_trans_terms(view.with_context(lang=None).arch_db)
                )
                own = set(field.get_trans_terms(view.with_context(lang=lang).arch_db))
                left = {term for term in english & own if re.search("[a-z]{2}", term)}
                self.assertEqual(left - WORDS[name]["same"], set(), view.key)
                checked += len(english)
        self.assertGreater(checked, 60)


class TestTranslationFiles(BaseCase):
    """The files hold together: what the code fills in is in every language."""

    def get_entries(self):
        """Answer language, source and translation of every translated term."""
        folder = Path(get_module_path("account_collections")) / "i18n"
        files = sorted(folder.glob("*.po"))
        self.assertLessEqual({"de", "fr"}, {path.stem for path in files})
        return [
            (path.stem, row["src"], row["value"])
            for path in files
            for row in PoFileReader(str(path))
            if row["value"]
        ]

    def test_placeholders(self):
        for lang, source, value in self.get_entries():
            self.assertEqual(
                sorted(PLACEHOLDERS.findall(source)),
                sorted(PLACEHOLDERS.findall(value)),
                f"{lang}: {source}",
            )

    def test_markup_and_expressions(self):
        for lang, source, value in self.get_entries():
            self.assertEqual(
                sorted(EXPRESSIONS.findall(source)),
                sorted(EXPRESSIONS.findall(value)),
                f"{lang}: {source}",
            )
