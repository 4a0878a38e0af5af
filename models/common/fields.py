from odoo import fields


class Many2oneNoFK(fields.Many2one):
    """A many2one without a foreign key in the database.

    For rows that the review and the planner insert by the hundred thousand: PostgreSQL
    looks up each single key, which costs more than the insertion itself. To be used
    only where the target is never deleted, or where deleting it asks
    ``is_referred_to`` first.
    """

    def update_db_foreign_key(self, model, column):
        """Create no foreign key."""


def compute_again(records, *names):
    """Have stored fields computed again that take something from the ledger.

    If they said so with ``depends``, each entry that is posted, and each payment, would
    look for their records. The few places in the ledger that matter call this instead.

    :param names: of computed fields
    """
    for name in names:
        records.env.add_to_compute(records._fields[name], records)
    records.modified(names)


def is_referred_to(records):
    """Return whether a many2one without a foreign key points to one of these records.

    PostgreSQL does not keep what such a field points to, so whoever deletes it asks.

    :param records: records of any model
    """
    for model in records.env.registry.values():
        for name, field in model._fields.items():
            if isinstance(field, Many2oneNoFK) and (
                field.store and field.comodel_name == records._name
            ):
                # Sudo: records of companies that the user cannot see count as well.
                Model = records.env[model._name].sudo()
                if Model.search_count([(name, "in", records.ids)], limit=1):
                    return True
    return False
