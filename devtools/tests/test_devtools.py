import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.addons.account_collections.devtools import (
    cli,
    console,
    databases,
    debian,
    machine,
    odoo_source,
    programs,
    provision,
)
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestDevtools(BaseCase):
    """Whoever cannot be helped by ./dev is told what to do instead."""

    def test_root_is_told_what_to_install(self):
        """Here apt is missing, the only program that fetches packages."""
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            with (
                patch.dict(os.environ, {"PATH": folder}),
                patch.object(debian, "CACHE", home),
                patch.object(debian, "LOGS", home),
                self.assertRaisesRegex(
                    console.Failure, "as root: apt-get install postgresql"
                ),
            ):
                debian.private_root(home, "postgresql", ["postgresql"])

    def test_ubuntu_has_chromium_to_install(self):
        with (
            patch.object(machine, "distribution", lambda: "ubuntu"),
            self.assertRaisesRegex(
                console.Failure, "as root: apt-get install chromium-browser"
            ),
        ):
            programs.fetch_chromium()

    def test_home_has_to_be_odoo_19(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(os.environ, {"ODOO_HOME": folder}),
        ):
            with self.assertRaisesRegex(console.Failure, "no checkout of Odoo 19.0"):
                odoo_source.home()
            release = Path(folder, "odoo", "release.py")
            release.parent.mkdir()
            release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
            self.assertEqual(odoo_source.home(), Path(folder).resolve())

    def test_database_is_made_by_one_at_a_time(self):
        """The second one would drop what the first is making; another name may."""
        made = []

        def create(name, **_options):
            made.append(name)
            if name == "mine":
                with self.assertRaisesRegex(
                    console.Failure, "Another ./dev is using .* database 'mine'"
                ):
                    cli._newdb(["mine"])
                cli._newdb(["other", "--demo"])
            return name

        with (
            tempfile.TemporaryDirectory() as folder,
            patch.object(provision, "CHECKOUT_HOME", Path(folder)),
            patch.object(provision, "prepare"),
            patch.object(databases, "create", create),
            patch.object(console, "say"),
        ):
            cli._newdb(["mine"])
            cli._newdb(["mine"])
        self.assertEqual(made, ["mine", "other"] * 2)
