"""For `odoo shell`: let several executors work side by side, and fewer again, so that
their scheduled actions are there when the addon is uninstalled."""
# ruff: noqa: F821 (Odoo's shell provides `env`)

lanes = env["collection.lane"]
lanes._set_count(4)
lanes._set_count(2)
assert len(lanes._get_active()) == 2, lanes._get_active()
env.cr.commit()
