"""For `odoo shell`: make once what each class of tests needs, and would make again.

What a class makes is gone at its end; what a template has, all its copies have.
"""
# ruff: noqa: F821 (Odoo's shell provides `env`)

from odoo.addons.account_collections.tests.common.base import (
    PREPARED_COMPANY,
    CollectionCommon,
)
from odoo.fields import Command
from passlib.context import CryptContext

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


class Books(CollectionCommon):
    """The company of the tests and its users are made by the tests' own methods."""

    env = env(context=CollectionCommon.default_env_context())


company = Books._create_company(name="company_1_data")
env["ir.model.data"]._update_xmlids([{"xml_id": PREPARED_COMPANY, "record": company}])
# A password takes no longer to check than Odoo's tests have it take.
type(env["res.users"])._crypt_context = lambda _users: CryptContext(
    ["pbkdf2_sha512"], pbkdf2_sha512__rounds=1
)
Books.company = company
users = Books.setup_independent_user()
users.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
for user in Books.make_users().values():
    users |= user
# Those who are not asked for are not there.
users.active = False
# What pages and letters load is put together by whoever is the first to ask.
for bundle in SCRIPTS:
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
for bundle in STYLES:
    env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()
env.cr.commit()
