import doctest
import importlib
import pkgutil

from odoo.addons.account_collections import tools
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    """The examples in the pure tools are true."""

    def test_examples(self):
        names = [
            name for _finder, name, _is_package in pkgutil.iter_modules(tools.__path__)
        ]
        self.assertTrue(names)
        for name in names:
            module = importlib.import_module(f"{tools.__name__}.{name}")
            with self.subTest(name):
                result = doctest.testmod(module)
                self.assertTrue(result.attempted, "no example")
                self.assertFalse(result.failed)

    def test_tools_know_nothing_of_odoo(self):
        for _finder, name, _is_package in pkgutil.iter_modules(tools.__path__):
            source = importlib.import_module(f"{tools.__name__}.{name}").__file__
            with self.subTest(name), open(source, encoding="utf-8") as lines:
                self.assertFalse([line for line in lines if "odoo" in line.lower()])
