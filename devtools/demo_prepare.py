# pylint: disable=undefined-variable
"""For `odoo shell`: what `./dev demo` does once on its new database.

The addon is installed with its demo data when this runs; `env` is the superuser's
environment. What it changes has to be committed with `env.cr.commit()`.
"""

# Two of the customers are written to in French and German: the rest of Odoo speaks
# these languages too, for whoever wants to look at it so.
modules = env["ir.module.module"].search([("state", "=", "installed")])  # noqa: F821
modules._update_translations(["fr_FR", "de_DE"])
env.cr.commit()  # noqa: F821
