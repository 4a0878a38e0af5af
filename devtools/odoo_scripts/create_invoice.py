"""For `odoo shell`: Odoo must still be able to invoice, and no trace be left of us."""
# ruff: noqa: F821 (Odoo's shell provides `env`)

ADDON = "account_collections"

module = env["ir.module.module"].search([("name", "=", ADDON)])
assert module.state == "uninstalled", f"{ADDON} is {module.state}"
left = env["ir.model.data"].search([("module", "=", ADDON)])
assert not left, f"records are left of {ADDON}: {left.mapped('complete_name')}"
env.cr.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^collection_'")
tables = [name for (name,) in env.cr.fetchall()]
assert not tables, f"tables are left of {ADDON}: {tables}"

invoice = env["account.move"].create(
    {
        "move_type": "out_invoice",
        "partner_id": env["res.partner"].create({"name": "A customer"}).id,
        "invoice_line_ids": [(0, 0, {"name": "A service", "price_unit": 100.0})],
    }
)
invoice.action_post()
assert invoice.state == "posted", invoice.state
