import io

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.pdf import PdfFileReader

from ..common.base import CollectionCommon

VALID = "9400 1112 0108 0805 4830 16"
VALID_20 = "7112 3456 7891 2345 6787"
WRONG = "9400 1112 0108 0805 4830 17"
FOREIGN = "RR123456785DE"


class LetterCommon(CollectionCommon):
    """Certified letters to customers here and abroad, ready to be printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy(
            {"name": "Demand", "days": 1, "channel": "certified"}
        )
        cls.users = cls.make_users()

    @classmethod
    def make_letters(cls, *towns, channel="certified"):
        """Write a letter to a customer in each town.

        :param towns: tuples of country code, postal code
        """
        cls.policy.stage_ids.channel = channel
        customers = cls.env["res.partner"].concat(
            *(
                cls.make_customer(
                    f"In {code} {zip_}",
                    country_id=cls.env.ref(f"base.{code.lower()}").id,
                    zip=zip_,
                )
                for code, zip_ in towns
            )
        )
        for customer in customers:
            cls.make_invoice(customer)
        cls.plan()
        cls.execute()
        letters = cls.env["collection.letter"].search(
            [("customer_id", "in", customers.ids)]
        )
        by_customer = {letter.customer_id: letter for letter in letters}
        return cls.env["collection.letter"].concat(
            *(by_customer[customer] for customer in customers)
        )

    def as_collector(self, records):
        return records.with_user(self.users["collector"]).with_context(
            allowed_company_ids=None
        )


@tagged("post_install", "-at_install")
class TestLetterBatch(LetterCommon):
    """A pile of letters: printed, posted and numbered together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.letters = cls.make_letters(
            ("US", "90210"), ("BE", "9000"), ("BE", "1000"), ("US", "10001")
        )
        # By country, then by postal code.
        cls.pile = cls.letters.browse(cls.letters[n].id for n in (2, 1, 3, 0))

    def print_all(self):
        self.as_collector(self.letters).action_print()
        return self.letters.batch_id

    def test_one_document_in_postal_order(self):
        url = self.as_collector(self.letters).action_print()["url"]
        self.assertEqual(url.rpartition("/")[2], ",".join(map(str, self.pile.ids)))
        content = self.env["collection.dispatcher"]._merge_documents(self.pile)
        pages = PdfFileReader(io.BytesIO(content)).pages
        self.assertEqual(len(pages), 4)
        for page, letter in zip(pages, self.pile, strict=True):
            self.assertIn(letter.partner_id.zip, page.extract_text())
        batch = self.letters.batch_id
        self.assertEqual(len(batch), 1)
        self.assertEqual(batch._get_sorted_letters(), self.pile)
        self.assertEqual(batch.user_id, self.users["collector"])
        self.assertEqual(set(self.letters.mapped("delivery_state")), {"printed"})
        self.assertTrue(all(self.letters.mapped("date_printed")))

    def test_printing_again_makes_no_second_batch(self):
        batch = self.print_all()
        url = self.as_collector(batch).action_print()["url"]
        self.assertTrue(url.endswith(",".join(map(str, self.pile.ids))))
        self.as_collector(self.letters).action_print()
        self.assertEqual(self.letters.batch_id, batch)

    def test_posted_in_one_click(self):
        batch = self.print_all()
        self.assertEqual(batch.to_post_count, 4)
        self.as_collector(batch).action_post()
        self.assertEqual(set(self.letters.mapped("delivery_state")), {"posted"})
        self.assertTrue(all(self.letters.mapped("date_sent")))
        self.assertEqual(batch.to_post_count, 0)
        with self.assert_refused("have been posted"):
            self.as_collector(batch).action_post()

    def test_only_who_works_letters_prints_them(self):
        with self.assertRaisesRegex(Exception, "not allowed"):
            self.letters.with_user(self.users["invoicing"]).action_print()

    def open_tracking(self):
        """Answer the form of the wizard, opened by its button, and its record."""
        batch = self.as_collector(self.print_all())
        action = batch.action_open_tracking()
        Wizard = batch.env[action["res_model"]].with_context(**action["context"])
        return Form(Wizard)

    def test_numbers_in_the_order_of_the_print(self):
        form = self.open_tracking()
        form.numbers = f"{VALID}\n\n{VALID_20}\n{FOREIGN}\n"
        wizard = form.save()
        lines = [
            (line.letter_id, line.number, line.problem) for line in wizard.line_ids
        ]
        first, second, third, fourth = self.pile
        self.assertEqual(
            lines,
            [
                (first, VALID, False),
                (second, False, False),
                (third, VALID_20, False),
                (fourth, FOREIGN, False),
            ],
        )
        wizard.action_save()
        self.assertEqual(
            self.pile.mapped("tracking_number"), [VALID, False, VALID_20, FOREIGN]
        )
        self.assertEqual(self.letters.batch_id.missing_count, 1)

    def test_a_wrong_check_digit_is_pointed_out_and_kept(self):
        form = self.open_tracking()
        form.numbers = WRONG
        wizard = form.save()
        self.assertRegex(wizard.line_ids[0].problem, "check digit")
        wizard.action_save()
        self.assertEqual(self.pile[0].tracking_number, WRONG)
        self.assertRegex(self.pile[0].tracking_problem, "check digit")

    def test_nothing_is_lost_on_an_error(self):
        other = self.make_letters(("BE", "2000"))
        other.tracking_number = VALID_20
        form = self.open_tracking()
        typed = f"{VALID}\n{VALID}\n{VALID_20}\n1\n2"
        form.numbers = typed
        wizard = form.save()
        problems = wizard.line_ids.mapped("problem")
        self.assertRegex(problems[0], "scanned twice")
        self.assertRegex(problems[2], "Another letter")
        self.assertRegex(problems[4], "no letter left")
        with self.assert_refused("5 numbers for 4 letters"):
            wizard.action_save()
        self.assertEqual(wizard.numbers, typed)
        wizard.numbers = f"{VALID}\n{VALID}"
        with self.assert_refused("scanned twice, on lines 1, 2"):
            wizard.action_save()
        self.assertFalse(any(self.pile.mapped("tracking_number")))

    def test_scanned_with_the_routing_code(self):
        """A scanner reads the postal code of the label along with the number."""
        form = self.open_tracking()
        form.numbers = "420902109400111201080805483016"
        form.save().action_save()
        self.assertEqual(self.pile[0].tracking_number, VALID)


@tagged("post_install", "-at_install")
class TestLetterDelivery(LetterCommon):
    """What became of a letter, who signed, and the receipt as evidence."""

    def setUp(self):
        super().setUp()
        self.letter = self.make_letters(("US", "90210"))
        letter = self.as_collector(self.letter)
        letter.action_print()
        letter.action_post()
        # Tests live on a day in the past, the post today.
        self.letter.sudo().date_sent = "2026-03-02 15:00:00"
        self.letter.tracking_number = VALID

    def record(self, result, day=None, **vals):
        letter = self.as_collector(self.letter).with_context(
            collection_as_of=self.day(5)
        )
        action = letter.action_open_result()
        Wizard = letter.env[action["res_model"]].with_context(**action["context"])
        wizard = Wizard.create({"result": result, "day": day or self.day(3), **vals})
        wizard.action_record()

    def make_scan(self):
        return self.as_collector(self.env["ir.attachment"]).create(
            {"name": "receipt.png", "raw": b"signed"}
        )

    def test_delivered_and_signed(self):
        scan = self.make_scan()
        self.record(
            "delivered", signer="J. Doe", attachment_ids=[Command.set(scan.ids)]
        )
        self.assertEqual(self.letter.delivery_state, "delivered")
        self.assertEqual(self.letter.date_delivered, self.day(3))
        self.assertEqual(self.letter.receipt_ids, scan)
        self.assertEqual(
            self.letter.proof_text,
            f"tracking number {VALID}, delivered on 03/05/2026, signed by J. Doe",
        )
        for change in (scan.unlink, lambda: scan.write({"raw": b"forged"})):
            with self.assert_refused("is evidence"):
                change()

    def test_the_receipt_comes_later(self):
        self.record("delivered")
        with self.assert_refused("Add the scanned receipt"):
            self.record("receipt")
        scan = self.make_scan()
        self.record("receipt", signer="J. Doe", attachment_ids=[Command.set(scan.ids)])
        self.assertEqual(self.letter.receipt_ids, scan)
        self.assertEqual(self.letter.signer, "J. Doe")
        self.assertEqual(self.letter.delivery_state, "delivered")

    def test_refused_then_returned(self):
        self.record("refused", reason="Refused at the door")
        self.assertEqual(self.letter.date_refused, self.day(3))
        self.record("returned", self.day(4))
        self.assertEqual(self.letter.date_returned, self.day(4))
        self.assertIn("refused on", self.letter.proof_text)
        case = self.letter.case_id
        self.assertIn("Message not delivered", case.activity_ids.mapped("summary"))
        returned = case.contact_ids.filtered(lambda row: row.outcome == "returned")
        self.assertEqual(len(returned), 2)
        self.assertEqual(returned.letter_id, self.letter)

    def test_days_that_cannot_be(self):
        with self.assert_refused("in the future"):
            self.record("delivered", self.day(6))
        with self.assert_refused("cannot have arrived before"):
            self.record("delivered", self.day(-1))
        self.assertEqual(self.letter.delivery_state, "posted")

    def test_nobody_writes_the_proof_by_hand(self):
        letter = self.as_collector(self.letter)
        for vals in (
            {"date_delivered": self.day(1)},
            {"signer": "Nobody"},
            {"receipt_ids": [Command.clear()]},
            {"batch_id": False},
        ):
            with self.subTest(vals), self.assertRaisesRegex(Exception, "by hand"):
                letter.write(vals)

    def test_the_stored_document_is_checked(self):
        letter = self.letter.with_user(self.users["invoicing"])
        self.assertEqual(letter.action_check()["params"]["type"], "success")
        self.env.flush_all()
        # Somebody changes the file behind Odoo's back.
        self.env.cr.execute(
            "UPDATE ir_attachment SET db_datas = %s, store_fname = NULL WHERE id = %s",
            (b"%PDF forged", self.letter.attachment_id.id),
        )
        self.env.invalidate_all()
        params = letter.action_check()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertRegex(params["message"], "not the one that was sent")

    def test_an_email_is_sealed_too(self):
        [letter] = self.make_letters(("BE", "3000"), channel="email")
        self.assertEqual(letter.action_check()["params"]["type"], "success")
        letter.sudo().body = "<p>Other words</p>"
        self.assertEqual(letter.action_check()["params"]["type"], "danger")


@tagged("post_install", "-at_install")
class TestLetterPost(LetterCommon):
    """Odoo's postal service."""

    def setUp(self):
        super().setUp()
        self.letter = self.make_letters(("US", "90210"), channel="letter")

    def send(self):
        self.assertTrue(self.letter.has_post)
        self.as_collector(self.letter).action_send_by_post()
        self.assertEqual(self.letter.delivery_state, "queued")
        return self.letter.post_id.with_env(self.root)

    def assert_given_back(self, reason):
        self.env.invalidate_all()
        self.assertEqual(self.letter.delivery_state, "to_print")
        self.assertEqual(self.letter.failure_reason, reason)
        self.assertFalse(self.letter.post_id)
        tasks = self.letter.case_id.activity_ids.mapped("summary")
        self.assertIn("Print and post the letter", tasks)

    def test_sent(self):
        order = self.send()
        self.assertEqual(order.attachment_id, self.letter.attachment_id)
        order.write({"color": True})
        self.assertEqual(self.letter.delivery_state, "queued")
        order.state = "sent"
        self.env.invalidate_all()
        self.assertEqual(self.letter.delivery_state, "posted")
        self.assertTrue(self.letter.date_sent)

    def test_not_taken(self):
        """The letter is printed here; that the service does not try again as well."""
        order = self.send()
        order.write(
            {
                "state": "error",
                "error_code": "CREDIT_ERROR",
                "info_msg": "<p>No credit left</p>",
            }
        )
        self.assert_given_back("No credit left")
        self.assertEqual(order.state, "canceled")

    def test_cancelled_or_deleted_by_hand(self):
        for act in ("cancel", "unlink"):
            with self.subTest(act):
                getattr(self.send(), act)()
                self.assert_given_back("The postal service did not accept the letter.")

    def test_a_stay_stops_it_before_it_is_printed(self):
        """What waits is recalled with the bankruptcy; what was queued behind our back
        is stopped at the last look."""
        order = self.send()
        self.root["collection.bankruptcy"].create(
            {
                "partner_id": self.letter.move_ids.commercial_partner_id.id,
                "court_id": self.env["collection.court"].search([], limit=1).id,
                "date_petition": self.today,
            }
        )
        self.assertEqual(order.state, "canceled")
        self.assertEqual(self.letter.delivery_state, "cancelled")
        order.state = "pending"
        self.letter.sudo().write({"delivery_state": "queued", "post_id": order.id})
        order._snailmail_print_valid_address()
        self.assertEqual(order.state, "canceled")
        self.assertEqual(self.letter.delivery_state, "cancelled")
        self.assertIn("is bankrupt", self.letter.failure_reason)

    def test_a_hold_recalls_it(self):
        order = self.send()
        self.make_hold(self.letter.case_id)
        self.assertEqual(order.state, "canceled")
        self.assertEqual(self.letter.delivery_state, "cancelled")

    def test_certified_letters_are_not_for_it(self):
        certified = self.make_letters(("BE", "9000"))
        self.assertFalse(certified.has_post)
        with self.assert_refused("ordinary letters"):
            self.as_collector(certified).action_send_by_post()
