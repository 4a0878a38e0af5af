from odoo import api, models
from odoo.exceptions import AccessError


class CollectionProtectedMixin(models.AbstractModel):
    """Fields that are readonly in the model are readonly for everybody.

    Odoo's screens alone obey ``readonly``; imports, mass edits and the external API do
    not. What the ledger, the plan and the buttons write to a record is not for people
    to write, whatever their rights: a state follows its transitions, a letter is
    evidence. The methods behind the buttons check the right to work the case, and then
    write as superuser.
    """

    _name = "collection.protected.mixin"
    _description = "Fields That Nobody Writes by Hand"

    @api.model
    def _get_guarded_fields(self):
        """:return: names of the fields that only methods write"""
        return {
            name
            for name, field in self._fields.items()
            if field.store and field.readonly and name not in models.MAGIC_COLUMNS
        }

    @api.model
    def _check_by_hand(self, names):
        """:raises AccessError: when one of the fields is not for people to write"""
        guarded = not self.env.su and self._get_guarded_fields() & set(names)
        if guarded:
            labels = [
                self._fields[name]._description_string(self.env)
                for name in sorted(guarded)
            ]
            raise AccessError(
                self.env._(
                    "%(fields)s of a %(record)s is not changed by hand. Use the buttons"
                    " of the %(record)s.",
                    fields=", ".join(labels),
                    record=self.env["ir.model"]._get(self._name).name,
                )
            )

    @api.model
    def default_get(self, fields):
        """Take no defaults for these fields from the context, which anybody sets."""
        clean = self._without_defaults()
        return super(CollectionProtectedMixin, clean).default_get(fields)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_by_hand(vals)
        return super(CollectionProtectedMixin, self._without_defaults()).create(
            vals_list
        )

    def _without_defaults(self):
        """:return: the model without the defaults of guarded fields that a context from
        outside may hold"""
        if self.env.su:
            return self
        guarded = {f"default_{name}" for name in self._get_guarded_fields()}
        context = {
            key: value for key, value in self.env.context.items() if key not in guarded
        }
        # Keywords would only add to the context; here keys have to go.
        return self.with_context(context)

    def write(self, vals):
        self._check_by_hand(vals)
        return super().write(vals)
