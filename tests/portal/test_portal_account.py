from odoo.tests import new_test_user, tagged

from ..common.portal import PDF, PNG, PortalCommon


@tagged("post_install", "-at_install")
class TestPortalAccount(PortalCommon):
    """What a customer sees of the account, and what becomes of what is sent."""

    def assert_told(self, outcome, summary):
        """Check the entry, the to-do and the message of what came in; answer the first.

        :param str outcome: outcome of the entry in the log
        :param str summary: summary of the to-do
        """
        case = self.get_case_now()
        contact = case.contact_ids[:1]
        self.assertEqual(
            (contact.channel, contact.direction, contact.outcome),
            ("portal", "in", outcome),
        )
        self.assertEqual(contact.partner_id, self.visitor.partner_id)
        self.assertEqual(contact.person, "Paula")
        self.assertIn(summary, self.get_summaries(case))
        self.assertTrue(case.reply_unread)
        message = case.message_ids.filtered(lambda row: row.subject == summary)
        self.assertEqual(message.author_id, self.visitor.partner_id)
        self.assertIn("As we said on the phone.", message.body)
        return contact

    def test_way_there(self):
        """The portal's home knows of the account, and there is only one to show."""
        self.log_in()
        answer = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["collection_account_count"]}
        )
        self.assertEqual(answer["collection_account_count"], 1)
        self.assertIn("/my/statement", self.url_open("/my").text)
        page = self.url_open("/my/statement")
        self.assertTrue(page.url.endswith(self.url))

    def test_page(self):
        """Items, ageing, credits, what is disputed and promised, per currency."""
        foreign = self.make_foreign_invoice()
        self.make_credit(self.customer, 60, self.day(-20))
        self.make_dispute(self.later, 100)
        self.plan()
        self.make_promise(self.late, (7, 1000))
        self.log_in()
        text = " ".join(self.url_open(self.url).text.replace("\xa0", " ").split())
        for number in (self.late, self.later, self.upcoming, foreign):
            self.assertIn(number.name, text)
        for part in ("1,800.00", "60.00", "In question: ", "Promised: ", "77.00"):
            self.assertIn(part, text)
        # Of 1,500 overdue, 1,000 are promised and 100 disputed.
        overdue = text.split('name="overdue"')
        self.assertIn("400.00", overdue[1][:300])
        self.assertIn("What is agreed", text)

    def test_settled(self):
        self.pay(self.late | self.later | self.upcoming)
        self.log_in()
        self.assertIn("Everything is paid", self.url_open(self.url).text)

    def test_language(self):
        """The customer's language decides how dates and amounts look."""
        self.env["res.lang"]._activate_lang("de_DE")
        user = self.make_portal_user(self.customer, lang="de_DE")
        self.authenticate(user.login, user.login)
        # The login page sets it, of the language of the user.
        self.opener.cookies["frontend_lang"] = "de_DE"
        text = self.url_open(self.url).text.replace("\xa0", " ")
        self.assertIn("1.000,00", text)
        self.assertIn(self.day(-40).strftime("%d.%m.%Y"), text)
        self.assertIn('lang="de-DE"', text)

    def test_bank_and_contact(self):
        """Without online payment the page says where to pay, and whom to call."""
        bank = self.company.collection_bank_id = self.make_bank()
        collector = self.make_users()["collector"]
        collector.partner_id.phone = "+32 2 111 22 33"
        self.get_case(self.customer).user_id = collector
        self.log_in()
        text = self.url_open(self.url).text
        self.assertIn(bank.acc_number, text)
        self.assertIn(collector.name, text)
        self.assertIn('href="tel:+32 2 111 22 33"', text)
        self.assertNotIn('name="pay"', text)

    def test_statement_without_a_case(self):
        """What is open was posted after the review; or nothing is open any more."""
        user = self.make_portal_user(self.make_customer("Newcomer"))
        customer = user.partner_id.commercial_partner_id
        self.authenticate(user.login, user.login)
        move = self.make_invoice(customer, 77)
        self.assert_statement(move.name)
        self.assertFalse(self.get_case(customer))
        self.pay(self.late | self.later | self.upcoming)
        self.plan()
        self.log_in()
        self.assert_statement("Nothing is open")

    def assert_statement(self, words):
        answer = self.url_open(f"{self.url}/pdf")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn(words, answer.text)

    def test_statement(self):
        self.log_in()
        answer = self.url_open(f"{self.url}/pdf")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn(self.late.name.encode(), answer.content)

    def test_messages_we_sent(self):
        self.execute()
        letter = self.get_case(self.customer).letter_ids
        letter.sudo()._set_mail_state("sent")
        self.log_in()
        page = self.url_open(f"{self.url}/message/{letter.id}")
        self.assertIn("Words of the stage.", page.text)
        self.assertIn("sandbox=", page.text)
        self.assertIn(letter.subject, self.url_open(self.url).text)
        letter.sudo().delivery_state = "bounced"
        self.assertNotIn(letter.subject, self.url_open(self.url).text)

    def test_promise_for_all(self):
        """All that was chosen, in full, in the currency of each."""
        foreign = self.make_foreign_invoice()
        self.log_in()
        items = self.get_rows_of(self.late, self.later, foreign)
        page = self.send("promise", item=items)
        self.assertIn("It is recorded", page.text)
        promises = self.get_case_now().promise_ids
        self.assertEqual(sorted(promises.mapped("amount")), [77, 1500])
        self.assertTrue(all(promises.mapped("is_portal")))
        self.assertEqual(promises.contact_id.move_ids, self.late | self.later | foreign)
        self.assert_told("promise", "Promise from the portal")
        self.assert_exposure(self.late, status="promised", amount_due=0)

    def test_promise_for_a_part(self):
        self.log_in()
        self.send("promise", item=self.get_rows_of(self.late), amount="250.5")
        promise = self.get_case_now().promise_ids
        self.assertEqual(promise.amount, 250.5)
        self.assert_exposure(self.late, amount_due=749.5)

    def test_promise_goes_on_after_a_mistake(self):
        """What was filled in comes back, with the reason."""
        self.log_in()
        items = self.get_rows_of(self.late)
        wrong = {
            "date": {"date": str(self.day(-1))},
            "amount": {"amount": "1000.01"},
            "item": {"item": []},
            "name": {"name": ""},
            "means": {"means": "gold"},
        }
        for field, values in wrong.items():
            with self.subTest(field):
                page = self.send("promise", **{"item": items, **values}).text
                self.assertIn(f'id="error_{field}"', page)
                self.assertIn("As we said on the phone.", page)
        self.assertFalse(self.get_case_now().promise_ids)

    def test_proof_of_payment(self):
        """It is on file, waits for the money once, and the collector looks."""
        self.log_in()
        items = self.get_rows_of(self.late)
        values = {"item": items, "date_paid": str(self.day(-1))}
        page = self.send(
            "document", files=[("t.pdf", PDF, "application/pdf")], **values
        )
        self.assertIn("We received your document", page.text)
        contact = self.assert_told(
            "paid_already", "Proof of payment from the portal: search for the payment"
        )
        self.assertEqual(contact.attachment_ids.raw, PDF)
        self.assertEqual(contact.attachment_ids.res_id, contact.id)
        self.assertIn("Paid on", contact.note)
        self.assert_exposure(self.late, status="held")
        self.assert_exposure(self.later, status="open")
        hold = self.get_case_now().hold_ids
        self.assertEqual(hold.on_review, "resume")
        hold.action_lift()
        self.send("document", files=[("t.pdf", PDF, "application/pdf")], **values)
        self.assert_exposure(self.late, status="open")

    def test_other_document(self):
        self.log_in()
        self.send("document", what="other", files=[("f.png", PNG, "image/png")])
        self.assert_told("received", "Document from the portal")
        self.assertFalse(self.get_case_now().hold_ids)

    def test_message(self):
        self.log_in()
        note = "As we said on the phone. <b>bold</b>"
        page = self.send("message", subject="Hello", note=note)
        self.assertIn("We received your message", page.text)
        contact = self.assert_told("received", "Message from the portal: answer it")
        self.assertEqual(contact.note, note)
        self.assertEqual(contact.subject, "Hello")
        self.assertIn("&lt;b&gt;", self.get_case_now().message_ids[:1].body)

    def test_preferences(self):
        """They hold for this person alone; hours that are none come back."""
        self.log_in()
        right = {"channel": "email", "hour_from": "09:30", "hour_to": "12:00"}
        wrong = {
            "hours": {"hour_from": "12:00", "hour_to": "09:30"},
            "channel": {"channel": "phone", "no_calls": "1"},
        }
        for field, values in wrong.items():
            with self.subTest(field):
                page = self.send("preferences", **{**right, **values}).text
                self.assertIn(f'id="error_{field}"', page)
        person, colleague = self.visitor.partner_id, self.customer
        self.assertFalse(person.collection_channel)
        page = self.send("preferences", no_calls="1", **right)
        self.assertIn("Your preferences are saved", page.text)
        person.invalidate_recordset()
        self.assertEqual(person.collection_hour_from, 9.5)
        self.assert_told("received", "Contact preferences from the portal")
        guard, case = self.env["collection.contact.guard"], self.get_case_now()
        answer = guard._ask(case, "phone", partner=person)[case]
        self.assertEqual(answer.level, "stop")
        self.assertNotEqual(
            guard._ask(case, "phone", partner=colleague)[case].level, "stop"
        )
        self.assertNotEqual(
            guard._ask(case, "email", partner=person)[case].level, "stop"
        )

    def test_by_link(self):
        """Who has the link of an invoice says something about that invoice only."""
        self.authenticate(None, None)
        token = self.late._portal_ensure_token()
        url = f"/my/invoices/{self.late.id}"
        page = self.url_open(f"{url}/document?access_token={token}").text
        self.assertIn(self.late.name, page)
        self.assertNotIn(self.later.name, page)
        file = [("t.pdf", PDF, "application/pdf")]
        item = self.get_rows_of(self.late, self.later)
        values = {"url": url, "access_token": token}
        page = self.send("document", item=item, files=file, **values)
        self.assertIn("error_item", page.text)
        page = self.send("document", item=item[:1], files=file, **values)
        self.assertIn("We received it", page.text)
        self.assert_exposure(self.late, status="held")
        self.send("message", **values)
        contacts = self.get_case_now().contact_ids
        self.assertEqual(contacts.mapped("outcome"), ["received", "paid_already"])
        self.assertEqual(contacts.move_ids, self.late)
        self.assertFalse(contacts.partner_id)


@tagged("post_install", "-at_install")
class TestPortalPeople(PortalCommon):
    """Whose account it is: the right people's, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_customer("Somebody else")
        cls.other_invoice = cls.make_invoice(cls.other, 4321, cls.day(-30))
        cls.plan()

    def test_all_contacts_of_a_customer(self):
        """Who works at the customer sees the same, whatever the contact is under."""
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.customer.id}
        )
        user = self.make_portal_user(branch)
        self.log_in(user)
        self.assertIn(self.late.name, self.url_open(self.url).text)

    def test_contact_who_moved(self):
        """The old customer's account stays there, with the invoices of the contact."""
        person = self.visitor.partner_id
        own = self.make_invoice(person, 55, self.day(-2))
        self.plan()
        person.parent_id = self.other
        self.log_in()
        page = self.url_open("/my/statement").text
        self.assertIn(self.other_invoice.name, page)
        for move in (self.late, own):
            self.assertNotIn(move.name, page)
        form = self.url_open(f"/my/invoices/{own.id}/promise")
        self.assertTrue(form.url.endswith("/my"))
        colleague = self.make_portal_user(self.customer)
        self.log_in(colleague)
        self.assertIn(own.name, self.url_open(self.url).text)

    def test_archived_user(self):
        self.log_in()
        self.visitor.active = False
        page = self.url_open(self.url)
        self.assertNotIn(self.late.name, page.text)

    def test_our_own_people(self):
        """An employee is no customer of the employer."""
        user = new_test_user(self.env, "employee", groups="base.group_user")
        user.partner_id.parent_id = self.company.partner_id
        move = self.make_invoice(self.company.partner_id, 99, self.day(-9))
        self.log_in(user)
        self.assertNotIn(move.name, self.url_open("/my/statement").text)

    def test_companies_apart(self):
        """Each company's account on its own page."""
        company = self.setup_other_company(name="Second")["company"]
        customer = self.customer.with_company(company)
        move = self.make_invoice(customer, 888, self.day(-15), company=company)
        self.log_in()
        page = self.url_open("/my/statement").text
        self.assertIn("Second", page)
        self.assertIn(self.company.name, page)
        first = self.url_open(self.url).text
        second = self.url_open(f"/my/statement/{company.id}").text
        self.assertIn(self.late.name, first)
        self.assertNotIn("888.00", first)
        self.assertIn("888.00", second)
        self.assertNotIn("1,000.00", second)
        items = self.get_rows_of(move)
        self.send("promise", item=items)
        self.assertFalse(self.root["collection.promise"].search([]))
        self.send("promise", item=items, url=f"/my/statement/{company.id}")
        promise = self.root["collection.promise"].search([])
        self.assertEqual(promise.company_id, company)
