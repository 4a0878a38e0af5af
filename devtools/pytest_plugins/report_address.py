"""pytest: let wkhtmltopdf find the server that the tests have started."""

import pytest
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name
from odoo.tools import config


@pytest.fixture(scope="session", autouse=True)
def report_address(load_http):
    """Store the address, for it fetches a letter's style sheets from there.

    Odoo's default is port 8069, but the tests' server takes any that is free.
    """
    address = f"http://127.0.0.1:{config['http_port']}"
    with Registry(get_db_name()).cursor() as cr:
        cr.execute(
            """INSERT INTO ir_config_parameter (key, value) VALUES ('report.url', %s)
               ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value""",
            [address],
        )
