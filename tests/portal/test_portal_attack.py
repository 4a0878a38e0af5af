import json
import threading
from typing import NamedTuple

from odoo import http
from odoo.addons.account_collections.models.portal.collection_portal_rate_limit import (
    POSTS_PER_HOUR,
)
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.portal import PDF, PNG, PortalCommon

# Models in which nothing of the victim may appear or change.
WATCHED = (
    "collection.promise",
    "collection.dispute",
    "collection.contact",
    "collection.hold",
    "collection.installment.plan",
    "collection.settlement",
    "mail.activity",
    "mail.message",
    "ir.attachment",
    "payment.transaction",
)
NO_NUMBER = 2**40
BAD_FILES = {
    "program": ("photo.png", b"MZ\x90\x00 program", "image/png"),
    "page": ("a.pdf", b"<html><script>alert(1)</script>", "application/pdf"),
    "drawing": ("photo.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
    "page as picture": ("photo.jpg", b"<!DOCTYPE html><p>", "image/jpeg"),
    "large": ("a.png", PNG + b"\0" * (11 * 1024**2), "image/png"),
    "huge": ("a.png", PNG + b"\0" * (25 * 1024**2), "image/png"),
}


class Door(NamedTuple):
    """A route of this addon, with numbers filled in."""

    rule: object
    url: str

    @property
    def routing(self):
        return self.rule.endpoint.routing

    @property
    def is_json(self):
        return self.routing["type"] == "jsonrpc"

    @property
    def takes_posts(self):
        return self.is_json or "POST" in (self.routing.get("methods") or ["POST"])


@tagged("post_install", "-at_install")
class TestPortalAttack(PortalCommon):
    """Every route there is, tried by those who have no business there.

    The routes come from Odoo's own map, so that one that somebody adds is tried by
    itself; a kind of number that this test does not know fails it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.name = "Victim Limited"
        cls.other = cls.make_customer("Attacker")
        cls.other_user = cls.make_portal_user(cls.other)
        cls.other_invoice = cls.make_invoice(cls.other, 70, cls.day(-30))
        cls.stranger = cls.make_portal_user(cls.make_customer("Without an account"))
        cls.make_promise(cls.later, (7, 500))
        cls.make_dispute(cls.late, 100)
        cls.old = cls.make_invoice(cls.customer, 400, cls.day(-60))
        cls.plan()
        cls.execute()
        cls.case = cls.get_case(cls.customer)
        cls.letter = cls.case.letter_ids[:1]
        cls.letter.sudo()._set_mail_state("sent")
        cls.make_more()
        cls.env.flush_all()

    @classmethod
    def make_more(cls):
        """What else there is to steal; with the numbers that routes ask for."""
        cls.plan_offer = cls.make_offer(cls.upcoming)
        cls.settlement, cls.terms = cls.make_settlement(), cls.make_terms()
        cls.numbers = {
            "page": 1,
            "plan_id": cls.plan_offer.id,
            "settlement_id": cls.settlement.id,
            "terms_id": cls.terms.id,
            "policy_id": cls.policy.id,
            "company_id": cls.company.id,
            "currency_id": cls.currency.id,
            "invoice_id": cls.late.id,
            "letter_id": cls.letter.id,
            "letter_ids": cls.letter.id,
            "move_id": cls.late.id,
            "secret": cls.make_link(cls.letter),
        }
        cls.secrets = [
            "Victim Limited",
            cls.late.name,
            cls.later.name,
            cls.upcoming.name,
            cls.case.name,
            cls.letter.subject,
            cls.plan_offer.name,
            cls.settlement.name,
            cls.terms.name,
        ]

    @classmethod
    def make_offer(cls, move):
        """Answer a plan for an invoice, ready to be signed."""
        items = cls.get_items(move)
        plan = cls.env["collection.installment.plan"].create(
            {
                "case_id": cls.case.id,
                "currency_id": cls.currency.id,
                "item_ids": [Command.set(items.ids)],
                "installment_count": 3,
            }
        )
        plan.action_offer()
        return plan

    @classmethod
    def make_settlement(cls):
        """Answer an offer to accept less, ready to be signed."""
        items = cls.get_items(cls.old)
        settlement = cls.env["collection.settlement"].create(
            {
                "case_id": cls.case.id,
                "currency_id": cls.currency.id,
                "item_ids": [Command.set(items.ids)],
                "amount": 390,
                "date_first": cls.day(14),
                "date_offer_end": cls.day(10),
            }
        )
        settlement.action_offer()
        return settlement

    @classmethod
    def make_terms(cls):
        """Answer terms, ready to be signed."""
        terms = cls.env["collection.terms"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "date_from": cls.day(-10),
                "interest_kind": "rate",
                "interest_rate": 9,
            }
        )
        terms.action_offer()
        return terms

    # ------------------------------------------------------------------
    # Doors, and what is behind them
    # ------------------------------------------------------------------

    def setUp(self):
        super().setUp()
        # Where Odoo's map of routes looks up what it is the map of.
        threading.current_thread().dbname = self.env.cr.dbname

    def find_doors(self, **numbers):
        """Answer every route of this addon, with the numbers of the victim."""
        numbers = {**self.numbers, **numbers}
        doors = []
        for rule in self.env["ir.http"].routing_map().iter_rules():
            if "account_collections" not in rule.endpoint.func.__func__.__module__:
                continue
            for values in self.get_values(rule, numbers):
                doors.append(Door(rule, rule.build(values, append_unknown=False)[1]))
        self.assertGreater(len(doors), 12)
        return doors

    def get_values(self, rule, numbers):
        """Answer a dict per choice there is in an address."""
        kinds = ("promise", "dispute", "document", "message", "preferences", "plan")
        known = {name: numbers[name] for name in rule.arguments if name in numbers}
        unknown = rule.arguments - known.keys()
        self.assertLessEqual(unknown, {"kind"}, f"What is this in {rule}?")
        for kind in kinds if unknown else [None]:
            values = {**known, "kind": kind} if kind else known
            # Not every route has every kind.
            if not kind or kind in str(rule):
                yield values

    def watch(self):
        """Answer how much there is of everything, and what the customer's case says."""
        self.env.flush_all()
        self.env.invalidate_all()
        counts = {
            name: self.root[name].search_count(self.get_domain(name))
            for name in WATCHED
            if name in self.env
        }
        rows = self.root["collection.exposure"].search(
            [("partner_id", "=", self.customer.id)]
        )
        counts["exposure"] = [(row.status, row.amount_due) for row in rows]
        return counts

    def get_domain(self, name):
        """Answer which records of a model are the victim's."""
        case = [("res_model", "=", "collection.case"), ("res_id", "=", self.case.id)]
        return {
            "collection.dispute": [("partner_id", "=", self.customer.id)],
            "payment.transaction": [("invoice_ids", "in", self.late.ids)],
            "mail.activity": case,
            "mail.message": [
                ("model", "=", "collection.case"),
                ("res_id", "=", self.case.id),
            ],
            "ir.attachment": self.get_files_domain(),
        }.get(name, [("case_id", "=", self.case.id)])

    def get_files_domain(self):
        """Answer the files of each record; numbers alone may be somebody else's."""
        return Domain.OR(
            Domain("res_model", "=", records._name)
            & Domain("res_id", "in", records.ids)
            for records in (
                self.case,
                self.case.contact_ids,
                self.case.plan_ids,
                self.root["collection.dispute"].search(
                    [("partner_id", "=", self.customer.id)]
                ),
            )
        )

    def fill_in(self, **values):
        """Answer values for every field of every form, all of them right."""
        return {
            "name": "Mallory",
            "amount": "10",
            "date": str(self.day(5)),
            "means": "transfer",
            "what": "proof",
            "reason": str(self.reason_dispute.id),
            "note": "Let me in.",
            "subject": "Hello",
            "channel": "email",
            "hour_from": "09:00",
            "hour_to": "12:00",
            "mode": "count",
            "rhythm": "monthly",
            "installment_count": "2",
            "date_first": str(self.day(20)),
            "item": self.get_rows_of(self.late, self.upcoming),
            **values,
        }

    def knock(self, door, token=None, csrf=True, post=False, file=None):
        """Try a door; answer the response."""
        query = f"?access_token={token}" if token else ""
        if door.is_json:
            body = json.dumps({"params": self.fill_in(access_token=token)})
            headers = {"Content-Type": "application/json"}
            return self.url_open(door.url, data=body, headers=headers)
        if not post:
            return self.url_open(door.url + query)
        data = self.fill_in(access_token=token) if token else self.fill_in()
        if csrf:
            data["csrf_token"] = self.csrf_token()
        file = file or ("a.pdf", PDF, "application/pdf")
        return self.url_open(door.url, data=data, files=[("files", file)])

    def csrf_token(self):
        return http.Request.csrf_token(self)

    def assert_closed(self, door, response):
        self.assertLess(response.status_code, 500, door.url)
        for secret in self.secrets:
            self.assertNotIn(secret, response.text, door.url)

    def forget_posts(self):
        self.root["collection.portal.rate.limit"].search([]).unlink()
        self.env.flush_all()

    # ------------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------------

    def get_tokens(self):
        """Answer what somebody may try as a token: nothing, forged, another's."""
        token = self.late._portal_ensure_token()
        forged = ("0" if token[0] != "0" else "1") + token[1:]
        other = self.other_invoice._portal_ensure_token()
        self.env.flush_all()
        return (None, forged, other, token[:-1], "%00", "' OR 1=1 --", "é")

    def has_token(self, door):
        return door.routing["auth"] == "public"

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_others_get_nothing(self):
        """Anonymous, another customer, a login without account; forged tokens."""
        dead = self.make_link(self.letter)
        self.get_link(dead).sudo().date_expires = self.day(-1)
        before, tokens = self.watch(), self.get_tokens()
        doors = self.find_doors(secret=dead)
        for user in (None, self.other_user, self.stranger):
            self.authenticate(*([user.login] * 2 if user else [None, None]))
            for door in doors:
                self.forget_posts()
                for token in tokens if self.has_token(door) else tokens[:2]:
                    with self.subTest(user=user and user.login, url=door.url):
                        self.assert_closed(door, self.knock(door, token))
                        if door.takes_posts:
                            response = self.knock(door, token, post=True)
                            self.assert_closed(door, response)
        self.assertEqual(self.watch(), before)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_link_opens_no_other_account(self):
        """Whoever has a link of their own tries it with the numbers of another."""
        letter = self.get_case(self.other).letter_ids[:1]
        self.authenticate(None, None)
        before = self.watch()
        for door in self.find_doors(secret=self.make_link(letter)):
            if "/collections/" in door.url:
                with self.subTest(url=door.url):
                    self.assert_closed(door, self.knock(door))
                    if door.takes_posts:
                        self.assert_closed(door, self.knock(door, post=True))
        self.assertEqual(self.watch(), before)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_numbers_that_are_none(self):
        """Whatever number is in the address, the server does not fall over."""
        before = self.watch()
        self.log_in()
        for number in (0, NO_NUMBER):
            names = set(self.numbers) - {"currency_id", "page"}
            for door in self.find_doors(**dict.fromkeys(names, number)):
                with self.subTest(url=door.url):
                    self.assert_closed_or_own(door, self.knock(door))
                    if door.takes_posts:
                        self.assert_closed_or_own(door, self.knock(door, post=True))
        self.assertEqual(self.watch(), before)

    def assert_closed_or_own(self, door, response):
        self.assertLess(response.status_code, 500, door.url)

    @mute_logger("odoo.http")
    def test_no_form_without_csrf(self):
        before = self.watch()
        self.log_in()
        for door in self.find_doors():
            if door.takes_posts and not door.is_json:
                with self.subTest(url=door.url):
                    response = self.knock(door, csrf=False, post=True)
                    self.assertEqual(response.status_code, 400)
        self.assertEqual(self.watch(), before)

    @mute_logger("odoo.http")
    def test_bad_files(self):
        """No file gets in that is too large, or not what it says by its content."""
        files = [("res_model", "like", "collection.")]
        before = self.root["ir.attachment"].search_count(files)
        self.log_in()
        for door in self.find_doors():
            for name, file in BAD_FILES.items() if door.takes_posts else ():
                with self.subTest(file=name, url=door.url):
                    self.forget_posts()
                    response = self.knock(door, post=True, file=file)
                    self.assertLess(response.status_code, 500)
        self.env.invalidate_all()
        self.assertEqual(self.root["ir.attachment"].search_count(files), before)

    @mute_logger("odoo.http")
    def test_too_many_forms(self):
        """One more than the limit is refused everywhere, until an hour has passed."""
        self.log_in()
        url = f"{self.url}/message"
        doors = [door for door in self.find_doors() if door.url == url]
        for _number in range(POSTS_PER_HOUR):
            self.assertEqual(self.knock(doors[0], post=True).status_code, 200)
        before = self.watch()
        refused = 0
        for door in self.find_doors():
            # An offer is signed or declined only once; that an account was opened is
            # noted once a day.
            once = ("/plans/", "/settlements/", "/terms/", "/opened")
            is_once = any(part in door.url for part in once)
            if door.takes_posts and not door.is_json and not is_once:
                with self.subTest(url=door.url):
                    response = self.knock(door, post=True)
                    self.assertIn(response.status_code, (429, 200))
                    refused += response.status_code == 429
        self.assertGreaterEqual(refused, 5)
        self.assertEqual(self.watch(), before)
        self.env.cr.execute(
            "UPDATE collection_portal_rate_limit"
            " SET create_date = create_date - INTERVAL '61 minutes'"
        )
        self.assertEqual(self.knock(doors[0], post=True).status_code, 200)
        self.assertNotEqual(self.watch(), before)

    def test_nothing_to_cache_or_frame(self):
        """Pages with somebody's debts are not stored on the way."""
        self.log_in()
        for door in self.find_doors():
            if door.url.startswith(self.url) and not door.is_json:
                response = self.url_open(door.url, allow_redirects=False)
                if response.status_code == 200:
                    self.assertIn("no-store", response.headers["Cache-Control"])
