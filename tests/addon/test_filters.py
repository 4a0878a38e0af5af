from datetime import datetime, timedelta

from odoo.fields import Domain
from odoo.tests import tagged

from ..common.claim import ClaimCommon
from ..common.plan import PlanCommon

ADDON = "account_collections"
RELATIONS = ("many2one", "one2many", "many2many")
TEXTS = ("char", "text", "html")
NUMBERS = ("integer", "float", "monetary")
DATES = ("date", "datetime")
# What Python compares otherwise than PostgreSQL, in Odoo itself: the code of
# HTML, of JSON and of files.
NOT_COMPARED = ("html", "json", "binary", "properties")


@tagged("post_install", "-at_install")
class TestFilters(ClaimCommon, PlanCommon):
    """Each field that the filter editor offers takes each operator it offers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        customers = [cls.make_customer(f"Filtered {number}") for number in range(6)]
        invoices = [
            cls.make_invoice(customer, 1000 + number, cls.day(-30 + 7 * number))
            for number, customer in enumerate(customers)
        ]
        cls.make_invoice(customers[0], due=cls.day(20))
        cls.make_invoice(customers[1], post=False)
        cls.make_credit(customers[1], 100, cls.day(-3))
        cls.pay(cls.make_invoice(customers[2]))
        cls.make_invoice(cls.customer, due=cls.petition - timedelta(days=20))
        cls.plan()
        cls.execute()
        cls.make_promise(invoices[0], (3, 500))
        cls.make_dispute(invoices[1], 200)
        cls.make_hold(cls.get_case(customers[2]))
        cls.make_plan(invoices[3], (10, 500), (40, 503))
        cls.make_claim()
        cls.plan(cls.day(1))
        cls.env.flush_all()
        cls.env.invalidate_all()

    def get_fields(self, model):
        """Answer the fields of this addon that the filter editor offers."""
        return [
            model._fields[name]
            for name, info in model.fields_get(attributes=["searchable"]).items()
            if info["searchable"] and model._fields[name]._module == ADDON
        ]

    def get_conditions(self, field, rows):
        """Yield the domains that the filter editor makes of a field.

        :param rows: records to take values from
        """
        name = field.name
        values = [value for value in rows.mapped(lambda row: row[name]) if value]
        yield Domain(name, "!=", False)
        yield Domain(name, "=", False)
        if field.type == "boolean":
            yield Domain(name, "=", True)
            yield Domain(name, "!=", True)
        elif field.type in RELATIONS:
            yield from self.get_relation_conditions(field, rows)
        elif field.type in DATES:
            yield from self.get_date_conditions(field, values)
        elif field.type in (*NUMBERS, "many2one_reference"):
            values = values or [1]
            for operator in ("=", "!=", "<", ">"):
                yield Domain(name, operator, values[0])
            yield Domain(name, "=", 0.0)
            yield Domain(name, ">=", 0.0) & Domain(name, "<=", values[0])
        elif field.type == "selection":
            values += [key for key, _label in field._description_selection(self.env)]
            yield Domain(name, "=", values[0])
            yield Domain(name, "!=", values[0])
            yield Domain(name, "in", values[:2])
            yield Domain(name, "not in", values[:2])
        elif field.type in (*TEXTS, "json", "reference"):
            text = str(values[0] if values else "word")
            for operator in ("=", "!=", "ilike", "not ilike"):
                yield Domain(name, operator, text)
            yield Domain(name, "=ilike", f"{text[:2]}%")

    def get_relation_conditions(self, field, rows):
        name = field.name
        related = rows.mapped(name)[:2]
        word = (related[:1].display_name or "word")[:8]
        for operator in ("in", "not in"):
            yield Domain(name, operator, related.ids)
            yield Domain(name, operator, [*related.ids[:1], False])
        # Odoo's letters by post have no name to search by.
        if field.comodel_name != "snailmail.letter":
            yield Domain(name, "ilike", word)
            yield Domain(name, "not ilike", word)
        for operator in ("any", "not any"):
            yield Domain(name, operator, [("id", "in", related.ids)])

    def get_date_conditions(self, field, values):
        name = field.name
        default = datetime(2026, 3, 2, 12)
        value = values[0] if values else default
        for operator in ("=", "<", ">"):
            yield Domain(name, operator, value)
        yield Domain(name, ">=", "today -30d") & Domain(name, "<", "today +1d")
        day = value.date() if isinstance(value, datetime) else value
        yield Domain(name, ">=", day) & Domain(name, "<=", day + timedelta(days=3))

    def find_wrong(self, model, field, rows):
        """Answer the conditions that find something else than they say."""
        if field.related and not field.store and field.type in NUMBERS:
            # Odoo: where there is nothing to take a number from, it is not compared.
            rows = rows.filtered(field.related.rsplit(".", 1)[0])
        scope = Domain("id", "in", rows.ids)
        wrong = []
        for condition in self.get_conditions(field, rows):
            found = model.search(scope & condition)
            if self.is_compared(field, condition):
                expected = rows.filtered_domain(condition)
            else:
                expected = rows - model.search(scope & ~condition)
            if found != expected:
                wrong.append((condition, found, expected))
        return wrong

    @staticmethod
    def is_compared(field, condition):
        """Answer whether Python can tell what is found: not of the code of HTML, JSON
        and files, nor of names, which are searched by their parts."""
        by_name = field.type in RELATIONS and any(
            "like" in each.operator for each in condition.iter_conditions()
        )
        return field.type not in NOT_COMPARED and not by_name

    def test_each_field_takes_each_operator(self):
        count = 0
        for name in sorted(self.registry):
            model = self.env[name].with_context(active_test=False)
            if model._abstract or model._transient:
                continue
            fields = self.get_fields(model)
            rows = model.search([], limit=12) if fields else model
            for field in fields:
                count += 1
                with self.subTest(field=str(field)):
                    self.assertFalse(self.find_wrong(model, field, rows))
        self.assertGreater(count, 500)
