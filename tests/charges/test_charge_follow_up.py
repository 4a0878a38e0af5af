from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_charges import ChargeCommon

FOLLOW_UP = "odoo.addons.account_collections.models.charges.collection_charge_follow_up"


@tagged("post_install", "-at_install")
class TestChargeFollowUp(ChargeCommon):
    """Each charge is asked for once, and taken back once; open credits and other
    customers' troubles are minded."""

    def reach_charging(self):
        """Live until the third message, of 20 July."""
        self.live(-50, -14)
        self.assertEqual(self.rows()[0].date_stage, date(2026, 7, 20))

    def credit(self, amount):
        """Match a credit note with the late invoice."""
        note = self.make_credit(
            self.customer, amount, date(2026, 7, 21), currency=self.eur
        )
        self.receivable(self.invoice | note).reconcile()

    def waive(self, charges):
        wizard = self.env["collection.charge.waive"].create(
            {
                "charge_ids": [Command.set(charges.ids)],
                "reason_id": self.env.ref(
                    "account_collections.reason_waiver_goodwill"
                ).id,
                "note": "Their lawyer has called",
            }
        )
        return self.env["account.move"].browse(wizard.action_waive()["res_id"])

    def test_what_credits_cover_is_not_charged(self):
        """2,000 came in and are not matched: table and draft are about 3,000."""
        self.policy.stage_ids.charges = "announce"
        self.live(-50, -48, self.customer)
        self.receive(self.customer, 2000, date(2026, 6, 22), currency=self.eur)
        day = date(2026, 7, 31)
        table = self.env(context={"collection_as_of": day})["collection.charge.table"]
        rows = table.env["collection.exposure"].browse(self.rows().ids)
        [shown] = table._get_tables(
            rows, table._get_figures(rows), self.policy.stage_ids[0]
        )
        self.assertEqual(
            [text.replace("\xa0", " ") for _label, text in shown["lines"]],
            ["3,000.00 €", "39.46 €", "40.00 €"],
        )
        move = self.charge(day)
        self.assertEqual(self.amounts(self.charges(move))[0], ("interest", 39.46))

    def test_what_is_covered_wholly_costs_nothing(self):
        self.receive(self.customer, 5000, date(2026, 6, 22), currency=self.eur)
        self.assertFalse(self.charge(date(2026, 7, 31)))

    def test_a_fee_is_charged_once_though_its_item_is_paid(self):
        self.env["collection.charge.rule"].create(
            {
                "name": "Fees",
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.de").ids)],
                "basis": "none",
                "fee": 5,
                "currency_id": self.eur.id,
                "source": "A test",
            }
        )
        self.invoice_eur(self.customer, 300, date(2026, 6, 15))
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        self.assertEqual(self.charges().late_move_id, self.invoice)
        self.pay(self.invoice, day=date(2026, 7, 21))
        self.follow(date(2026, 7, 22))
        self.assertEqual(self.amounts(self.charges()), [("fee", 5.0)])

    def test_a_fee_is_charged_once_for_two_currencies(self):
        """One message, one fee, also where it asks for euros and francs."""
        franc = self.setup_other_currency("CHF", rates=[(date(2026, 1, 1), 1.0)])
        self.env["collection.charge.rule"].create(
            {
                "name": "Fees",
                "company_id": self.company.id,
                "country_ids": [Command.set(self.env.ref("base.de").ids)],
                "basis": "none",
                "fee": 5,
                "currency_id": self.eur.id,
                "source": "A test",
            }
        )
        self.make_invoice(self.customer, 300, date(2026, 6, 15), currency=franc)
        self.reach_charging()
        rows = self.rows()
        table = self.env["collection.charge.table"]
        figures = table._get_figures(rows)
        shown = table._get_tables(rows, figures, self.policy.stage_ids[2])
        fees = [
            text
            for one in shown
            for label, text in one["lines"]
            if label == "Fee of this reminder"
        ]
        self.assertEqual(len(fees), 1)
        self.follow(date(2026, 7, 21))
        self.assertEqual(self.amounts(self.charges()), [("fee", 5.0)])

    def test_a_dropped_correction_comes_back_only_with_something_new(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        self.credit(2000)
        self.follow(self.today)
        note = self.charges().move_id - move
        self.assertEqual(note.state, "draft")
        note.button_cancel()
        self.follow(self.today)
        self.assertEqual(self.charges().move_id - move, note)
        note.unlink()
        self.follow(self.today)
        self.assertEqual(self.charges().move_id, move)
        self.credit(1000)
        self.follow(self.today)
        again = self.charges().move_id - move
        # 3,000 of 5,000 were never owed.
        self.assertEqual((again.state, again.amount_total), ("draft", 39.46))

    def test_it_is_dated_when_it_is_posted(self):
        move = self.charge(date(2026, 7, 31))
        self.assertFalse(move.invoice_date)
        move.invoice_date = date(2026, 9, 1)
        move.action_post()
        self.assertEqual(move.invoice_date_due, date(2026, 9, 1))
        self.policy.charge_post_max = 1000
        other = self.make_german("Other")
        self.invoice_eur(other, 500, date(2026, 6, 15))
        self.live(-50, -14)
        self.follow(date(2026, 7, 21))
        small = self.charges().filtered(lambda one: one.partner_id == other).move_id
        self.assertEqual(
            (small.state, small.invoice_date), ("posted", date(2026, 7, 21))
        )

    def test_what_was_never_owed_is_not_waived_as_well(self):
        """The offer would be kept: the correction has taken all of it back."""
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        move = self.charges().move_id
        move.action_post()
        self.credit(5000)
        self.follow(date(2026, 7, 22))
        notes = self.charges().move_id - move + self.charges().waive_move_id
        self.assertEqual((len(notes), notes.amount_total), (1, move.amount_total))

    def test_a_waiver_gives_up_what_a_correction_has_left(self):
        move = self.charge(date(2026, 7, 31))
        move.action_post()
        self.credit(2000)
        self.follow(self.today)
        charge = self.charges(move)[0]
        correction = self.charges() - self.charges(move)
        self.assertEqual(self.amounts(correction), [("interest", -26.31)])
        note = self.waive(charge)
        self.assertEqual(note.amount_total, 39.46)
        self.assertNotIn("lawyer", note.ref)
        self.assertIn(move.name, note.ref)

    def test_a_draft_is_lowered(self):
        """5,000 came in on 15 July, and were matched after the draft was made."""
        self.policy.stage_ids.charge_offer_days = 0
        self.reach_charging()
        self.follow(date(2026, 7, 21))
        move = self.charges().move_id
        self.pay(self.invoice, day=date(2026, 7, 15))
        self.follow(date(2026, 7, 22))
        # 15 days at 10.27, 15 at 10.52: 21.10 + 21.62.
        self.assertEqual(
            self.amounts(self.charges()), [("interest", 42.72), ("lump", 40.0)]
        )
        self.assertEqual((self.charges().move_id, move.amount_total), (move, 82.72))
        name = move.invoice_line_ids[0].name
        self.assertIn("15 days at 10.52 % on", name)
        self.assertNotIn("charged before", name)

    def test_one_who_fails_does_not_stop_the_others(self):
        self.policy.charge_post_max = 1000
        francs, other = self.env.ref("base.CHF"), self.make_german("Swiss francs")
        francs.active = True
        theirs = self.make_invoice(other, 100, date(2026, 6, 15), currency=francs)
        self.reach_charging()
        # Odoo posts nothing in a currency that is not in use.
        francs.active = False
        with mute_logger(FOLLOW_UP):
            self.follow(date(2026, 7, 21))
        states = {
            late: charges.move_id.state
            for late, charges in self.charges().grouped("late_move_id").items()
        }
        self.assertEqual(states, {self.invoice: "posted", theirs: "draft"})

    def test_a_tier_by_itself_holds_the_limits(self):
        tiers = self.env.ref("account_collections.charge_rule_uk").tier_ids
        tier = tiers[-1].with_user(self.users["manager"])
        with self.assertRaises(ValidationError):
            tier.amount = 100.01
        tier.amount = 99
