from odoo.addons.sms.tests.common import SMSCase
from odoo.tests import tagged

from .test_correspondence import CorrespondenceCommon

NUMBERS = {"customer": "+3222903490", "adviser": "+3222903491"}


class TextCommon(CorrespondenceCommon, SMSCase):
    """Text messages through Odoo's windows and queue; the provider alone is played."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adviser.phone = NUMBERS["adviser"]
        cls.person = cls.make_customer(
            "Buyer", is_company=False, parent_id=cls.customer.id, phone="+3222903492"
        )
        cls.other = cls.setup_other_company()["company"]

    def compose(self, records, user=None, env=None, **vals):
        """:return: Odoo's window for text messages, filled in"""
        env = env or self.env(user=user or self.users["collector"], context={})
        return env["sms.composer"].create(
            {
                "res_model": records._name,
                "res_id": records.id if len(records) == 1 else 0,
                "res_ids": repr(records.ids) if len(records) > 1 else False,
                "composition_mode": "comment",
                "body": "Please call me.",
                **vals,
            }
        )

    def write_text(self, records, user=None, provider=None, **vals):
        """:return: what is new in the log after a colleague has sent a text"""
        before = self.case.contact_ids
        with self.mockSMSGateway(**(provider or {})):
            self.compose(records, user, **vals).action_send_sms()
            self.sent = [(text["number"], text["body"]) for text in self._sms]
        return self.case.contact_ids - before

    def post(self, record, user=None, provider=None, **vals):
        """:return: what is new after a text was sent over the external API"""
        before = self.case.contact_ids
        with self.mockSMSGateway(**(provider or {})):
            record.with_user(user or self.users["collector"]).message_post(
                **{"body": "Please call me.", "message_type": "sms", **vals}
            )
            self.sent = [(text["number"], text["body"]) for text in self._sms]
        return self.case.contact_ids - before

    def work_queue(self, **provider):
        """:return: what is new after the scheduler has sent what is in the queue"""
        before = self.case.contact_ids
        cron = self.root.ref("sms.ir_cron_sms_scheduler_action")
        with self.mockSMSGateway(**provider):
            cron.method_direct_trigger()
            self.env.invalidate_all()
            self.sent = [(text["number"], text["body"]) for text in self._sms]
        return self.case.contact_ids - before

    def get_texts(self):
        return self.root["sms.sms"].search([], order="id")


@tagged("post_install", "-at_install")
class TestTexts(TextCommon):
    """Whatever colleagues text to a customer about debts is in the log."""

    def test_what_is_texted_to_the_customer_is_an_entry(self):
        for record, invoice in {**self.records, self.case: None}.items():
            with self.subTest(record._name):
                entry = self.write_text(record)
                self.assertEqual(self.sent, [(NUMBERS["customer"], "Please call me.")])
                self.assertEqual(
                    (entry.channel, entry.direction, entry.outcome),
                    ("sms", "out", "sent"),
                )
                self.assertEqual(entry.user_id, self.users["collector"])
                self.assertEqual(entry.note, "Please call me.")
                self.assertEqual((entry.partner_id, entry.person), (self.customer, ""))
                self.assertEqual(entry.move_ids, invoice or self.env["account.move"])
                self.assertFalse(entry.is_attempt)
                self.assertFalse(entry.letter_id)
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.case))

    def test_several_at_once(self):
        """Odoo keeps a note, or keeps none if asked; the log has it all the same."""
        other = self.make_customer("Second", phone="+3222903495")
        self.make_invoice(other)
        self.plan()
        cases = self.case | self.get_case(other)
        for keep in (True, False):
            with self.subTest(keep=keep):
                texts = self.get_texts()
                self.assertFalse(
                    self.write_text(cases, composition_mode="mass", mass_keep_log=keep)
                )
                self.assertEqual(len(self.get_texts() - texts), 2)
                entry = self.work_queue()
                self.assertEqual(len(self.sent), 2)
                self.assertEqual(entry.user_id, self.users["collector"])
                self.assertEqual(entry.partner_id, self.customer)
                self.assertEqual(cases[1].contact_ids[0].partner_id, other)

    def test_sent_at_once(self):
        entry = self.write_text(
            self.case | self.case,
            composition_mode="mass",
            res_ids=repr(self.case.ids),
            mass_force_send=True,
        )
        self.assertEqual(entry.note, "Please call me.")

    def test_numbers_that_are_typed(self):
        """A window that is asked for numbers only is one of the case still."""
        for mode in ("numbers", "comment"):
            with self.subTest(mode):
                entry = self.post_numbers(mode, "+32 2 290 34 92")
                self.assertEqual((entry.partner_id, entry.person), (self.person, ""))
                entry = self.post_numbers(mode, NUMBERS["adviser"])
                self.assertFalse(entry)
                self.assertEqual(self.sent[0][0], NUMBERS["adviser"])
                # The switchboard is the customer's.
                self.person.phone = self.customer.phone
                entry = self.post_numbers(mode, NUMBERS["customer"])
                self.assertEqual(entry.partner_id, self.customer)
                self.person.phone = "+3222903492"
                entry = self.post_numbers(mode, "+32470123456")
                self.assertFalse(entry.partner_id)
                self.assertEqual(entry.person, "+32470123456")

    def post_numbers(self, mode, number):
        if mode == "numbers":
            return self.write_text(self.case, composition_mode=mode, numbers=number)
        return self.post(self.case, sms_numbers=[number])

    def test_the_number_says_who_is_reached(self):
        """Not the name that is given with it."""
        entry = self.post(
            self.case,
            partner_ids=self.adviser.ids,
            sms_pid_to_number={self.adviser.id: NUMBERS["customer"]},
        )
        self.assertEqual(entry.partner_id, self.customer)
        entry = self.post(
            self.case,
            partner_ids=self.customer.ids,
            sms_pid_to_number={self.customer.id: NUMBERS["adviser"]},
        )
        self.assertFalse(entry)
        entry = self.post(
            self.case,
            partner_ids=self.person.ids,
            sms_pid_to_number={self.person.id: "+32470123456"},
        )
        self.assertEqual(
            (entry.partner_id, entry.person), (self.person, "+32470123456")
        )
        self.assertFalse(
            self.post(
                self.case,
                partner_ids=self.adviser.ids,
                sms_pid_to_number={self.adviser.id: "+32470123457"},
            )
        )

    def test_several_people_of_one_text(self):
        people = self.customer | self.person | self.adviser
        entry = self.post(self.case, partner_ids=people.ids)
        self.assertEqual(len(self.sent), 3)
        self.assertEqual(len(entry), 1)
        reached = entry.partner_id.display_name + entry.person
        self.assertIn("Writer", reached)
        self.assertIn("Buyer", reached)
        self.assertNotIn("adviser", reached)

    def test_what_comes_over_the_network_neither_hides_nor_forges(self):
        manager = self.users["manager"]
        for vals in (
            {"message_type": "notification", "sms_content": "Please call me."},
            {"author_id": manager.partner_id.id},
            {"record_company_id": self.other.id},
            {"subtype_xmlid": "mail.mt_note"},
        ):
            with self.subTest(vals):
                entry = self.post(
                    self.case.with_context(
                        collection_as_of=self.today,
                        sms_skip_msg_notification=True,
                        mail_create_nolog=True,
                        default_outcome="override",
                        default_user_id=manager.id,
                        default_mail_message_id=False,
                    ),
                    sms_numbers=[NUMBERS["customer"]],
                    **vals,
                )
                self.assertEqual((entry.outcome, entry.channel), ("sent", "sms"))
                self.assertEqual(entry.user_id, self.users["collector"])

    def test_a_text_in_the_name_of_who_did_not_write_it(self):
        """Who may write to the queue itself does so in their own name."""
        self.write_text(self.case)
        message = self.case.message_ids[0]
        system = self.make_user("system", "base.group_system")
        with self.mockSMSGateway():
            self.env(user=system)["sms.sms"].create(
                {
                    "mail_message_id": message.id,
                    "number": NUMBERS["customer"],
                    "body": "Pay!",
                }
            ).send()
        entry = self.case.contact_ids[0]
        self.assertEqual((entry.note, entry.user_id), ("Pay!", system))

    def test_what_was_not_sent_is_none(self):
        entry = self.write_text(self.case, provider={"sim_error": "credit"})
        self.assertFalse(entry)
        self.assertFalse(
            self.write_text(self.case, provider={"sim_error": "jsonrpc_exception"})
        )

    def test_sent_in_the_end(self):
        """One entry, when it left; the writer is who wrote it, whoever sends it on."""
        self.assertFalse(
            self.write_text(self.case, provider={"sim_error": "server_error"})
        )
        text = self.get_texts()[-1]
        self.assertEqual(text.state, "error")
        before = self.case.contact_ids
        with self.mockSMSGateway(moderated=True):
            text.resend_failed()
            text.send()
        self.assertEqual(text.state, "process")
        entry = self.case.contact_ids - before
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.user_id, self.users["collector"])

    def remind_by_text(self):
        """:return: an invoice, and the reminder of it that waits in the queue"""
        # At whatever hour and day the tests run.
        self.make_policy(
            {"days": 1, "channel": "sms"},
            sequence=0,
            limit_hour_from=0,
            limit_hour_to=24,
            working_days_only=False,
        )
        customer = self.make_customer("Reminded", phone="+3222903499")
        invoice = self.make_invoice(customer)
        self.plan()
        self.execute()
        return invoice, self.get_case(customer).letter_ids

    def test_our_own_steps_are_not_logged_twice(self):
        _invoice, letter = self.remind_by_text()
        case = letter.case_id
        self.assertEqual(case.contact_ids.letter_id, letter)
        self.work_queue()
        self.assertIn("+3222903499", [number for number, _body in self.sent])
        self.assertEqual(letter.delivery_state, "sent")
        self.assertEqual(len(case.contact_ids), 1)

    def test_a_settled_reminder_takes_no_other_text_with_it(self):
        invoice, letter = self.remind_by_text()
        self.case.sudo()._message_sms("Please call.", put_in_queue=True)
        self.pay(invoice)
        entry = self.work_queue()
        self.assertIn((NUMBERS["customer"], "Please call."), self.sent)
        self.assertNotIn("+3222903499", [number for number, _body in self.sent])
        self.assertEqual(entry.note, "Please call.")
        self.assertEqual(letter.delivery_state, "cancelled")

    def test_what_is_about_something_else(self):
        """A bill of the customer to us, an invoice that is not due, no document."""
        bill = self.make_invoice(self.customer, move_type="in_invoice")
        self.assertFalse(self.write_text(bill))
        self.assertTrue(self.sent)
        fresh = self.make_invoice(self.customer, due=self.day(3650))
        self.plan()
        self.assertFalse(self.write_text(fresh))
        self.assertTrue(self.sent)
        composer = self.compose(self.case, res_model=False, res_id=0)
        composer.write({"composition_mode": "numbers", "numbers": NUMBERS["customer"]})
        before = self.case.contact_ids
        with self.mockSMSGateway():
            composer.action_send_sms()
            self.assertTrue(self._sms)
        self.assertEqual(self.case.contact_ids, before)

    def test_two_companies_in_one_queue(self):
        """Odoo's queue takes one company at a time."""
        stranger = self.make_customer("Theirs", phone="+3222903497")
        self.make_policy({"days": 1}, company=self.other)
        self.make_invoice(stranger, company=self.other)
        self.plan(company=self.other)
        theirs = self.get_case(stranger, self.other)
        for case in (self.case, theirs):
            case.sudo()._message_sms("Please call.", put_in_queue=True)
        entry = self.work_queue()
        self.assertEqual(len(self.sent), 2)
        self.assertEqual(entry.partner_id, self.customer)
        self.assertEqual(theirs.contact_ids.partner_id, stranger)
