from ast import literal_eval
from datetime import date
from math import isfinite

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# What people choose from lists that screens narrow by a domain.
CHOSEN_MODELS = ("collection.reason", "res.users")
# Beyond it a float does not hold cents any more.
AMOUNT_MAX = 2**53 / 100
# Room to count days and years from; further off it is a slip of the keyboard.
DATE_MIN, DATE_MAX = date(1900, 1, 1), date(2199, 12, 31)


class CollectionProtectedMixin(models.AbstractModel):
    """Fields that are readonly in the model are readonly for everybody.

    Only Odoo's screens obey ``readonly``; imports, mass edits and the external API do
    not. Values that come from the ledger, the planner or a button are not for people to
    write, whatever their rights: a state follows its transitions, a letter is evidence.
    The methods behind the buttons check the right to work the case, and then call
    ``_write_protected``.
    """

    _name = "collection.protected.mixin"
    _description = "Protected Fields"

    @api.model
    def _get_protected_fields(self):
        """:return: names of the fields that only methods write"""
        return {
            name
            for name, field in self._fields.items()
            if field.store and field.readonly and name not in models.MAGIC_COLUMNS
        }

    @api.model
    def _check_protected(self, names):
        """:raises AccessError: when one of the fields is not for people to write"""
        protected = not self.env.su and self._get_protected_fields() & set(names)
        if protected:
            labels = [
                self._fields[name]._description_string(self.env)
                for name in sorted(protected)
            ]
            raise AccessError(
                self.env._(
                    "%(fields)s of a %(record)s cannot be changed by hand. Use the "
                    "buttons of the %(record)s.",
                    fields=", ".join(labels),
                    record=self.env["ir.model"]._get(self._name).name,
                )
            )

    @api.model
    def default_get(self, fields):
        """Take no defaults for these fields from the context, which anybody sets."""
        clean = self._without_protected_defaults()
        return super(CollectionProtectedMixin, clean).default_get(fields)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected(vals)
            self._check_bounds(vals)
        records = super(
            CollectionProtectedMixin, self._without_protected_defaults()
        ).create(vals_list)
        records._check_choices({name for vals in vals_list for name in vals})
        return records

    def _without_protected_defaults(self):
        """:return: the model, without defaults of protected fields in its context"""
        if self.env.su:
            return self
        protected = {f"default_{name}" for name in self._get_protected_fields()}
        context = {
            key: value
            for key, value in self.env.context.items()
            if key not in protected
        }
        # Keywords would add to the context; these keys have to go.
        return self.with_context(context)

    def write(self, vals):
        self._check_protected(vals)
        self._check_bounds(vals)
        result = super().write(vals)
        self._check_choices(vals)
        return result

    @api.model
    def _check_bounds(self, vals):
        """Refuse amounts and dates that cannot be worked with, before they are
        written: they would stop what adds them up, for all customers.

        :raises ValidationError: for NaN, infinity, or what is beyond the bounds
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if not value or not field:
                continue
            if field.type in ("float", "monetary"):
                is_good = isfinite(float(value)) and abs(float(value)) <= AMOUNT_MAX
            elif field.type in ("date", "datetime"):
                is_good = DATE_MIN <= fields.Date.to_date(value) <= DATE_MAX
            else:
                continue
            if not is_good:
                raise ValidationError(
                    self.env._(
                        "“%(field)s” cannot be %(value)s. Check what was typed.",
                        field=field._description_string(self.env),
                        value=value,
                    )
                )

    @api.model
    def _get_choice(self, name):
        """:return: domain of a field that offers only some reasons or users, as far as
        it depends on no other field; empty for every other field"""
        field = self._fields.get(name)
        if not (field and field.store and field.comodel_name in CHOSEN_MODELS):
            return []
        try:
            return literal_eval(field.domain) if field.domain else []
        except (TypeError, ValueError):
            return []

    def _check_choices(self, names):
        """Hold the domains of reasons and users, which only Odoo's screens obey.

        :raises ValidationError: when something else was chosen
        """
        for name in names:
            domain = self._get_choice(name)
            if not domain:
                continue
            # Sudo: it leads to a yes or no, whatever of the users may be read.
            chosen = self.sudo().mapped(name)
            wrong = chosen - chosen.filtered_domain(domain)
            if wrong:
                self._refuse_choice(name, wrong[:1].display_name)

    @api.model
    def _refuse_choice(self, name, value):
        """:raises ValidationError: that says what cannot be chosen for a field"""
        raise ValidationError(
            self.env._(
                "“%(value)s” is none of the choices for “%(field)s”.",
                value=value,
                field=self._fields[name]._description_string(self.env),
            )
        )

    def _write_protected(self, vals):
        """Write fields that nobody writes by hand, after the right was checked.

        :param dict vals: what the program has worked out, nothing that a user typed
            into one of these fields
        """
        # Sudo: the fields are readonly for everybody. Whoever calls this has checked
        # the right to work the case, or acts for the scheduler.
        return self.sudo().write(vals)

    def _check_manager(self, text):
        """Let only managers of collections, and the program itself, go on.

        :param str text: translated sentence that says who may do it
        :raises AccessError: for anybody else
        """
        group = "account_collections.group_collection_manager"
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(text)

    # ------------------------------------------------------------------
    # What screens show
    # ------------------------------------------------------------------

    def _label(self, name, value=None):
        """Name a value of a selection in the language of the user.

        :param str name: of the field
        :param str value: one of its values; by default that of the record
        :return: its label, empty when there is no such value
        """
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(self[name] if value is None else value, "")

    @api.model
    def _open_wizard(self, model, title, **defaults):
        """:return: action that opens a new form of a model in a dialog

        :param str model: its name
        :param str title: translated title of the dialog
        :param defaults: values of its fields, for many2one and x2many their ids
        """
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }

    @api.model
    def _notify(self, kind, message, **params):
        """:return: client action that shows a message to the user

        :param str kind: success, info, warning or danger
        :param str message: translated sentence
        :param params: more of the client action: title, sticky, next
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message, **params},
        }
