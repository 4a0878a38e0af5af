"""For `odoo shell`: put together once what pages load, not again in each class.

What a class makes is gone at its end; what a template has, all its copies have.
"""
# ruff: noqa: F821 (Odoo's shell provides `env`)

SCRIPTS = [
    "bus.websocket_worker_assets",
    "web.__assets_tests_call__",
    "web.assets_emoji",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "web.assets_web",
    "web.report_assets_common",
]
STYLES = [
    "web.assets_frontend",
    "web.assets_web",
    "web.assets_web_print",
    "web.report_assets_common",
    "web.report_assets_pdf",
]

for bundle in SCRIPTS:
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
for bundle in STYLES:
    env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()
env.cr.commit()
