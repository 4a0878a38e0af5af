# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from markupsafe import Markup
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon

REWRITTEN = "The contact log cannot be rewritten"
DELETED = "Entries of the contact log cannot be deleted"
EVIDENCE = "is evidence of a collection case"


@tagged("post_install", "-at_install")
class TestContactLog(CollectionCommon):
    """What happened is written down once, and never changed nor deleted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Log")
        cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.file, cls.other_file = cls.env["ir.attachment"].create(
            [{"name": f"{name}.txt", "raw": b"said"} for name in ("one", "two")]
        )
        cls.contact = cls.make_contact(note="They will pay on Friday.")
        cls.users = cls.make_users()

    @classmethod
    def make_contact(cls, **vals):
        return cls.env["collection.contact"].create(
            {
                "case_id": cls.case.id,
                "outcome": "reached",
                "attachment_ids": [Command.set(cls.file.ids)],
                **vals,
            }
        )

    def test_no_field_can_be_written(self):
        ways = {
            "user": self.contact,
            "superuser": self.contact.sudo(),
            "with the secret word": self.contact.with_context(collection_void=True),
        }
        vals = [
            {"note": "They refused."},
            {"date": fields.Datetime.subtract(fields.Datetime.now(), days=9)},
            {"outcome": "refused"},
            {"user_id": self.users["manager"].id},
            {"attachment_ids": [Command.clear()]},
            {"attachment_ids": [Command.link(self.other_file.id)]},
            {"attachment_ids": [Command.unlink(self.file.id)]},
            {"move_ids": [Command.clear()]},
            {"is_void": True, "note": "Both"},
            {"case_id": self.case.id},
        ]
        for name, contact in ways.items():
            for val in vals:
                with self.subTest(f"{name}: {val}"), self.assert_refused(REWRITTEN):
                    contact.write(val)
        self.assertEqual(self.contact.note, "They will pay on Friday.")
        self.assertEqual(self.contact.attachment_ids, self.file)

    def test_nor_through_the_case(self):
        contacts, case = self.contact, self.case
        for name, command, sentence in (
            ("update", Command.update(contacts.id, {"note": "No"}), REWRITTEN),
            ("delete", Command.delete(contacts.id), f"{DELETED}|not allowed to delete"),
            ("unlink", Command.unlink(contacts.id), REWRITTEN),
            ("clear", Command.clear(), REWRITTEN),
            ("set", Command.set([]), REWRITTEN),
        ):
            for records in (case, case.sudo()):
                with self.subTest(name), self.assert_refused(sentence):
                    records.write({"contact_ids": [command]})
        other = self.make_customer("Other")
        self.make_invoice(other)
        self.plan()
        with self.assert_refused(REWRITTEN):
            self.get_case(other).contact_ids = [Command.link(contacts.id)]

    def test_nor_by_import_or_on_the_screen(self):
        with self.assert_refused(REWRITTEN):
            self.contact.web_save({"note": "No"}, {"note": {}})
        external = self.contact.with_user(1).export_data(["id"])["datas"][0][0]
        result = self.contact.load(["id", "note"], [[external, "No"]])
        self.assertFalse(result["ids"])
        self.assertRegex(result["messages"][0]["message"], REWRITTEN)
        self.assertEqual(self.contact.note, "They will pay on Friday.")

    def test_nor_deleted(self):
        with self.assert_refused("You are not allowed to delete"):
            self.contact.unlink()
        with self.assert_refused(DELETED):
            self.contact.sudo().unlink()
        with self.assert_refused("A case is the record"):
            self.case.sudo().unlink()

    def test_evidence_is_kept(self):
        for attachment in (self.file, self.file.sudo()):
            with self.assert_refused(EVIDENCE):
                attachment.unlink()
            for vals in (
                {"raw": b"never said"},
                {"datas": "bmV2ZXI="},
                {"type": "url", "url": "https://example.com"},
            ):
                with self.subTest(vals), self.assert_refused(EVIDENCE):
                    attachment.write(vals)
        # Moving the files to another storage writes the same content again.
        self.file.write({"raw": b"said", "mimetype": "text/plain"})
        self.assertEqual(self.file.raw, b"said")
        # What is no evidence is anybody's.
        self.other_file.raw = b"anything"
        self.other_file.unlink()

    def test_what_a_colleague_writes_to_the_customer(self):
        """From the messages of the case; notes stay in the chatter."""
        collector = self.users["collector"]
        case = self.case.with_user(collector)
        before = self.case.contact_ids
        case.message_post(body="Be gentle with them.")
        case.message_post(
            body="Have a look",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            # A colleague, and an adviser of ours: what they read is not listed.
            partner_ids=(
                self.users["manager"].partner_id | self.make_customer("Our adviser")
            ).ids,
        )
        self.assertEqual(self.case.contact_ids, before)
        case.message_post(
            subject="Your question",
            body=Markup("<p>The delivery note is enclosed.</p>"),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
            attachments=[("note.txt", b"signed")],
        )
        entry = self.case.contact_ids - before
        self.assertEqual(len(entry), 1)
        self.assertEqual((entry.outcome, entry.direction), ("sent", "out"))
        self.assertEqual((entry.partner_id, entry.user_id), (self.customer, collector))
        self.assertEqual(entry.subject, "Your question")
        self.assertEqual(entry.note, "The delivery note is enclosed.")
        self.assertEqual(entry.attachment_ids.raw, b"signed")
        # It answers, and no step is behind it.
        self.assertFalse(entry.is_attempt)
        self.assertEqual(entry.sha256, self.case.log_sha256)

    def test_files_of_others_stay_theirs(self):
        """Authors attach what they uploaded, nothing that others did."""
        collector = self.users["collector"]
        shared = self.env["ir.attachment"].create(
            {"name": "logo.txt", "raw": b"logo", "public": True}
        )
        own = self.env["ir.attachment"].with_user(collector)
        own = own.create({"name": "own.txt", "raw": b"said"})
        Contact = self.env["collection.contact"].with_user(collector)
        vals = {"case_id": self.case.id, "outcome": "reached"}
        files = Command.set((shared + own.sudo()).ids)
        with self.assertRaises(AccessError):
            Contact.create({**vals, "attachment_ids": [files]})
        Contact.create({**vals, "attachment_ids": [Command.set(own.ids)]})
        self.assertFalse(shared.res_model)
        self.assertEqual(own.sudo().res_model, "collection.contact")

    def test_invoices_of_others_are_not_talked_about(self):
        other = self.make_invoice(self.make_customer("Other"))
        with self.assert_refused("those of its customer"):
            self.make_contact(move_ids=[Command.set(other.ids)])
        own = self.case.exposure_ids.move_id
        entry = self.make_contact(move_ids=[Command.set(own.ids)])
        self.assertEqual(entry.move_ids, own)
        with self.assert_refused("those of its customer"):
            entry.action_complete({"move_ids": [Command.link(other.id)]})

    def test_a_duration_is_of_a_talk(self):
        """A talk of a year would hide that it is written down a year later."""
        for minutes in (-1, 1441, 1e9):
            with self.subTest(minutes), self.assert_refused("from 0 to 1440 minutes"):
                self.make_contact(duration=minutes)
        self.assertEqual(self.make_contact(duration=2.5).duration, 2.5)

    def test_an_entry_is_voided_with_a_reason(self):
        contact = self.contact.with_user(self.users["manager"])
        for reason in ("", "  ", False):
            with self.assert_refused("Explain why the entry is wrong"):
                contact.action_void(reason)
        contact.action_void(" Wrong customer ")
        self.assertTrue(contact.is_void)
        self.assertEqual(contact.void_reason, "Wrong customer")
        self.assertEqual(contact.void_user_id, self.users["manager"])
        self.assertTrue(contact.void_date)
        self.assertEqual(contact.note, "They will pay on Friday.")
        with self.assert_refused("already void"):
            contact.action_void("Again")

    def test_who_may_void_sees_the_button(self):
        """The author of what was said, and managers; of what was sent, managers."""
        own = {"user_id": self.users["collector"].id}
        said = self.contact.sudo().copy(own)
        sent = self.contact.sudo().copy({**own, "outcome": "sent"})
        for kind, expected in (
            ("collector", [True, False]),
            ("manager", [True, True]),
            ("invoicing", [False, False]),
        ):
            entries = (said | sent).with_user(self.users[kind])
            self.assertEqual(entries.mapped("can_void"), expected, kind)
            for entry, may_void in zip(entries, expected, strict=True):
                if may_void or kind == "invoicing":
                    continue
                with self.assert_refused("Only a collections manager can void"):
                    entry.action_void("It was not so.")
        said.with_user(self.users["collector"]).action_void("It was not so.")
        self.assertFalse(said.with_user(self.users["manager"]).can_void)

    def test_it_cannot_be_made_valid_again_nor_voided_without_a_reason(self):
        other = self.make_contact()
        self.contact.action_void("Wrong customer")
        for kind in ("collector", "manager"):
            contact = self.contact.with_user(self.users[kind])
            secret = contact.with_context(collection_void=True)
            for vals in ({"is_void": False}, {"void_reason": "Better"}):
                with self.assert_refused(REWRITTEN):
                    secret.write(vals)
            with self.assert_refused(REWRITTEN):
                other.with_user(self.users[kind]).with_context(
                    collection_void=True
                ).write({"is_void": True})

    def test_a_copy_is_another_entry(self):
        self.contact.action_void("Wrong customer")
        copy = self.contact.copy()
        self.assertFalse(copy.is_void)
        self.assertEqual(len(self.case.contact_ids), 2)

    def test_a_new_entry_is_not_born_void(self):
        """Nor in the future: it is written down after it happened."""
        with self.assert_refused("cannot be changed by hand"):
            self.make_contact(is_void=True)
        with self.assert_refused("before it happens"):
            self.make_contact(
                date=fields.Datetime.add(fields.Datetime.now(), minutes=10)
            )
        self.make_contact(date=fields.Datetime.add(fields.Datetime.now(), minutes=2))

    def test_who_it_was_is_kept_as_it_was(self):
        user = self.users["collector"]
        user.partner_id.function = "Head of collections"
        Contact = self.env["collection.contact"].with_user(user)
        contact = Contact.create({"case_id": self.case.id, "outcome": "reached"})
        name = f"{user.name}, Head of collections"
        self.assertEqual(contact.user_name, name)
        user.partner_id.function = "Retired"
        user.partner_id.name = "Somebody"
        self.env.flush_all()
        contact.invalidate_recordset()
        self.assertEqual(contact.user_name, name)

    def test_logging_a_call_completes_its_step(self):
        self.make_policy(
            {"days": 1, "channel": "phone", "template_id": False}, {"days": 2}
        )
        customer = self.make_customer("Called")
        invoice = self.make_invoice(customer)
        self.plan()
        self.execute()
        step = self.open_steps(customer)
        self.assertEqual(step.state, "todo")
        Log = self.env["collection.call.screen"].with_user(self.users["collector"])
        log = Log.with_context(collection_as_of=self.today).create(
            {
                "case_id": step.case_id.id,
                "step_id": step.id,
                "channel": step.channel,
                "outcome": "promise",
                "note": "On Friday.",
            }
        )
        self.assertEqual((log.channel, log.partner_id), ("phone", customer))
        log.action_log()
        self.assertEqual(step.state, "done")
        self.assertFalse(step.activity_id)
        contact = step.case_id.contact_ids
        self.assertEqual((contact.step_id, contact.note), (step, "On Friday."))
        self.assertEqual(contact.move_ids, invoice)
        self.assertEqual(step.case_id.stage_id.name, "Stage 1")
        self.assertEqual(step.case_id.date_last_step, self.today)
        with self.assertRaisesRegex(UserError, "has already been logged"):
            log.action_log()

    def test_ticking_off_the_call_completes_its_step(self):
        self.make_policy({"days": 1, "channel": "phone", "template_id": False})
        customer = self.make_customer("Called")
        self.make_invoice(customer)
        self.plan()
        self.execute()
        step = self.open_steps(customer)
        step.activity_id.with_context(collection_as_of=self.today).action_feedback("OK")
        self.assertEqual((step.state, step.note), ("done", "OK"))
        self.assertEqual(step.case_id.stage_id.name, "Stage 1")

    def test_sending_is_logged(self):
        self.execute()
        contact = self.case.contact_ids - self.contact
        self.assertEqual((contact.outcome, contact.channel), ("sent", "email"))
        self.assertEqual(contact.letter_id, self.case.letter_ids)
        self.assertEqual(contact.step_id, self.case.step_ids)
        self.assertEqual(contact.partner_id, self.customer)
