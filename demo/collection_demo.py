from datetime import datetime, time, timedelta
from email.message import EmailMessage

from odoo.fields import Command
from odoo.tools import SQL

from ..tools.tracking_number import check_digit
from . import history
from .collection_demo_charges import DemoCharges
from .collection_demo_claim import DemoClaims
from .collection_demo_insolvency import DemoInsolvencies
from .collection_demo_ledger import DemoLedger
from .collection_demo_mail import DemoMail
from .collection_demo_portal import DemoPortal

# Tables of this addon with a line per event, and their columns that say when.
EVENT_COLUMNS = {
    "collection_step": ("create_date", "date_done"),
    # When it happened is sealed, and true already: the clock is put back for it.
    "collection_contact": ("create_date",),
    "collection_bankruptcy": ("create_date", "date_recorded"),
    "collection_blocked_attempt": ("date",),
    "collection_claim": ("create_date",),
    "collection_decision": ("create_date",),
    "collection_dispute": ("create_date",),
    "collection_hold": ("create_date",),
    "collection_letter": ("create_date", "date_sent", "date_printed"),
    "collection_letter_batch": ("create_date", "date_printed"),
    "collection_installment_plan": ("create_date", "signed_on"),
    "collection_promise": ("create_date",),
    "collection_settlement": ("create_date", "signed_on"),
    "collection_terms": ("create_date", "signed_on"),
}
# Whose messages are dated on the day they belong to.
THREADS = (
    "collection.case",
    "collection.dispute",
    "collection.installment.plan",
    "collection.bankruptcy",
    "collection.claim",
    "collection.promise",
    "collection.settlement",
    "collection.terms",
)


class CollectionDemo(
    DemoPortal, DemoLedger, DemoMail, DemoClaims, DemoInsolvencies, DemoCharges
):
    """Demo data: customers are sold to, reminded and called for four months.

    Nothing is made up: each working day of the past goes through the real review, plan
    and execution, with the invoices and payments of that day in the ledger, so that the
    demo shows what the program does. Only the clock is put back afterwards.
    """

    def _simulate_past(self):
        """Simulate the time up to today; called once, from the demo data."""
        company = self.env.ref("base.main_company")
        today = company._get_collection_today()
        calendars = self.env["collection.calendar"]._get_company_calendars(company)
        last_day = calendars[company].roll_back(today)
        demo = self._begin(company, last_day)
        try:
            demo._live_until(company, last_day, today)
        except Exception:
            # Odoo goes on without demo data. What was put off to the commit would
            # stop it there, for it finds no customers any more.
            self.env.cr.postcommit.clear()
            raise

    def _begin(self, company, last_day):
        """:return: the demo of a company whose days count from ``last_day``"""
        return self.with_company(company).with_context(
            demo_last_day=last_day,
            mail_activity_quick_update=True,
            mail_auto_subscribe_no_notify=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
        )

    def _live_until(self, company, last_day, today):
        self._prepare()
        for offset in range(history.FIRST_DAY, 0):
            day = self._day(offset)
            if day.weekday() < 5:
                self.with_context(collection_as_of=day)._live_day(day, offset)
        if last_day.weekday() == 0:
            # What happened at the weekend is known on its Monday, which is lived by
            # whoever looks at the demo.
            day = self._day(-1)
            self.with_context(collection_as_of=day)._live_events(day, -1)
        self._post_ledger(0)
        self._charge_late()
        company = company.with_env(self.env)
        self.env["collection.hold"]._review_due(company, last_day)
        for day in sorted({last_day, today}):
            self.env["collection.scheduler"]._run(company, day)
        company.collection_date_reviewed = today

    def _prepare(self):
        """Make what the story begins with."""
        self._prepare_languages()
        self.env.ref("account_collections.policy_default").is_published = True
        self._sell_in_the_past()

    def _prepare_languages(self):
        """The words of messages, for customers who are written to in their language."""
        self.env["ir.module.module"]._load_module_terms(
            ["base", "account_collections"], ["fr_FR", "de_DE"]
        )

    def _nickname(self, case):
        """:return: the name by which the history calls the customer of a case"""
        xmlid = case.partner_id.get_external_id()[case.partner_id.id]
        return xmlid.removeprefix("account_collections.partner_")

    def _customers(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "account_collections"),
                ("model", "=", "res.partner"),
                ("name", "=like", "partner_%"),
            ]
        )
        partners = self.env["res.partner"].browse(data.mapped("res_id"))
        return partners.commercial_partner_id

    # ------------------------------------------------------------------
    # One day
    # ------------------------------------------------------------------

    def _live_day(self, day, offset):
        company = self.env.company
        self._post_ledger(offset)
        self.env["collection.hold"]._review_due(company, day)
        self.env["collection.scheduler"]._run(company, day, self._customers().ids)
        self._follow_up_agreements(company, day)
        self._execute(company, day)
        self._work(day)
        self._execute(company, day)
        self._live_events(day, offset)

    def _live_events(self, day, offset):
        """Do what customers and collectors did of their own accord."""
        self._hold(offset)
        self._agree(offset)
        self._become_insolvent(offset)
        self._claim(offset)
        self._log_contacts(offset)
        self._receive_replies(offset)
        self._receive_strangers(offset)
        self._put_back_clock(day)

    def _execute(self, company, day):
        counts = dict.fromkeys(("done_count", "failed_count", "cancelled_count"), 0)
        while self.env["collection.executor"]._execute_batch(company, day, counts):
            pass
        self._deliver()

    def _deliver(self):
        """No mail leaves a demo: the mails are marked as the mail server would."""
        mails = self.env["mail.mail"].search(
            [("model", "=", "collection.case"), ("state", "=", "outgoing")]
        )
        mails.state = "sent"
        for mail in mails:
            is_copy = mail.auto_delete
            mail._postprocess_sent_message(mail.recipient_ids, [])
            if is_copy:
                continue
            case = self.env["collection.case"].browse(mail.res_id)
            letter = case.letter_ids.filtered(
                lambda own, mail=mail: own.mail_id == mail
            )
            is_first = letter.stage_id.days > 0
            if is_first and self._nickname(case) in history.BOUNCES:
                case._message_receive_bounce(letter.address, letter.partner_id)

    def _put_back_clock(self, day):
        """Date what was written for a day of the past on that day."""
        moment = datetime.combine(day, time(15, 10))
        self.env["mail.message"].search(
            [("model", "in", THREADS), ("date", ">", moment)]
        ).date = moment
        self.env.flush_all()
        for table, columns in EVENT_COLUMNS.items():
            for column in columns:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %(table)s SET %(column)s = %(moment)s"
                        " WHERE %(column)s >= %(next_day)s",
                        table=SQL.identifier(table),
                        column=SQL.identifier(column),
                        moment=moment,
                        next_day=day + timedelta(days=1),
                    )
                )
        self.env.cr.execute(
            SQL(
                "UPDATE collection_run SET date_start = %s WHERE date = %s", moment, day
            )
        )
        self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------
    # What the collectors did
    # ------------------------------------------------------------------

    def _work(self, day):
        """Do what came up on earlier days, but for what the demo leaves open."""
        waiting = self.env["collection.step"].search(
            [("state", "in", ("approve", "todo")), ("date_planned", "<", day)]
        )
        for step in waiting:
            name = self._nickname(step.case_id)
            if (name, step.channel) in history.OPEN_STEPS:
                continue
            if step.state == "approve":
                step.with_user(self._user("manager")).action_approve()
            else:
                self._call(step, name, day)
        self._post_letters(day)

    def _user(self, login):
        return self.env.ref(f"account_collections.user_{login}")

    def _call(self, step, name, day):
        outcome, reason, note = history.CALLS.get(name, ("no_answer", False, ""))
        clock = self._at(day, 17, 25)
        clock["collection.call.screen"].with_user(self._user("collector")).create(
            {
                "case_id": step.case_id.id,
                "step_id": step.id,
                "outcome": outcome,
                "reason_id": reason
                and self.env.ref(f"account_collections.{reason}").id,
                "note": note,
            }
        ).action_log()

    def _post_letters(self, day):
        """Print the batch, post it, enter its numbers; the post brings the older
        ones, and the recipients sign."""
        Letter = self.env["collection.letter"].with_user(self._user("collector"))
        posted = Letter.search(
            [
                ("delivery_state", "=", "posted"),
                ("date_sent", "<", day - timedelta(days=3)),
            ]
        )
        for letter in posted:
            letter._record_delivery_result("delivered", day, letter.partner_id.name)
        pile = Letter.search([("delivery_state", "=", "to_print")]).filtered(
            lambda letter: (
                self._nickname(letter.case_id) not in history.UNPOSTED_LETTERS
            )
        )
        if pile:
            pile.action_print()
            pile.action_post()
        for letter in pile.filtered(lambda letter: letter.channel == "certified"):
            letter.tracking_number = self._get_tracking_number(letter)

    def _get_tracking_number(self, letter):
        """:return: a number of certified mail with its check digit"""
        body = f"94001112010808{letter.id:07d}"
        return f"{body}{check_digit(body)}"

    def _hold(self, offset):
        for name, _since, review, reason, is_item, note in self._on(
            history.HOLDS, offset
        ):
            case = self._customer(name).collection_case_id
            items = case.item_ids.sorted("date_maturity")[:1] if is_item else []
            self.env["collection.hold"].with_user(self._user("collector")).create(
                {
                    "case_id": case.id,
                    "scope": "items" if is_item else "case",
                    "item_ids": [Command.set(items.ids)] if items else [],
                    "reason_id": self.env.ref(f"account_collections.{reason}").id,
                    "note": note,
                    "date_review": self._day(review),
                }
            )

    def _log_contacts(self, offset):
        for name, _on, channel, direction, outcome, note in self._on(
            history.CONTACTS, offset
        ):
            customer = self._customer(name)
            clock = self._at(self._day(offset), 18, 40)
            clock["collection.contact"].with_user(self._user("collector")).create(
                {
                    "case_id": customer.collection_case_id.id,
                    "channel": channel,
                    "direction": direction,
                    "partner_id": customer.id,
                    "outcome": outcome,
                    "note": note,
                }
            )

    def _receive_replies(self, offset):
        """Have the mail gateway take in what customers answered."""
        for name, day, text in self._on(history.REPLIES, offset):
            customer = self._customer(name)
            letter = customer.collection_case_id.letter_ids.sorted("id")[-1:]
            reply = EmailMessage()
            reply["From"] = customer.email_formatted
            reply["To"] = letter.mail_id.reply_to or letter.mail_id.email_from
            reply["Subject"] = f"Re: {letter.subject}"
            reply["Date"] = datetime.combine(self._day(day), time(14, 20))
            reply["Message-Id"] = f"<reply-{letter.id}@echophoto.example.com>"
            reply["In-Reply-To"] = letter.mail_message_id.message_id
            reply.set_content(text)
            clock = self._at(self._day(day), 14, 20)
            clock["mail.thread"].message_process("collection.case", reply.as_string())
