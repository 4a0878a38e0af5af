from odoo.tests import TransactionCase, tagged

from ...hooks import THREAD_MODELS, WORK_TABLES

NEVER = len(WORK_TABLES)


@tagged("post_install", "-at_install")
class TestUninstall(TransactionCase):
    """What the addon takes with it when it goes: all of its rows, in an order in which
    none holds on to one that is deleted before it."""

    def get_models(self):
        return [
            model
            for model in self.registry.values()
            if model._name.startswith("collection.")
            and model._auto
            and not (model._abstract or model._transient)
        ]

    def get_links(self, model, ondelete):
        """:return: the models that a model leads to, by the fields that say so"""
        return {
            self.registry[field.comodel_name]
            for field in model._fields.values()
            if field.type == "many2one"
            and field.store
            and field.ondelete == ondelete
            and field.comodel_name != model._name
        }

    def get_place(self, model):
        """:return: when rows of a model go: by themselves, or with what they belong
        to"""
        if model._table in WORK_TABLES:
            return WORK_TABLES.index(model._table)
        owners = self.get_links(model, "cascade")
        return min(
            (
                self.get_place(owner)
                for owner in owners
                if owner._name.startswith("collection.")
            ),
            default=NEVER,
        )

    def test_nothing_holds_on_to_what_is_deleted(self):
        late = [
            (model._name, held._name)
            for model in self.get_models()
            for held in self.get_links(model, "restrict")
            if held._table in WORK_TABLES
            and self.get_place(model) > self.get_place(held)
        ]
        self.assertFalse(late)

    def test_to_dos_go(self):
        with_to_dos = {
            model._name
            for model in self.get_models()
            if "activity_ids" in model._fields
        }
        self.assertFalse(with_to_dos - set(THREAD_MODELS))
