from odoo.addons.account_collections.devtools import console, names
from odoo.addons.account_collections.devtools.paths import database
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestNames(BaseCase):
    """People say the short name of a database, programs get the full one."""

    lat = database("lat")
    known = [lat, "somebody_elses", "postgres"]

    def test_full_name(self):
        self.assertEqual(names.full_name("lat", self.known), self.lat)
        for name in (self.lat, "somebody_elses", "not_made_yet"):
            self.assertEqual(names.full_name(name, self.known), name)

    def test_required_name(self):
        for name in ("lat", self.lat):
            self.assertEqual(names.require(name, self.known), self.lat)
        with self.assertRaisesRegex(
            console.Failure, "no database 'late'; .* There are: lat$"
        ):
            names.require("late", self.known)
        with self.assertRaisesRegex(console.Failure, "There are: none"):
            names.require("lat", ["postgres"])

    def test_arguments_of_programs(self):
        for said, meant in (
            (["-d", "lat", "-u", "lat"], ["-d", self.lat, "-u", "lat"]),
            (["shell", "--database=lat"], ["shell", f"--database={self.lat}"]),
            (["-dlat", "-c", "SELECT 1"], [f"-d{self.lat}", "-c", "SELECT 1"]),
            (["--dbname", "postgres"], ["--dbname", "postgres"]),
            (["-i", "lat", "--dev=lat"], ["-i", "lat", "--dev=lat"]),
            ([], []),
        ):
            self.assertEqual(names.expand(said, self.known), meant)
        self.assertEqual(
            names.expand_all(["db", "drop", "lat"], self.known),
            ["db", "drop", self.lat],
        )
