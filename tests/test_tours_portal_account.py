import os
from pathlib import Path

from odoo.tests import tagged

from .common_portal import PortalCommon

# The whole page but Odoo's own header and footer.
CHECK = """
    %s
    const options = {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    };
    const page = { exclude: [["header"], ["footer"], [".o_portal_submenu"]] };
    const found = await axe.run(page, options);
    for (const problem of found.violations) {
        const places = problem.nodes.map((node) => node.html.slice(0, 200));
        console.error(`${problem.id}: ${problem.help}: ${places.join(" | ")}`);
    }
    if (!found.passes.length) {
        console.error("Nothing was checked.");
    }
    console.log("test successful");
"""
KEYS = """
    const seen = document.querySelectorAll(
        "main a[href], main button, main input:not([type=hidden]), main select, main textarea"
    );
    for (const element of seen) {
        if (!element.checkVisibility()) continue;
        element.focus();
        if (document.activeElement !== element) {
            console.error(`No focus: ${element.outerHTML.slice(0, 200)}`);
        }
        const style = getComputedStyle(element);
        const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
        if (!shown) console.error(`Focus not seen: ${element.outerHTML.slice(0, 200)}`);
    }
    if (document.documentElement.scrollWidth > window.innerWidth) {
        console.error("The page is wider than the screen.");
    }
    if (!seen.length) console.error("Nothing to press.");
    console.log("test successful");
"""


class PortalAccountTours(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.execute()
        cls.case = cls.get_case(cls.customer)
        cls.case.letter_ids.sudo()._set_mail_state("sent")

    def live_through(self):
        """Promise, write, send, wish and read, and find all of it on record."""
        self.start_tour(
            "/my", "collection_portal_account", login=self.visitor.login
        )
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
        answer = self.env["collection.guard"]._ask(self.case, "phone", partner=person)
        self.assertFalse(answer[self.case].allowed)

    def check_pages(self):
        """Check every page with axe-core, and that the keyboard is enough."""
        file = os.environ.get("AXE_CORE")
        self.assertTrue(
            file and Path(file).is_file(),
            "AXE_CORE names no file: ./dev test sets it to axe.min.js of axe-core.",
        )
        axe = Path(file).read_text()
        for page in self.get_pages():
            check = CHECK % axe
            for code in (f"(async () => {{{check}}})()", KEYS):
                with self.subTest(page):
                    self.browser_js(page, code, login=self.visitor.login)

    def get_pages(self):
        letter = self.case.letter_ids[:1]
        pages = ["", "/promise", "/document", "/message", "/wishes"]
        if "collection.plan" in self.env:
            pages.append("/plan")
        pages.append(f"/message/{letter.id}")
        return [
            *(f"{self.url}{page}" for page in pages),
            f"/my/invoices/{self.late.id}/promise",
            f"/my/invoices/{self.late.id}/dispute",
        ]


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalAccount(PortalAccountTours):
    """A customer at a desk."""

    def test_tour(self):
        """Promise with a mistake put right, message, document, wishes, a letter."""
        self.live_through()

    def test_accessible(self):
        """Every page passes axe-core, and is used without a mouse."""
        self.check_pages()


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalAccountPhone(PortalAccountTours):
    """A customer on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_tour(self):
        """The same on a small screen."""
        self.live_through()

    def test_accessible(self):
        """The same pages, none wider than the screen."""
        self.check_pages()
