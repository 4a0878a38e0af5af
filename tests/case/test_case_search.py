from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestCaseSearch(CollectionCommon):
    """A case is found by what a caller says."""

    def test_by_name_number_and_invoice(self):
        customer = self.make_customer("Findable", ref="REF-77", email="f@example.com")
        invoice = self.make_invoice(customer)
        self.make_invoice(self.make_customer("Somebody else"))
        self.plan()
        case = self.get_case(customer)
        for words in ("Findable", "REF-77", "f@example.com", case.name, invoice.name):
            with self.subTest(words):
                found = self.env["collection.case"].name_search(words)
                self.assertEqual([id_ for id_, _name in found], case.ids)
