"""Make the addon importable under its own name, as Odoo does."""

import os
import sys


def start(*options):
    """Configure Odoo as the variables of `./dev` say, showing its warnings only.

    :param options: further command line options of Odoo
    """
    if "ODOO_RC" not in os.environ:
        sys.exit("Run this as ./dev bench or ./dev replay.")
    # The modules here belong to the addon; they are not to be found twice.
    del sys.path[0]
    from odoo.tools import config

    config.parse_config(
        ["--no-http", "--log-level=warn", "--max-cron-threads=0", *options],
        setup_logging=True,
    )
