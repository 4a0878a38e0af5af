from datetime import date

from odoo.addons.account_collections.tools.late_interest import get_rate
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestChargeRules(CollectionCommon):
    """Reference rates, rules and legal limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.Rule = cls.env["collection.charge.rule"]
        cls.Rate = cls.env["collection.reference.rate"]
        cls.eur, cls.pln = cls.env.ref("base.EUR"), cls.env.ref("base.PLN")
        (cls.eur | cls.pln).active = True

    def find(self, country, **vals):
        customer = self.make_customer(
            country_id=self.env.ref(f"base.{country}").id, **vals
        )
        return self.Rule._find(self.company, customer)

    def make_rule(self, **vals):
        return self.Rule.create(
            {
                "name": "Rule",
                "country_ids": [Command.set(self.env.ref("base.de").ids)],
                "currency_id": self.eur.id,
                "source": "A test",
                **vals,
            }
        )

    def test_shipped_rules_say_what_the_law_says(self):
        """Lump sums of the countries; the rates of 1 July 2026."""
        day, lumps = date(2026, 7, 1), {}
        expected = {
            "de": ("10.520", 40.0),
            "fr": ("12.400", 40.0),
            "it": ("10.400", 40.0),
            "es": ("10.400", 40.0),
            "at": ("10.730", 40.0),
            "be": ("10.500", 40.0),
            "ie": ("10.400", 70.0),
            "pt": ("10.400", 40.0),
            "nl": ("10.400", 875.0),
        }
        for country in expected:
            rule = self.find(country)
            rates = self.Rate._get_rates(rule.reference, self.company)
            lump = rule._get_lump(10000, self.eur, self.company, day)
            rate = get_rate(rule._get_basis(), rates, day)
            lumps[country] = (f"{rate:.3f}", lump)
        self.assertEqual(lumps, expected)

    def test_tiers_are_in_the_money_of_the_country(self):
        gbp = self.env.ref("base.GBP")
        gbp.active = True
        rule = self.find("uk")
        self.assertEqual(
            [
                rule._get_lump(amount, gbp, self.company, self.today)
                for amount in (0, 999.99, 1000, 9999.99, 10000)
            ],
            [0, 40, 70, 70, 100],
        )
        rate = {"currency_id": self.eur.id, "company_id": self.company.id}
        day = self.today.replace(year=2020)
        self.env["res.currency.rate"].search([]).unlink()
        self.env["res.currency.rate"].create(
            [
                {**rate, "name": day, "rate": 1.0},
                {**rate, "name": day, "currency_id": self.pln.id, "rate": 4.0},
            ]
        )
        rule = self.find("pl")
        # EUR 40, 70 and 100 at 4.00, by the size of the debt in zloty.
        self.assertEqual(
            [
                rule._get_lump(amount, self.pln, self.company, self.today)
                for amount in (4000, 5000, 10000, 60000)
            ],
            [160, 160, 280, 400],
        )

    def test_without_a_rate_of_exchange_there_is_no_lump_sum(self):
        self.eur.active = False
        rule = self.find("de")
        self.assertEqual(rule._get_lump(100, self.pln, self.company, self.today), 0)

    def test_consumers_get_only_what_their_country_allows(self):
        consumer = {"is_company": False}
        self.assertFalse(self.find("fr", **consumer))
        rule = self.find("de", **consumer)
        self.assertEqual((rule.points, rule.lump_kind), (5, "none"))
        business = {"is_company": False, "vat": "/"}
        self.assertEqual(self.find("de", **business), rule)
        self.assertEqual(self.find("de", collection_debtor_kind="public").points, 9)
        self.assertFalse(self.find("br"))

    def test_a_companys_own_rule_comes_first(self):
        own = self.make_rule(company_id=self.company.id, sequence=99, points=7)
        self.assertEqual(self.find("de"), own)
        other = self.env["res.company"].sudo().create({"name": "Other"})
        self.assertNotEqual(self.Rule._find(other, self.make_customer()), own)

    def test_above_the_law_is_refused_with_its_source(self):
        with self.assertRaisesRegex(ValidationError, r"9 \(BGB § 288\(2\)\)"):
            self.make_rule(points=9.5)
        with self.assertRaisesRegex(ValidationError, r"BGB § 288\(5\)"):
            self.make_rule(
                debtors="consumer", points=5, lump_kind="one", lump_amount=40
            )
        denmark = [Command.set(self.env.ref("base.dk").ids)]
        with self.assertRaisesRegex(ValidationError, "Renteloven"):
            self.make_rule(country_ids=denmark, basis="none", fee=50, fee_count=4)
        with self.assertRaisesRegex(ValidationError, "Renteloven"):
            self.make_rule(country_ids=denmark, basis="none", fee=50)
        canada = [Command.set(self.env.ref("base.ca").ids)]
        with self.assertRaisesRegex(ValidationError, r"35 %.*s. 347"):
            self.make_rule(country_ids=canada, basis="fixed", rate=36)
        with self.assertRaisesRegex(ValidationError, r"9 \(BGB"):
            self.find("de").points = 9.01

    def test_a_limit_that_has_ended_or_is_yet_to_come_is_none(self):
        caps = self.env["collection.charge.cap"].search(
            [("country_id", "=", self.env.ref("base.de").id)]
        )
        today = self.company._get_collection_today()
        caps.write({"date_from": date(2010, 1, 1), "date_to": date(2020, 1, 1)})
        self.assertTrue(self.make_rule(points=9.5))
        caps.write({"date_from": today, "date_to": False})
        with self.assertRaises(ValidationError):
            self.make_rule(points=9.5)

    def test_a_fixed_rate_is_held_against_points(self):
        """9 points over a base rate that the day has; where none is known, nothing."""
        self.Rate.search([("kind", "=", "de")]).unlink()
        self.make_rule(name="Unknown", basis="fixed", rate=15)
        self.Rate.create(
            {
                "kind": "de",
                "date_from": date(2026, 1, 1),
                "date_to": date(2027, 12, 31),
                "percent": 1.27,
                "source": "A test",
            }
        )
        self.make_rule(name="Allowed", basis="fixed", rate=10.27)
        with self.assertRaisesRegex(ValidationError, r"9 \(BGB § 288\(2\)\)"):
            self.make_rule(name="Above", basis="fixed", rate=10.28)

    def test_branches_have_the_rules_and_rates_of_their_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        customer = self.make_customer(country_id=self.env.ref("base.de").id)
        of_root = self.make_rule(points=8, company_id=self.company.id)
        Rule = self.env["collection.charge.rule"]
        self.assertEqual(Rule._find(branch, customer), of_root)
        own = self.make_rule(points=7, company_id=branch.id, sequence=99)
        self.assertEqual(Rule._find(branch, customer), own)
        self.assertEqual(Rule._find(self.company, customer), of_root)
        first = date(2026, 1, 1)
        vals = {"kind": "ecb", "date_from": first, "source": "A test"}
        self.Rate.create({**vals, "percent": 3, "company_id": self.company.id})
        found = {row[0]: row[2] for row in self.Rate._get_rates("ecb", branch)}
        self.assertEqual(found[first], "3.0")
        self.Rate.create({**vals, "percent": 4, "company_id": branch.id})
        found = {row[0]: row[2] for row in self.Rate._get_rates("ecb", branch)}
        self.assertEqual((found[first], found[date(2026, 7, 1)]), ("4.0", "2.4"))
        found = {row[0]: row[2] for row in self.Rate._get_rates("ecb", self.company)}
        self.assertEqual(found[first], "3.0")

    def test_rates_of_a_company_come_first(self):
        first = date(2026, 1, 1)
        rate = self.Rate.create(
            {
                "kind": "ecb",
                "date_from": first,
                "percent": 3,
                "source": "A test",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(rate.date_to, date(2026, 6, 30))
        found = {row[0]: row[2] for row in self.Rate._get_rates("ecb", self.company)}
        self.assertEqual(found[first], "3.0")
        self.assertEqual(found[date(2026, 7, 1)], "2.4")
        with self.assert_refused("already such a rate"):
            rate.copy()

    def test_a_manager_is_asked_once_for_the_next_rate(self):
        company, Rate = self.company, self.root["collection.reference.rate"]
        asked = [("res_model", "=", Rate._name)]
        Activity = self.root["mail.activity"]
        Rate._ask_for_next(company, date(2026, 11, 30))
        self.assertFalse(Activity.search(asked))
        Rate._ask_for_next(company, date(2026, 12, 1))
        found = Activity.search(asked)
        self.assertEqual(len(found), 5, "one for each rate that a rule needs")
        self.assertEqual(set(found.mapped("date_deadline")), {date(2027, 1, 1)})
        Rate._ask_for_next(company, date(2026, 12, 2))
        self.assertEqual(Activity.search(asked), found)

    def test_what_is_there_is_not_asked_for(self):
        Rate = self.root["collection.reference.rate"]
        Rate._ask_for_next(self.company, date(2026, 6, 1))
        self.assertFalse(
            self.root["mail.activity"].search([("res_model", "=", Rate._name)])
        )

    def test_managers_change_rules_and_rates_others_look(self):
        rule, rate = self.find("de"), self.Rate.search([], limit=1)
        for kind in ("collector", "invoicing", "readonly"):
            user = self.users[kind]
            self.assertTrue(rule.with_user(user).name)
            for record in (rule, rate):
                with self.assertRaises(AccessError):
                    record.with_user(user).source = "Nobody"
        rule.with_user(self.users["manager"]).points = 8
        self.assertEqual(rule.points, 8)
