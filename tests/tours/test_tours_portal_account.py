import json
import os
from pathlib import Path

from odoo.tests import tagged

from ..common.portal import PortalCommon
from ..common.tours import TourCase

WIDTHS = (1280, 390)
# Each page in a frame as wide as a screen: checked as a whole, but for Odoo's own
# header and footer, and each thing to press tried with the focus on it.
CHECK = """
async function check(url, width) {
    const problem = (text) => console.error(`${url} at ${width}: ${text}`);
    const frame = document.createElement("iframe");
    frame.width = width;
    frame.height = 844;
    frame.style.border = "none";
    frame.src = url;
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    document.body.append(frame);
    await loaded;
    const page = frame.contentWindow;
    if (page.location.pathname !== url) problem(`went to ${page.location.pathname}`);
    const script = page.document.createElement("script");
    script.textContent = AXE_SOURCE;
    page.document.head.append(script);
    const found = await page.axe.run(
        { exclude: [["header"], ["footer"], [".o_portal_submenu"]] },
        { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }
    );
    for (const { id, help, nodes } of found.violations) {
        const places = nodes.map((node) => node.html.slice(0, 160));
        problem(`${id}: ${help}: ${places.join(" | ")}`);
    }
    if (found.passes.length < 10) problem("Nothing was checked.");
    const things = page.document.querySelectorAll(
        "main :is(a[href], button, input:not([type=hidden]), select, textarea)"
    );
    if (!things.length) problem("There is nothing to press.");
    for (const thing of things) {
        if (!thing.checkVisibility() || thing.closest(".o_portal_submenu")) continue;
        thing.focus();
        const html = thing.outerHTML.slice(0, 160);
        if (page.document.activeElement !== thing) problem(`no focus: ${html}`);
        const style = page.getComputedStyle(thing);
        if (style.outlineStyle === "none" && style.boxShadow === "none") {
            problem(`focus not seen: ${html}`);
        }
    }
    const wide = page.document.documentElement.scrollWidth;
    if (wide > width) problem(`wider than the screen: ${wide}`);
    frame.remove();
}
(async () => {
    for (const width of WIDTHS) {
        for (const url of PAGES) await check(url, width);
    }
    console.log("test successful");
})();
"""


class PortalAccountTours(PortalCommon, TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.execute()
        cls.case = cls.get_case(cls.customer)
        cls.case.letter_ids.sudo()._set_mail_state("sent")

    def live_through(self):
        """Promise, write, send, prefer and read, and find all of it on record."""
        self.start_tour("/my", "collection_portal_account", login=self.visitor.login)
        promise = self.case.promise_ids
        self.assertEqual(promise.amount, 1500)
        self.assertEqual(promise.item_ids.move_id, self.late | self.later)
        came_in = self.case.contact_ids.filtered(lambda row: row.direction == "in")
        self.assertEqual(
            came_in.sorted("id").mapped("outcome"),
            ["promise", "received", "received", "received"],
        )
        self.assertEqual(came_in.attachment_ids.name, "order.pdf")
        person = self.visitor.partner_id.sudo()
        self.assertEqual(person.collection_channel, "email")
        answer = self.env["collection.contact.guard"]._ask(
            self.case, "phone", partner=person
        )
        self.assertFalse(answer[self.case].allowed)


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalAccount(PortalAccountTours):
    """A customer at a computer."""

    def test_tour(self):
        """Promise, mistake put right, message, document, preferences, a letter."""
        self.live_through()

    def test_accessible(self):
        """Every page passes axe-core on both screens, and needs no mouse."""
        file = os.environ.get("AXE_CORE")
        self.assertTrue(
            file and Path(file).is_file(),
            "AXE_CORE names no file: ./dev test sets it to axe.min.js of axe-core.",
        )
        values = {
            "AXE_SOURCE": Path(file).read_text(),
            "PAGES": self.get_pages(),
            "WIDTHS": WIDTHS,
        }
        known = [
            f"const {name} = {json.dumps(value)};" for name, value in values.items()
        ]
        self.browser_js(
            self.url, "\n".join([*known, CHECK]), login=self.visitor.login, timeout=300
        )

    def get_pages(self):
        forms = ["promise", "document", "message", "preferences", "plan"]
        letter = self.case.letter_ids[:1]
        return [
            self.url,
            *(f"{self.url}/{form}" for form in forms),
            f"{self.url}/message/{letter.id}",
            f"/my/invoices/{self.late.id}/promise",
            f"/my/invoices/{self.late.id}/dispute",
            *self.get_link_pages(letter),
        ]

    def get_link_pages(self, letter):
        url = f"/collections/{self.make_link(letter)}"
        return [url, f"{url}/preferences", "/collections/none"]


class PortalLinkTours(PortalCommon, TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_provider()
        cls.execute()
        cls.make_credit(cls.customer, 60, cls.day(-20))
        cls.case = cls.get_case(cls.customer)
        cls.secret = cls.make_link(cls.case.letter_ids)

    def live_through(self):
        """Look, see what is to pay, promise and dispute; then the link is dead."""
        url = f"/collections/{self.secret}"
        self.start_tour(url, "collection_account_link")
        self.env.invalidate_all()
        self.assertEqual(self.get_link(self.secret).open_count, 1)
        outcomes = self.case.contact_ids.filtered(lambda row: row.direction == "in")
        self.assertEqual(
            outcomes.sorted("id").mapped("outcome"), ["opened", "promise", "dispute"]
        )
        self.get_link(self.secret).action_revoke()
        self.env.flush_all()
        self.start_tour(url, "collection_account_link_dead")


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalLink(PortalLinkTours):
    """Somebody without a login, at a computer."""

    def test_tour(self):
        self.live_through()


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalLinkPhone(PortalLinkTours):
    """Somebody without a login, on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_tour(self):
        self.live_through()


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalAccountPhone(PortalAccountTours):
    """A customer on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_tour(self):
        """The same on a small screen."""
        self.live_through()
