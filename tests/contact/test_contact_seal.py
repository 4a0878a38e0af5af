from datetime import UTC, datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import SQL

from ..common.base import CollectionCommon

REWRITTEN = "The contact log cannot be rewritten"
SEALED = "The seals of the contact log cannot be changed"


@tagged("post_install", "-at_install")
class TestContactSeal(CollectionCommon):
    """Each version of an entry is a link of a chain, and a change shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.customer = cls.make_customer("Sealed")
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        Attachment = cls.env["ir.attachment"].with_user(cls.users["collector"])
        cls.file = Attachment.create({"name": "a.txt", "raw": b"said"})
        cls.first = cls.make_contact(note="First")
        cls.contact = cls.make_contact(
            note="On Friday.", attachment_ids=[Command.link(cls.file.id)]
        )
        cls.last = cls.make_contact(note="Last")

    @classmethod
    def make_contact(cls, user="collector", at="2026-03-02T10:00", **vals):
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        Contact = cls.env["collection.contact"].with_user(cls.users[user])
        return Contact.with_context(collection_now=moment).create(
            {"case_id": cls.case.id, "outcome": "reached", **vals}
        )

    def at(self, contact, text):
        """Answer the entry at another moment (UTC)."""
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return contact.with_context(collection_now=moment)

    def tamper(self, query, *args):
        """Change the database past the program."""
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))
        self.env.invalidate_all()

    def find_breaks(self):
        return self.env["collection.contact.seal"]._find_breaks(self.case)

    def assert_broken(self, contact, words):
        breaks = self.find_breaks()
        self.assertTrue(breaks, "not noticed")
        self.assertIn(contact, [found for _case, found, _text in breaks])
        self.assertRegex(" ".join(text for *_rest, text in breaks), words)
        answer = self.case.with_user(self.users["invoicing"]).action_check_log()
        self.assertEqual(answer["params"]["type"], "danger")

    # ------------------------------------------------------------------
    # The chain
    # ------------------------------------------------------------------

    def test_every_entry_is_sealed_to_the_one_before(self):
        seals = self.case.contact_ids.seal_ids.sorted("number")
        self.assertEqual(seals.mapped("number"), [1, 2, 3])
        self.assertEqual(seals.mapped("previous"), [False, *seals[:2].mapped("sha256")])
        self.assertEqual(seals.user_id, self.users["collector"])
        self.assertEqual(self.last.sha256, self.case.log_sha256)
        self.assertEqual(len(self.last.sha256), 64)
        self.assertFalse(self.find_breaks())
        answer = self.case.with_user(self.users["invoicing"]).action_check_log()
        self.assertEqual(answer["params"]["type"], "success")
        self.assertIn("3 seals", answer["params"]["message"])

    def test_sending_and_voiding_are_sealed(self):
        self.plan(self.day(1))
        self.execute(self.day(1))
        self.contact.action_void("Wrong customer")
        kinds = self.case.contact_ids.seal_ids.sorted("number").mapped("kind")
        self.assertEqual(kinds, ["entry", "entry", "entry", "entry", "void"])
        self.assertFalse(self.find_breaks())

    def test_each_change_past_the_program_is_found(self):
        for column, value in (
            ("note", "They refused."),
            ("date", "2026-02-01 10:00:00"),
            ("logged_date", "2026-02-01 10:00:00"),
            ("outcome", "refused"),
            ("channel", "visit"),
            ("direction", "in"),
            ("person", "Somebody"),
            ("user_id", self.users["manager"].id),
            ("user_name", "Somebody else"),
            ("partner_id", self.partner.id),
            ("duration", 12),
            ("is_void", True),
            ("date_follow_up", "2026-04-01"),
        ):
            with self.subTest(column), self.env.cr.savepoint() as savepoint:
                self.tamper(
                    "UPDATE collection_contact SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    value,
                    self.contact.id,
                )
                self.assert_broken(self.contact, "Changed outside the program")
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertFalse(self.find_breaks())

    def test_evidence_that_is_changed_or_taken_away_is_found(self):
        relation = "collection_contact_ir_attachment_rel"
        self.tamper("DELETE FROM %s", SQL.identifier(relation))
        self.assert_broken(self.contact, "Evidence")

    def test_another_file_is_found(self):
        other = self.env["ir.attachment"].create({"name": "b", "raw": b"other"})
        self.tamper(
            "UPDATE ir_attachment SET store_fname = %s, db_datas = %s WHERE id = %s",
            other.store_fname or None,
            other.db_datas or None,
            self.file.id,
        )
        self.assert_broken(self.contact, "was replaced")

    def test_a_removed_entry_is_found(self):
        for contact in (self.contact, self.last):
            with self.subTest(contact.note), self.env.cr.savepoint() as savepoint:
                for table in ("collection_contact_seal", "collection_contact"):
                    key = "id" if table == "collection_contact" else "contact_id"
                    self.tamper(
                        "DELETE FROM %s WHERE %s = %s",
                        SQL.identifier(table),
                        SQL.identifier(key),
                        contact.id,
                    )
                self.assertRegex(self.find_breaks()[0][2], "were removed")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_the_whole_log_removed_is_found(self):
        self.tamper("DELETE FROM collection_contact_seal")
        self.tamper("DELETE FROM collection_contact")
        self.assertRegex(self.find_breaks()[0][2], "were removed")

    def test_an_entry_put_in_past_the_program_is_found(self):
        self.tamper(
            "INSERT INTO collection_contact (case_id, company_id, date, channel,"
            " direction, outcome) SELECT case_id, company_id, date, channel, direction,"
            " outcome FROM collection_contact WHERE id = %s",
            self.contact.id,
        )
        added = self.case.contact_ids - self.first - self.contact - self.last
        self.assert_broken(added, "added outside the program")

    def test_a_seal_that_is_rewritten_is_found(self):
        """Even one that fits the changed entry: the next link does not fit it."""
        self.tamper(
            "UPDATE collection_contact_seal SET content = REPLACE(content, 'Friday',"
            " 'Sunday') WHERE contact_id = %s",
            self.contact.id,
        )
        self.tamper(
            "UPDATE collection_contact SET note = 'On Sunday.' WHERE id = %s",
            self.contact.id,
        )
        self.assert_broken(self.contact, "does not match")
        seal = self.contact.seal_ids
        self.tamper(
            "UPDATE collection_contact_seal SET sha256 = %s WHERE id = %s",
            seal._get_hash(),
            seal.id,
        )
        self.assert_broken(self.last, "does not match")

    def test_seals_are_nobodys_to_write(self):
        seal = self.contact.seal_ids
        for records in (seal, seal.sudo(), seal.with_user(self.users["manager"])):
            with self.assert_refused(f"{SEALED}|not allowed"):
                records.write({"content": "{}"})
            with self.assert_refused(f"{SEALED}|not allowed"):
                records.unlink()
        with self.assert_refused(f"{SEALED}|not allowed"):
            seal.with_user(self.users["manager"]).create({"contact_id": 1})
        for records, method in (
            (seal, "_seal"),
            (self.contact, "_revise"),
            (seal, "_get_contents"),
        ):
            with self.assertRaises(AccessError):
                get_public_method(records, method)

    def test_old_entries_are_sealed_on_update(self):
        self.tamper("DELETE FROM collection_contact_seal")
        self.tamper(
            "UPDATE collection_case SET log_count = NULL, log_sha256 = NULL"
            " WHERE id = %s",
            self.case.id,
        )
        self.assertTrue(self.find_breaks())
        self.root["collection.contact.seal"]._adopt()
        self.env.invalidate_all()
        self.assertFalse(self.find_breaks())
        self.assertEqual(
            set(self.case.contact_ids.seal_ids.mapped("kind")), {"adoption"}
        )
        self.root["collection.contact.seal"]._adopt()
        self.assertEqual(len(self.case.contact_ids.seal_ids), 3)

    def test_merging_customers_keeps_the_chain_whole(self):
        person = self.make_customer("Person", is_company=False)
        contact = self.make_contact(partner_id=person.id)
        keeper = self.make_customer("Keeper", is_company=False)
        wizard = self.root["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((person | keeper).ids, keeper)
        self.env.invalidate_all()
        self.assertEqual(contact.partner_id, keeper)
        self.assertFalse(self.find_breaks())
        self.assertEqual(contact.seal_ids.sorted("number")[-1:].kind, "merge")

    # ------------------------------------------------------------------
    # Completion
    # ------------------------------------------------------------------

    def test_the_author_completes_an_entry_within_the_hour(self):
        contact = self.at(self.contact, "2026-03-02T11:00")
        more = self.env["ir.attachment"].with_user(self.users["collector"])
        more = more.create({"name": "more", "raw": b"more"})
        wizard = (
            self.env["collection.contact.complete"]
            .with_user(self.users["collector"])
            .with_context(
                **contact.env.context, **contact.action_open_complete()["context"]
            )
            .create({})
        )
        self.assertEqual(wizard.note, "On Friday.")
        wizard.write(
            {
                "note": "On Friday, by transfer.",
                "duration": 4.5,
                "attachment_ids": [Command.link(more.id)],
            }
        )
        wizard.action_complete()
        self.assertEqual(self.contact.note, "On Friday, by transfer.")
        self.assertEqual(self.contact.attachment_ids, self.file | more)
        seals = self.contact.seal_ids.sorted("number")
        self.assertEqual(seals.mapped("kind"), ["entry", "completion"])
        self.assertIn("On Friday.", seals[0].content)
        self.assertFalse(self.find_breaks())
        with self.assert_refused("evidence of a collection case"):
            more.unlink()

    def test_nobody_else_and_not_later(self):
        late = self.at(self.contact, "2026-03-02T11:00:01")
        with self.assert_refused("within an hour"):
            late.action_complete({"note": "No"})
        other = self.at(self.contact, "2026-03-02T10:30")
        with self.assert_refused("Only the author"):
            other.with_user(self.users["manager"]).action_complete({"note": "No"})
        for vals in ({"outcome": "refused"}, {"date": "2026-01-01"}, {"user_id": 1}):
            with self.subTest(vals), self.assert_refused("Only what was left out"):
                other.action_complete(vals)
        for commands in ([Command.clear()], [Command.unlink(self.file.id)]):
            with self.assert_refused("added but not removed"):
                other.action_complete({"attachment_ids": commands})
        other.action_void("Wrong")
        with self.assert_refused("entry is void"):
            other.action_complete({"note": "No"})
        # A context from outside is a text or a datetime without zone: it moves nothing.
        forged = self.contact.with_context(
            collection_now="2026-03-02 10:30:00", collection_log_fields=["note"]
        )
        with self.assert_refused("within an hour"):
            self.first.with_context(forged.env.context).action_complete({"note": "No"})
        with self.assert_refused(REWRITTEN):
            forged.write({"note": "No"})

    # ------------------------------------------------------------------
    # What people cannot write
    # ------------------------------------------------------------------

    def test_nothing_that_only_the_program_knows(self):
        for outcome in ("sent", "bounced", "auto_reply", "override"):
            with self.subTest(outcome), self.assert_refused("not by hand"):
                self.make_contact(outcome=outcome)
        with self.assert_refused("in your own name"):
            self.make_contact(user_id=self.users["manager"].id)
        for vals in (
            {"logged_date": "2026-01-01"},
            {"user_name": "Somebody"},
            {"is_attempt": False},
            {"letter_id": 1},
        ):
            with self.subTest(vals), self.assert_refused("cannot be changed by hand"):
                self.make_contact(**vals)
        forged = self.env["collection.contact"].with_user(self.users["collector"])
        forged = forged.with_context(
            default_user_id=self.users["manager"].id, default_logged_date="2020-01-01"
        ).create({"case_id": self.case.id, "outcome": "reached"})
        self.assertEqual(forged.user_id, self.users["collector"])
        self.assertGreater(forged.logged_date.year, 2020)
        with self.assert_refused("must belong to the same case"):
            other = self.make_customer("Else")
            self.make_invoice(other)
            self.plan()
            self.make_contact(step_id=self.open_steps(other).id)

    def test_what_is_written_down_later_shows(self):
        late = self.make_contact(date="2026-02-27 10:00:00")
        self.assertTrue(late.is_late)
        self.assertEqual(late.logged_date, datetime(2026, 3, 2, 10))
        self.assertFalse(self.contact.is_late)
        talk = self.make_contact(date="2026-03-02 09:30:00", duration=20)
        self.assertFalse(talk.is_late)

    def test_the_outcome_says_what_follows(self):
        contact = self.make_contact(
            outcome="call_back", date_follow_up="2026-03-05", follow_up="Ask for Ann"
        )
        self.assertTrue(contact.is_conversation)
        self.assertEqual(contact.next_step, "call")
        self.assertEqual(self.case.date_follow_up, self.day(3))
        task = self.case.activity_ids.filtered(
            lambda task: task.summary == "Ask for Ann"
        )
        self.assertEqual(task.date_deadline, self.day(3))
        self.make_contact(outcome="wrong_number")
        self.assertFalse(self.case.date_follow_up)
        self.assertFalse(self.make_contact(outcome="no_answer").is_conversation)

    def test_the_time_of_the_customer_is_shown(self):
        self.customer.country_id = self.env.ref("base.jp")
        self.assertIn("19:00 Tokyo time", self.contact.local_time)

    # ------------------------------------------------------------------
    # Many at once, and where people look
    # ------------------------------------------------------------------

    def test_many_entries_are_sealed_together(self):
        """Odoo reads some cases one by one while it creates; the seals add nothing."""
        cases = self.case
        for number in range(8):
            self.make_invoice(self.make_customer(f"Many {number}"))
        self.plan()
        cases = self.root["collection.case"].search(
            [("company_id", "=", self.company.id), ("state", "!=", "closed")]
        )
        self.assertGreater(len(cases), 8)
        counts = []
        for some in (cases[:1], cases[:2], cases):
            self.env.flush_all()
            self.env.invalidate_all()
            entries = self.root["collection.contact"].create(
                [{"case_id": case.id, "outcome": "sent"} for case in some]
            )
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.root["collection.contact.seal"]._seal(entries, "completion")
            counts.append(self.cr.sql_log_count - before)
        # The first one fills Odoo's caches.
        self.assertEqual(*counts[1:])
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(cases))

    def test_one_timeline_on_case_customer_and_invoice(self):
        self.make_contact(move_ids=[Command.set(self.invoice.ids)])
        self.assertEqual(self.case.contact_count, 4)
        self.assertEqual(self.customer.collection_contact_count, 4)
        self.assertEqual(self.invoice.collection_contact_count, 1)
        Contact = self.env["collection.contact"]
        for record, count in ((self.customer, 4), (self.invoice, 1)):
            domain = record.action_view_collection_contacts()["domain"]
            self.assertEqual(Contact.search_count(domain), count)
