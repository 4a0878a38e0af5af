# What colleagues write in tests is not translated.
# pylint: disable=translation-required
import xmlrpc.client

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common.base import CollectionCommon

# Logins of the users of these tests are their passwords as well.
WORKERS = ("collector", "manager", "invoicing")
LOGGERS = (
    "odoo.addons.rpc.controllers.jsonrpc",
    "odoo.addons.rpc.controllers.xmlrpc",
)


@tagged("post_install", "-at_install")
class TestLogAttack(CollectionCommon, HttpCase):
    """The log resists what real users send over the network, by both protocols."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.customer = cls.make_customer("Log")
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        files = cls.env["ir.attachment"].with_user(cls.users["collector"])
        cls.file = files.create({"name": "one.txt", "raw": b"said"}).sudo()
        cls.contact = (
            cls.env["collection.contact"]
            .with_user(cls.users["collector"])
            .create(
                {
                    "case_id": cls.case.id,
                    "outcome": "refused",
                    "note": "They refused.",
                    "partner_id": cls.customer.id,
                    "move_ids": [Command.set(cls.invoice.ids)],
                    "attachment_ids": [Command.set(cls.file.ids)],
                }
            )
        )
        cls.seal = cls.contact.seal_ids

    def setUp(self):
        super().setUp()
        # Refusals, and that these protocols are to go one day.
        self.enterContext(mute_logger("odoo.http", "odoo.sql_db", *LOGGERS))

    def get_attacks(self):
        """:return: list of (model, method, arguments) that would change the log"""
        entry, ids = self.contact.id, [self.contact.id]
        case, invoice, customer = self.case.ids, self.invoice.ids, self.customer.ids
        new = {"case_id": self.case.id, "outcome": "reached"}
        forged = (
            {"outcome": "sent"},
            {"user_id": self.users["internal"].id},
            {"is_void": True},
            {"user_name": "Somebody else", "logged_date": "2020-01-01 00:00:00"},
            {"letter_id": 1},
        )
        commands = (
            [int(Command.UPDATE), entry, {"note": "They will pay."}],
            [int(Command.DELETE), entry, 0],
            [int(Command.UNLINK), entry, 0],
            [int(Command.CLEAR), 0, 0],
            [int(Command.SET), 0, []],
            [int(Command.CREATE), 0, {"outcome": "sent"}],
        )
        return [
            ("collection.contact", "write", [ids, {"note": "They will pay."}]),
            ("collection.contact", "web_save", [ids, {"note": "x"}, {"id": {}}]),
            ("collection.contact", "unlink", [ids]),
            ("collection.contact", "load", [[".id", "note"], [[str(entry), "x"]]]),
            ("collection.contact", "_revise", [ids, "void", {"note": "x"}]),
            ("collection.contact", "action_complete", [ids, {"outcome": "reached"}]),
            *(("collection.contact", "create", [{**new, **vals}]) for vals in forged),
            *(
                ("collection.case", "write", [case, {"contact_ids": [command]}])
                for command in commands
            ),
            # From the customer and from the invoice, through what they hold.
            *(
                (model, "write", [record, {field: [[1, child, vals]]}])
                for model, record, field, child, vals in self.get_paths(commands)
            ),
            ("collection.case", "unlink", [case]),
            ("account.move", "unlink", [invoice]),
            ("res.partner", "unlink", [customer]),
            ("res.users", "unlink", [self.users["collector"].ids]),
            ("collection.contact.seal", "write", [self.seal.ids, {"content": "{}"}]),
            ("collection.contact.seal", "unlink", [self.seal.ids]),
            ("collection.contact.seal", "create", [{"contact_id": entry}]),
            ("ir.attachment", "write", [self.file.ids, {"raw": "eA=="}]),
            ("ir.attachment", "write", [self.file.ids, {"res_model": "res.partner"}]),
            ("ir.attachment", "unlink", [self.file.ids]),
            ("collection.case", "_log_mail", [case, {"subject": "x"}, 1, "received"]),
            ("collection.case", "message_update", [case, {"subject": "x"}]),
            ("account.move", "message_update", [invoice, {"subject": "x"}]),
        ]

    def get_paths(self, commands):
        """:return: list of (model, ids, field, child, values): one2many fields of
        customers and invoices whose records lead to a case or to entries"""
        paths = []
        for record in (self.customer, self.invoice):
            for name, field in record._fields.items():
                if field.type not in ("one2many", "many2many"):
                    continue
                target = self.env[field.comodel_name]
                if not field.comodel_name.startswith(("collection.", "account.move")):
                    continue
                for inner, inner_field in target._fields.items():
                    if inner_field.comodel_name == "collection.contact" and (
                        inner_field.type in ("one2many", "many2many")
                    ):
                        child = record[name][:1].id
                        paths += [
                            (record._name, record.ids, name, child, {inner: [command]})
                            for command in commands
                        ]
        return paths

    def get_state(self):
        self.env.invalidate_all()
        return (
            self.env["collection.contact.seal"]._get_contents(
                self.case.contact_ids.sorted("id")
            ),
            self.case.log_sha256,
            self.contact.seal_ids.ids,
            self.file.raw,
        )

    def call_by_xml(self, kind, model, method, args):
        user = self.users[kind]
        try:
            self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, user.id, user.login, model, method, args
            )
        except xmlrpc.client.Fault as fault:
            return fault.faultString
        return ""

    def call_by_json(self, kind, model, method, args):
        user = self.users[kind]
        params = {
            "service": "object",
            "method": "execute_kw",
            "args": [self.env.cr.dbname, user.id, user.login, model, method, args],
        }
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.url_open("/jsonrpc", json=body).json()
        return answer.get("error", {}).get("data", {}).get("message", "")

    def attack(self, call):
        before = self.get_state()
        for kind in WORKERS:
            for model, method, args in self.get_attacks():
                with self.subTest(f"{kind}: {model}.{method} {args}"):
                    error = call(kind, model, method, args)
                    self.assertEqual(self.get_state(), before, error)
                    # What imports answer, they answer without an error.
                    self.assertTrue(error or method == "load")
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.case))

    def test_by_xml(self):
        self.attack(self.call_by_xml)

    def test_by_json(self):
        self.attack(self.call_by_json)

    def test_the_way_in_works(self):
        """The attacks fail because they are refused, not because nobody comes in."""
        vals = {"case_id": self.case.id, "outcome": "reached", "note": "By network"}
        for call in (self.call_by_xml, self.call_by_json):
            self.assertFalse(call("collector", "collection.contact", "create", [vals]))
        self.assertEqual(self.case.contact_ids.mapped("note").count("By network"), 2)

    # ------------------------------------------------------------------
    # Customers that change
    # ------------------------------------------------------------------

    def test_two_customers_turn_out_to_be_one(self):
        """Each log stays whole, and the one who is left has both."""
        other = self.make_customer("Double")
        self.make_invoice(other)
        self.plan()
        both = self.case | self.get_case(other)
        self.env["collection.contact"].create(
            {"case_id": (both - self.case).id, "outcome": "no_answer"}
        )
        for case in both:
            case.message_post(
                body="Where do we stand?",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=case.partner_id.ids,
            )
        wizard = self.root["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, self.customer)
        self.env.invalidate_all()
        entries = both.contact_ids
        self.assertEqual(entries.customer_id, self.customer)
        self.assertEqual(len(entries), 4)
        self.assertEqual(self.customer.collection_contact_count, 4)
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(both))

    def test_a_customer_is_archived(self):
        self.customer.active = False
        self.assertEqual(self.customer.collection_contact_count, 1)
        found = self.env["collection.contact"].search(
            [("customer_id", "=", self.customer.id)]
        )
        self.assertEqual(found.partner_id, self.customer)
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.case))

    # ------------------------------------------------------------------
    # A customer in the portal
    # ------------------------------------------------------------------

    def test_a_customer_writes_under_an_invoice(self):
        visitor = self.users["portal"]
        visitor.partner_id.parent_id = self.customer
        self.authenticate(visitor.login, visitor.login)
        before = self.case.contact_ids
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "account.move",
                "thread_id": self.invoice.id,
                "post_data": {
                    "body": "This was paid.",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
            },
        )
        self.env.invalidate_all()
        entry = self.case.contact_ids - before
        self.assertEqual((entry.channel, entry.direction), ("portal", "in"))
        self.assertEqual(entry.partner_id, visitor.partner_id)
        self.assertTrue(self.case.reply_unread)
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.case))

    def test_a_customer_reaches_no_entry(self):
        visitor = self.users["portal"]
        visitor.partner_id.parent_id = self.customer
        for method, args in (
            ("read", [self.contact.ids, ["note"]]),
            ("create", [{"case_id": self.case.id, "outcome": "paid_already"}]),
            ("action_void", [self.contact.ids, "No"]),
        ):
            with self.subTest(method):
                error = self.call_by_json("portal", "collection.contact", method, args)
                self.assertIn("not allowed to", error)
