from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.base import CollectionCommon

SCHEDULER = "odoo.addons.account_collections.models.run.collection_scheduler"


@tagged("post_install", "-at_install")
class TestCrons(CollectionCommon):
    """The scheduled jobs, as the scheduler runs them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Scheduled")
        cls.make_policy({"days": 1}, {"days": 10}, quiet_days=1)
        cls.company = cls.company.with_env(cls.root)

    def trigger(self, name, now="2026-03-02 10:00:00"):
        """Have the scheduler run a job at a moment (UTC)."""
        cron = self.root.ref(f"account_collections.{name}")
        with freeze_time(now), self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)

    def get_runs(self, company=None, **vals):
        domain = [("company_id", "=", (company or self.company).id)]
        domain += [(name, "=", value) for name, value in vals.items()]
        return self.root["collection.run"].search(domain)

    def get_triggers(self, name):
        cron = self.root.ref(f"account_collections.{name}")
        return self.root["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

    def get_requests(self):
        return self.root["collection.review.request"].search(
            [("company_id", "=", self.company.id)]
        )

    # ------------------------------------------------------------------
    # At night
    # ------------------------------------------------------------------

    def test_once_a_day_in_the_time_of_the_company(self):
        zones = {
            "Asia/Tokyo": [
                ("2026-03-01 16:59:00", None),  # 1:59 on the 2nd
                ("2026-03-01 17:00:00", date(2026, 3, 2)),
                ("2026-03-01 18:00:00", None),
                ("2026-03-02 14:59:00", None),  # 23:59 on the 2nd
                ("2026-03-02 15:00:00", None),  # midnight
                ("2026-03-02 17:00:00", date(2026, 3, 3)),
            ],
            "America/New_York": [
                ("2026-03-02 06:59:00", None),  # 1:59
                ("2026-03-02 07:00:00", date(2026, 3, 2)),
                ("2026-03-03 05:00:00", None),  # midnight
                # On the 8th there is no 2 o'clock: after 1:59 comes 3:00.
                ("2026-03-08 06:59:00", None),
                ("2026-03-08 07:00:00", date(2026, 3, 8)),
                ("2026-03-08 08:00:00", None),
                # From then on 2 o'clock is at 6:00 UTC.
                ("2026-03-09 05:59:00", None),
                ("2026-03-09 06:00:00", date(2026, 3, 9)),
                # A server that was down at night runs when it is up again.
                ("2026-03-10 20:00:00", date(2026, 3, 10)),
            ],
            False: [
                ("2026-03-02 01:59:00", None),
                ("2026-03-02 02:00:00", date(2026, 3, 2)),
            ],
        }
        for zone, moments in zones.items():
            self.company.write(
                {"collection_tz": zone, "collection_date_reviewed": False}
            )
            self.company.collection_date_reviewed = date(2026, 3, 1)
            for now, day in moments:
                with self.subTest(f"{zone} {now}"), freeze_time(now):
                    is_night = self.company._is_collection_night()
                    self.assertEqual(is_night, bool(day))
                    if day:
                        self.assertEqual(self.company._get_collection_today(), day)
                        self.company.collection_date_reviewed = day

    def test_an_hour_that_comes_twice_is_one_night(self):
        """On 1 November 2026 New York has 1 o'clock at 5:00 and at 6:00 UTC."""
        self.company.write({"collection_tz": "America/New_York", "collection_hour": 1})
        nights = 0
        for hour in range(24):
            with freeze_time(f"2026-11-01 {hour:02}:30:00"):
                if self.company._is_collection_night():
                    nights += 1
                    today = self.company._get_collection_today()
                    self.company.collection_date_reviewed = today
        # 31 October, found at 0:30 UTC, and 1 November.
        self.assertEqual(nights, 2)

    def test_time_zone_of_the_company_address(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        with freeze_time("2026-03-01 23:00:00"):
            self.assertEqual(self.company._get_collection_today(), date(2026, 3, 2))
            self.company.collection_tz = "America/New_York"
            self.assertEqual(self.company._get_collection_today(), date(2026, 3, 1))

    def test_nightly_job(self):
        other = self.setup_other_company()["company"].with_env(self.root)
        self.company.collection_tz = "Asia/Tokyo"
        other.collection_tz = "America/New_York"
        for company in (self.company, other):
            self.make_invoice(self.customer, due=self.day(-9), company=company)
        # 3:00 on the 3rd in Tokyo, 13:00 on the 2nd in New York.
        now = "2026-03-02 18:00:00"
        self.trigger("ir_cron_review_plan", now)
        for company, day in ((self.company, self.day(1)), (other, self.day(0))):
            with self.subTest(company.collection_tz):
                run = self.get_runs(company)
                self.assertEqual((run.kind, run.date), ("nightly", day))
                self.assertEqual((run.opened_count, run.planned_count), (1, 1))
                self.assertEqual(company.collection_date_reviewed, day)
                self.assertEqual(self.get_case(self.customer, company).date_opened, day)
        # What was planned goes out without waiting.
        self.assertTrue(self.get_triggers("ir_cron_execute_steps"))
        self.trigger("ir_cron_review_plan", "2026-03-02 19:00:00")
        self.assertEqual(len(self.get_runs()), 1)
        self.trigger("ir_cron_review_plan", "2026-03-03 18:00:00")
        self.assertEqual(self.get_runs().mapped("date"), [self.day(2), self.day(1)])

    def test_one_company_that_fails_leaves_the_others_alone(self):
        other = self.setup_other_company()["company"].with_env(self.root)
        self.make_invoice(self.customer, company=other)
        bad = self.make_customer("Bad data")
        self.make_invoice(bad)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET collection_policy_id = jsonb_build_object(%s, 'x')"
            " WHERE id = %s",
            [str(self.company.id), bad.id],
        )
        self.env.invalidate_all()
        with self.assertLogs(SCHEDULER, "ERROR"), mute_logger("odoo.sql_db"):
            self.trigger("ir_cron_review_plan")
        self.assertEqual(self.get_runs(other).opened_count, 1)
        run = self.get_runs()
        self.assertIn("invalid input syntax", run.error)
        self.assertFalse(self.company.collection_date_reviewed)
        # It is tried again every hour, until somebody has repaired it.
        self.env.cr.execute(
            "UPDATE res_partner SET collection_policy_id = NULL WHERE id = %s", [bad.id]
        )
        self.trigger("ir_cron_review_plan", "2026-03-02 11:00:00")
        self.assertEqual(self.company.collection_date_reviewed, self.today)
        self.assertEqual(len(self.get_runs(other)), 1)

    # ------------------------------------------------------------------
    # After payments
    # ------------------------------------------------------------------

    def test_payment_and_its_undoing_ask_for_a_review(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        self.assertFalse(self.get_requests())
        self.get_triggers("ir_cron_review_changes").unlink()
        payment = self.pay(invoice)
        self.assertEqual(self.get_requests().partner_id, self.customer)
        self.assertTrue(self.get_triggers("ir_cron_review_changes"))
        self.trigger("ir_cron_review_changes")
        self.assertFalse(self.get_requests())
        case = self.env["collection.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(case.state, "closed")
        self.assertEqual(self.get_runs(kind="changes").closed_count, 1)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.get_requests().partner_id, self.customer)
        self.trigger("ir_cron_review_changes")
        self.assertEqual(case.state, "active")

    def test_only_customers_who_changed_are_reviewed(self):
        other = self.make_customer("Unchanged")
        invoices = [self.make_invoice(customer) for customer in (self.customer, other)]
        self.plan()
        self.pay(invoices[0], 400)
        self.trigger("ir_cron_review_changes", "2026-03-05 10:00:00")
        self.assertEqual(self.get_case(self.customer).date_reviewed, self.day(3))
        self.assertEqual(self.get_case(other).date_reviewed, self.today)

    def test_request_is_for_the_commercial_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        self.pay(self.make_invoice(contact))
        self.assertEqual(self.get_requests().partner_id, self.customer)

    def test_vendor_payments_ask_for_nothing(self):
        self.pay(self.make_invoice(self.customer, move_type="in_invoice"))
        self.assertFalse(self.get_requests())

    def test_whoever_may_post_a_payment_causes_the_review(self):
        """Without any right on the queue or the scheduled job."""
        invoice = self.make_invoice(self.customer)
        user = self.make_users()["invoicing"]
        self.assertFalse(self.get_requests().with_user(user).has_access("read"))
        self.env["account.payment.register"].with_user(user).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": self.today})._create_payments()
        self.assertEqual(self.get_requests().partner_id, self.customer)

    def test_many_requests(self):
        """More than one batch, several for the same customer, of two companies."""
        other = self.setup_other_company()["company"]
        Request = self.root["collection.review.request"]
        Request.create(
            [
                {"company_id": company.id, "partner_id": self.customer.id}
                for company in (self.company, other) * 1100
            ]
        )
        self.trigger("ir_cron_review_changes")
        self.assertFalse(Request.search([]))

    # ------------------------------------------------------------------
    # Every few minutes
    # ------------------------------------------------------------------

    def test_execution_job(self):
        other = self.setup_other_company()["company"]
        self.make_policy({"days": 1}, company=other)
        for company in (self.company, other):
            self.make_invoice(self.customer, company=company)
            self.plan(company=company)
        self.trigger("ir_cron_execute_steps")
        for company in (self.company, other):
            case = self.get_case(self.customer, company)
            self.assertEqual(case.step_ids.state, "done")
            self.assertEqual(case.date_last_step, self.today)
            run = self.get_runs(company, kind="execute")
            self.assertEqual((run.done_count, run.failed_count), (1, 0))
        self.trigger("ir_cron_execute_steps")
        self.assertEqual(len(self.get_runs(kind="execute")), 1)

    def test_failing_customer_does_not_fail_the_job(self):
        self.template.subject = (
            "{{ 1 / 0 if object.partner_id.ref == 'bad' else 'Yes' }}"
        )
        bad = self.make_customer("Bad", ref="bad")
        for customer in (self.customer, bad):
            self.make_invoice(customer)
        self.plan()
        self.trigger("ir_cron_execute_steps")
        cron = self.root.ref("account_collections.ir_cron_execute_steps")
        self.assertEqual(cron.failure_count, 0)
        run = self.get_runs(kind="execute")
        self.assertEqual((run.done_count, run.failed_count), (1, 1))

    def test_hold_job(self):
        self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        asking = self.make_hold(case, review=self.day(2))
        resuming = self.make_hold(case, review=self.day(2), on_review="resume")
        self.trigger("ir_cron_review_holds", "2026-03-03 10:00:00")
        self.assertFalse(asking.is_reviewed)
        self.assertEqual(resuming.state, "active")
        self.trigger("ir_cron_review_holds", "2026-03-04 10:00:00")
        self.assertTrue(asking.is_reviewed)
        self.assertEqual((resuming.state, resuming.date_end), ("ended", self.day(2)))
        self.assertEqual(case.state, "hold")

    def test_old_runs_are_removed(self):
        """They are a log of operations; a year of them is enough."""
        with freeze_time("2026-03-02"):
            self.plan()
        run = self.get_runs()
        self.env.cr.execute(
            "UPDATE collection_run SET create_date = '2026-03-02' WHERE id = %s",
            [run.id],
        )
        with freeze_time("2027-03-01"):
            self.root["collection.run"]._gc_runs()
            self.assertTrue(run.exists())
        with freeze_time("2027-03-03"):
            self.root["collection.run"]._gc_runs()
            self.assertFalse(run.exists())
