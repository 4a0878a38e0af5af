from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon
from ..terms.test_terms import TermsCommon


class ChargeCommon(CollectionCommon):
    """Customers in Germany and France, who owe euros."""

    today = date(2026, 8, 3)  # a Monday

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        cls.env["res.currency.rate"].search([]).unlink()
        cls.users = cls.make_users()
        cls.customer = cls.make_german("Debtor")
        cls.policy = cls.make_policy(
            {"days": 5, "charges": "none"},
            {"days": 20, "charges": "announce"},
            {"days": 35, "charges": "charge", "charge_offer_days": 10},
            quiet_days=1,
        )
        cls.invoice = cls.invoice_eur(cls.customer, 5000, date(2026, 6, 15))

    @classmethod
    def make_german(cls, name, **vals):
        return cls.make_customer(name, country_id=cls.env.ref("base.de").id, **vals)

    @classmethod
    def invoice_eur(cls, partner, amount, due, **kwargs):
        return cls.make_invoice(partner, amount, due, currency=cls.eur, **kwargs)

    @classmethod
    def rows(cls, partner=None):
        partner = partner or cls.customer
        return cls.env["collection.exposure"].search([("partner_id", "=", partner.id)])

    @classmethod
    def charge(cls, day, partner=None):
        """Charge all that is late of a customer up to a day; answer the drafts."""
        env = cls.root(context={"collection_as_of": day})
        rows = env["collection.exposure"].browse(cls.rows(partner).ids)
        return cls.env["account.move"].browse(
            env["collection.charge.booking"]._charge(rows, with_fees=False).ids
        )

    @classmethod
    def charges(cls, moves=None):
        domain = [("move_id", "in", moves.ids)] if moves else []
        return cls.env["collection.charge"].search(domain, order="id")

    @classmethod
    def follow(cls, day):
        env = cls.root(context={"collection_as_of": day})
        env["collection.charge.follow.up"]._follow_up(
            env["res.company"].browse(cls.company.id), day
        )
        cls.env.invalidate_all()

    @classmethod
    def amounts(cls, charges):
        return [(one.kind, round(one.amount, 3)) for one in charges]


@tagged("post_install", "-at_install")
class TestCharges(ChargeCommon):
    """Interest and lump sums in the ledger."""

    def test_the_vector_of_a_changed_half_year(self):
        move = self.charge(date(2026, 7, 31))
        self.assertEqual(
            self.amounts(self.charges(move)), [("interest", 65.77), ("lump", 40.0)]
        )
        self.assertEqual((move.state, move.amount_total), ("draft", 105.77))
        self.assertEqual((move.move_type, move.amount_tax), ("out_invoice", 0))
        self.assertEqual(move.currency_id, self.eur)
        name = move.invoice_line_ids[0].name
        self.assertIn("15 days at 10.27 % on", name)
        self.assertIn("31 days at 10.52 % on", name)
        self.assertIn(self.invoice.name, name)
        charge = self.charges(move)[0]
        self.assertEqual(charge.late_move_id, self.invoice)
        self.assertEqual(charge.charge_line_id, move.invoice_line_ids[0])

    def test_nothing_is_charged_twice(self):
        first = self.charge(date(2026, 7, 10))
        self.assertFalse(self.charge(date(2026, 7, 10)), "drafts count")
        first.action_post()
        second = self.charge(date(2026, 7, 31))
        self.assertEqual(round(first.amount_total + second.amount_total, 2), 105.77)
        self.assertEqual(self.charges(second).mapped("kind"), ["interest"])
        self.assertIn("charged before", second.invoice_line_ids.name)

    def test_cancelling_or_deleting_frees(self):
        move = self.charge(date(2026, 7, 31))
        move.button_cancel()
        self.assertEqual(set(self.charges().mapped("state")), {"cancelled"})
        again = self.charge(date(2026, 7, 31))
        self.assertEqual(again.amount_total, 105.77)
        again.invoice_line_ids[0].unlink()
        third = self.charge(date(2026, 7, 31))
        self.assertEqual(self.amounts(self.charges(third)), [("interest", 65.77)])
        (again | third).unlink()
        self.assertEqual(self.charge(date(2026, 7, 31)).amount_total, 105.77)

    def test_a_payment_lowers_the_base_from_the_next_day(self):
        self.pay(self.invoice, 2000, date(2026, 6, 30))
        move = self.charge(date(2026, 7, 31))
        # 15 days at 10.27 on 5,000; 31 days at 10.52 on 3,000: 21.10 + 26.80.
        self.assertEqual(self.amounts(self.charges(move))[0], ("interest", 47.9))

    def test_what_was_credited_was_never_owed(self):
        credit = self.make_credit(
            self.customer, 2000, date(2026, 7, 20), currency=self.eur
        )
        self.receivable(self.invoice | credit).reconcile()
        move = self.charge(date(2026, 7, 31))
        # 3,000 from the first day: 12.66 + 26.80.
        self.assertEqual(self.amounts(self.charges(move))[0], ("interest", 39.46))

    def test_a_credited_principal_proposes_the_correction(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        credit = self.make_credit(
            self.customer, 5000, date(2026, 8, 1), currency=self.eur
        )
        self.receivable(self.invoice | credit).reconcile()
        self.follow(self.today)
        notes = self.charges().move_id - move
        self.assertEqual((notes.move_type, notes.state), ("out_refund", "draft"))
        self.assertEqual(notes.amount_total, 105.77)
        self.follow(self.today)
        self.assertEqual(self.charges().move_id - move, notes, "once")

    def test_charges_bear_no_interest(self):
        self.charge(date(2026, 7, 1)).action_post()
        self.charge(date(2026, 7, 15)).action_post()
        total = sum(self.charges().mapped("amount"))
        move = self.charge(date(2026, 7, 31))
        self.assertEqual(round(total + move.amount_total, 2), 105.77)
        self.assertEqual(set(self.charges().late_move_id), {self.invoice})

    def test_what_is_disputed_is_not_charged(self):
        self.plan()
        self.env["collection.dispute"].create(
            {
                "move_id": self.invoice.id,
                "amount": 2000,
                "reason_id": self.env["collection.reason"]
                .search([("kind", "=", "dispute")], limit=1)
                .id,
            }
        )
        move = self.charge(date(2026, 7, 31))
        self.assertEqual(self.amounts(self.charges(move))[0], ("interest", 39.46))

    def test_what_a_petition_stays_is_not_charged(self):
        draft = self.charge(date(2026, 7, 31))
        self.env["collection.bankruptcy"].create(
            {
                "partner_id": self.customer.id,
                "date_petition": date(2026, 8, 1),
                "court_id": self.env["collection.court"].search([], limit=1).id,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(set(self.rows().mapped("status")), {"stayed"})
        self.follow(self.today)
        self.assertEqual(draft.state, "cancel")
        self.assertEqual(set(self.charges().mapped("state")), {"cancelled"})
        self.assertFalse(self.charge(self.today))

    def test_yen_and_dinars_are_rounded_to_what_they_have(self):
        found = {}
        for name, amount in (("JPY", 1000000), ("KWD", 1000)):
            currency = self.env.ref(f"base.{name}")
            currency.active = True
            customer = self.make_german(name)
            self.make_invoice(customer, amount, date(2026, 6, 30), currency=currency)
            move = self.charge(date(2026, 7, 30), customer)
            self.assertEqual(move.currency_id, currency)
            found[name] = self.amounts(self.charges(move))[0][1]
        # 30 days at 10.52 %: 8,646.58 yen, 8.64658 dinars.
        self.assertEqual(found, {"JPY": 8647, "KWD": 8.647})

    def test_each_currency_has_an_invoice_of_its_own(self):
        self.make_invoice(self.customer, 1000, date(2026, 6, 30))
        moves = self.charge(date(2026, 7, 30))
        self.assertEqual(len(moves), 2)
        self.assertEqual(moves.currency_id, self.eur | self.currency)

    def test_without_a_rule_or_before_it_is_late_nothing(self):
        stranger = self.make_customer("Stranger", country_id=self.env.ref("base.br").id)
        self.invoice_eur(stranger, 1000, date(2026, 6, 1))
        self.assertFalse(self.charge(self.today, stranger))
        punctual = self.make_german("Punctual")
        self.invoice_eur(punctual, 1000, self.today)
        self.assertFalse(self.charge(self.today, punctual))
        consumer = self.make_customer(
            "Consumer", is_company=False, country_id=self.env.ref("base.fr").id
        )
        self.invoice_eur(consumer, 1000, date(2026, 6, 1))
        self.assertFalse(self.charge(self.today, consumer))

    def test_days_without_a_rate_are_not_charged(self):
        self.env["collection.reference.rate"].search(
            [("kind", "=", "de"), ("date_from", "=", date(2026, 7, 1))]
        ).unlink()
        move = self.charge(date(2026, 7, 31))
        self.assertEqual(self.amounts(self.charges(move))[0], ("interest", 21.1))

    def test_grace_and_the_smallest_interest(self):
        rule = self.env["collection.charge.rule"]._find(self.company, self.customer)
        rule.sudo().grace_days = 46
        self.assertFalse(self.charge(date(2026, 7, 31)))
        self.assertTrue(self.charge(date(2026, 8, 1)), "from the due date on")
        self.assertEqual(self.charges()[0].amount, 67.22)
        other = self.make_german("Other")
        self.invoice_eur(other, 100, date(2026, 6, 15))
        rule.sudo().interest_min = 5
        move = self.charge(date(2026, 8, 1), other)
        self.assertEqual(self.charges(move).mapped("kind"), ["lump"])

    def test_interest_that_starts_with_a_reminder(self):
        swiss = self.make_customer("Swiss", country_id=self.env.ref("base.ch").id)
        invoice = self.invoice_eur(swiss, 10000, date(2026, 6, 30))
        self.assertFalse(self.charge(date(2026, 7, 20), swiss), "nobody has reminded")
        self.live(-21, -20, swiss)  # 13 and 14 July
        sent = self.env["collection.contact"].search([("move_ids", "in", invoice.ids)])
        sent = min(sent.mapped("date")).date()
        move = self.charge(self.today, swiss)
        days = (self.today - sent).days
        self.assertGreater(days, 0)
        self.assertEqual(
            self.amounts(self.charges(move)),
            [("interest", round(10000 * 0.05 * days / 365, 2))],
        )

    def test_what_is_not_due_yet_cannot_be_demanded(self):
        """A reminder before the due date starts no interest, the next one does."""
        self.policy.stage_ids[0].days = -5
        swiss = self.make_customer("Swiss", country_id=self.env.ref("base.ch").id)
        self.invoice_eur(swiss, 10000, date(2026, 6, 30))
        self.live(-40, -30, swiss)  # until 4 July
        self.assertTrue(self.get_case(swiss).letter_ids)
        self.assertFalse(self.charge(date(2026, 7, 20), swiss))
        self.live(-20, -13, swiss)  # from 14 July
        self.assertTrue(self.charge(self.today, swiss))

    def test_a_lump_sum_per_invoice_or_per_payment(self):
        """40 euros for each late payment; in France once for an invoice."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "In two parts",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 0}
                    ),
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 30}
                    ),
                ],
            }
        )
        for code, count in (("de", 2), ("fr", 1)):
            customer = self.make_customer(
                code, country_id=self.env.ref(f"base.{code}").id
            )
            self.make_invoice(
                customer,
                1000,
                currency=self.eur,
                issued=date(2026, 6, 1),
                terms=terms,
            )
            for day in (date(2026, 6, 20), date(2026, 7, 20), date(2026, 7, 31)):
                self.charge(day, customer)
            own = self.charges().filtered(
                lambda one, who=customer: one.partner_id == who and one.kind == "lump"
            )
            self.assertEqual(len(own), count, code)
            self.assertEqual(own[:1].line_id.date_maturity, date(2026, 6, 1))

    def test_two_companies_charge_their_own(self):
        other = self.setup_other_company(name="Other seller")["company"]
        theirs = self.invoice_eur(self.customer, 1000, date(2026, 6, 30), company=other)
        ours = self.rows().filtered(lambda row: row.company_id == self.company)
        self.env["collection.charge.booking"].sudo()._charge(ours, with_fees=False)
        self.assertNotIn(theirs, self.charges().late_move_id)
        self.assertEqual(self.charges().company_id, self.company)

    def test_collectors_charge_and_others_do_not(self):
        self.plan()
        case = self.get_case(self.customer)
        action = case.with_user(self.users["collector"]).action_charge()
        move = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(move.state, "draft")
        with self.assertRaisesRegex(UserError, "nothing to charge"):
            case.with_user(self.users["collector"]).action_charge()
        with self.assertRaises(AccessError):
            case.with_user(self.users["invoicing"]).action_charge()
        charge = self.charges()[0]
        with self.assertRaises(AccessError):
            charge.with_user(self.users["manager"]).amount = 1
        for kind in ("invoicing", "readonly", "collector"):
            self.assertTrue(charge.with_user(self.users[kind]).amount)

    def test_an_account_of_the_rule(self):
        account = self.company_data["default_account_revenue"].copy({"code": "778899"})
        rule = self.env["collection.charge.rule"]._find(self.company, self.customer)
        rule.with_company(self.company).account_id = account
        move = self.charge(date(2026, 7, 31))
        self.assertEqual(move.invoice_line_ids.account_id, account)

    def test_a_claim_tells_interest_from_principal(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        Line = self.env["collection.claim.line"]
        item = self.receivable(move)
        row = {"line_id": item.id, "open": 105.77, "booked": 105.77, "amount": 105.77}
        claim = self.env["collection.claim"].new({"company_id": self.company.id})
        self.assertEqual(Line._prepare_ledger_vals(claim, row, {})["kind"], "charge")


@tagged("post_install", "-at_install")
class TestChargeStages(ChargeCommon):
    """What the stages of a policy say and charge."""

    def message(self, day):
        """Answer the table of the step of a day."""
        self.plan(day)
        step = self.open_steps(self.customer)
        composer = self.env(context={"collection_as_of": day})[
            "collection.message.composer"
        ]
        values = composer._prepare(step.with_env(composer.env), {step: []})[step]
        return values["charges"], composer._render_email(values)

    def test_say_nothing_announce_charge(self):
        tables, mail = self.message(date(2026, 6, 22))
        self.assertEqual(tables, [])
        self.assertNotIn("Total with interest", mail)
        self.execute(date(2026, 6, 22))
        [table], mail = self.message(date(2026, 7, 6))
        # 15 days at 10.27 and 6 at 10.52: 21.10 + 8.65.
        self.assertEqual(
            [text.replace("\xa0", " ") for _label, text in table["lines"]],
            ["5,000.00 €", "29.75 €", "40.00 €"],
        )
        self.assertEqual(table["total"].replace("\xa0", " "), "5,069.75 €")
        self.assertIn("1.44", table["notes"][0])
        self.assertIn("06/16/2026", table["notes"][0])
        self.assertIn("Total with interest", mail)
        self.execute(date(2026, 7, 6))
        self.follow(date(2026, 7, 7))
        self.assertFalse(self.charges(), "announced is not charged")

    def reach_charging(self):
        """Live until the third message, of 20 July."""
        self.live(-50, -14, self.customer)
        self.assertEqual(self.rows().date_stage, date(2026, 7, 20))

    def test_the_night_charges_what_the_message_has_shown(self):
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        # 15 days at 10.27, 20 at 10.52: 21.10 + 28.82.
        self.assertEqual(
            self.amounts(self.charges()), [("interest", 49.92), ("lump", 40.0)]
        )
        self.assertEqual(self.charges().move_id.state, "draft")
        self.assertEqual(self.charges()[0].date_offer, date(2026, 7, 30))
        self.follow(date(2026, 7, 22))
        self.assertEqual(len(self.charges()), 2, "once")

    def test_small_ones_post_by_themselves_where_the_policy_lets_them(self):
        self.policy.charge_post_max = 89.91
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        self.assertEqual(self.charges().move_id.state, "draft")
        self.charges().move_id.unlink()
        self.policy.charge_post_max = 89.92
        self.follow(date(2026, 7, 21))
        self.assertEqual(self.charges(self.charges().move_id).move_id.state, "posted")

    def test_a_fee_per_reminder(self):
        rule = self.env["collection.charge.rule"].create(
            {
                "name": "Fees",
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.de").ids)],
                "basis": "none",
                "fee": 5,
                "fee_count": 1,
                "currency_id": self.eur.id,
                "source": "A test",
            }
        )
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        self.assertEqual(self.amounts(self.charges()), [("fee", 5.0)])
        self.assertEqual(self.charges().rule_id, rule)
        self.follow(date(2026, 7, 22))
        self.assertEqual(len(self.charges()), 1)

    def test_a_kept_offer_waives(self):
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        move = self.charges().move_id
        self.pay(self.invoice, day=date(2026, 7, 30))
        self.follow(date(2026, 7, 31))
        self.assertEqual(set(self.charges().mapped("state")), {"waived"})
        self.assertEqual(move.state, "cancel")

    def test_an_offer_that_was_not_kept_stays_charged(self):
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        self.pay(self.invoice, day=date(2026, 7, 31))
        self.follow(date(2026, 8, 1))
        self.assertEqual(set(self.charges().mapped("state")), {"draft"})

    def test_screens_and_statement_show_the_same_table(self):
        self.live(-50, -28, self.customer)
        case = self.get_case(self.customer).with_context(
            collection_as_of=date(2026, 7, 6)
        )
        self.assertIn("29.75", case.charge_table)
        values = case.env["collection.statement"]._prepare_cases(case)[case]
        [table] = values["charges"]
        self.assertIn("5,069.75", table["total"])
        portal = case.env["collection.portal.account"]
        values = portal._get_values(self.customer, self.company, self.customer)
        self.assertEqual(values["charges"], [table])

    def test_the_notice_says_which_rates_are_missing(self):
        self.env["collection.reference.rate"].search(
            [("kind", "=", "de"), ("date_from", "=", date(2026, 7, 1))]
        ).unlink()
        self.live(-50, -29, self.customer)
        [table], _mail = self.message(date(2026, 7, 6))
        self.assertIn("No reference rate is known from 07/01/2026", table["notes"][0])


@tagged("post_install", "-at_install")
class TestChargeWaivers(ChargeCommon):
    """Charges that are waived, carried and analysed."""

    def waive(self, charges, user="collector"):
        wizard = self.env["collection.charge.waive"].with_user(self.users[user])
        wizard = wizard.create(
            {
                "charge_ids": [Command.set(charges.ids)],
                "reason_id": self.env.ref(
                    "account_collections.reason_waiver_goodwill"
                ).id,
                "note": "A good customer",
            }
        )
        return wizard.action_waive()

    def test_a_draft_is_taken_out_and_not_charged_again(self):
        move = self.charge(date(2026, 7, 31))
        interest, lump = self.charges()
        self.waive(lump)
        self.assertEqual(move.amount_total, 65.77)
        self.assertEqual((lump.state, interest.state), ("waived", "draft"))
        self.assertEqual(lump.waive_note, "A good customer")
        self.assertEqual(lump.waive_user_id, self.users["collector"])
        self.waive(interest)
        self.assertEqual(move.state, "cancel")
        self.assertFalse(self.charge(date(2026, 7, 31)))
        self.assertEqual(self.charge(date(2026, 8, 1)).amount_total, 1.45)

    def test_what_is_posted_gets_a_draft_credit_note(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        action = self.waive(self.charges()[0])
        note = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(
            (note.move_type, note.state, note.amount_total),
            ("out_refund", "draft", 65.77),
        )
        self.assertEqual(note.reversed_entry_id, move)
        self.assertEqual(self.charges().mapped("state"), ["waived", "posted"])
        note.action_post()
        self.assertEqual(move.amount_residual, 40)
        self.assertEqual(self.charges().mapped("state"), ["waived", "posted"])
        with self.assertRaisesRegex(UserError, "not yet paid"):
            self.charges()[0]._waive(
                self.env.ref("account_collections.reason_waiver_goodwill")
            )

    def test_a_cancelled_credit_note_waives_nothing(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        note = self.env["account.move"].browse(self.waive(self.charges()[0])["res_id"])
        note.button_cancel()
        self.assertEqual(self.charges()[0].state, "posted")

    def test_more_than_a_collector_may_is_for_a_manager(self):
        self.plan()
        self.charge(date(2026, 7, 31))
        self.policy.charge_waive_max = 50
        with self.assertRaisesRegex(AccessError, "manager"):
            self.waive(self.charges())
        self.waive(self.charges(), "manager")
        self.assertEqual(set(self.charges().mapped("state")), {"waived"})
        with self.assertRaises(AccessError):
            self.waive(self.charges(), "invoicing")

    def test_the_limit_of_collectors_is_for_a_year(self):
        """Nobody gets around it in small steps, nor with a colleague."""
        self.plan()
        self.charge(date(2026, 7, 31))
        lump = self.charges().filtered(lambda one: one.kind == "lump")
        self.policy.charge_waive_max = 70
        self.waive(lump)
        with self.assertRaisesRegex(AccessError, "in a year"):
            self.waive(self.charges() - lump)
        self.policy.charge_waive_max = 105.77
        self.waive(self.charges() - lump)
        self.assertEqual(set(self.charges().mapped("state")), {"waived"})

    def pay_principal(self, **policy):
        self.policy.write(policy)
        self.plan()
        self.live(-50, -14, self.customer)
        self.follow(date(2026, 7, 21))
        move = self.charges().move_id
        move.action_post()
        self.pay(self.invoice, day=date(2026, 8, 3))
        self.follow(date(2026, 8, 4))
        return move

    def test_what_is_left_is_asked_for(self):
        move = self.pay_principal()
        self.assertEqual(self.rows().move_id, move)
        self.assertEqual(self.rows().status, "open")

    def test_what_is_left_is_waived_up_to_an_amount(self):
        self.pay_principal(charge_rest="waive", charge_rest_max=89.91)
        self.assertEqual(set(self.charges().mapped("state")), {"posted"})
        self.policy.charge_rest_max = 89.92
        self.follow(date(2026, 8, 5))
        self.assertEqual(set(self.charges().mapped("state")), {"waived"})
        self.assertEqual(self.charges().waive_move_id.state, "draft")

    def test_what_is_left_is_carried(self):
        move = self.pay_principal(charge_rest="carry")
        self.assertEqual(self.rows().status, "excluded")
        self.invoice_eur(self.customer, 100, date(2026, 7, 1))
        self.follow(date(2026, 8, 5))
        row = self.rows().filtered(lambda row: row.move_id == move)
        self.assertEqual(row.status, "open")

    def test_charged_paid_and_waived_add_up(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        self.waive(self.charges()[1])
        self.pay(move, 50, self.today)
        self.env.flush_all()
        rows = self.env["collection.charge.analysis"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(round(sum(rows.mapped("amount")), 2), 105.77)
        self.assertEqual(sum(rows.mapped("amount_waived")), 40)
        waived = rows.filtered(lambda row: row.state == "waived")
        self.assertEqual(waived.kind, "lump")
        for row in rows:
            parts = row.amount_paid + row.amount_waived + row.amount_open
            self.assertAlmostEqual(parts, row.amount)


@tagged("post_install", "-at_install")
class TestChargeTerms(TermsCommon):
    """What was agreed and signed goes before the law."""

    def invoice_here(self, country):
        self.customer.country_id = self.env.ref(f"base.{country}")
        return self.make_invoice(
            self.customer, 10000, self.day(-45), issued=self.day(-75)
        )

    def figure(self, invoice):
        line = self.receivable(invoice)
        calculation = self.env["collection.charge.calculation"]
        found = calculation._get_figures(line, {line.sudo(): self.today})
        figure = found[line.sudo()]
        return round(figure.interest, 2), round(figure.lump, 2)

    def test_by_contract_only(self):
        invoice = self.invoice_here("us")
        self.assertEqual(self.figure(invoice), (0, 0), "nothing is signed")
        # 18 % for 45 days, and a lump sum.
        self.start(self.day(-80), interest_rate=18, lump_sum=25)
        self.assertEqual(self.figure(invoice), (221.92, 25))

    def test_signed_after_the_invoice_is_too_late(self):
        invoice = self.invoice_here("us")
        self.start(self.day(-70), interest_rate=18)
        self.assertEqual(self.figure(invoice), (0, 0))

    def test_points_over_the_reference_of_the_law(self):
        self.start(self.day(-80), interest_kind="points", interest_points=5)
        invoice = self.invoice_here("de")
        # 1.27 and 5 points, 45 days.
        self.assertEqual(self.figure(invoice)[0], 77.3)

    def test_consumers_have_nothing_to_agree(self):
        self.start(self.day(-80), interest_rate=18)
        invoice = self.invoice_here("be")
        self.assertEqual(self.figure(invoice)[0], 221.92)
        self.customer.collection_debtor_kind = "consumer"
        line = self.receivable(invoice)
        calculation = self.env["collection.charge.calculation"]
        self.assertFalse(calculation._get_figures(line, {line.sudo(): self.today}))
