"""`./dev faults`: kill, break and fill up what sends messages, and count afterwards."""

import sys

if __name__ == "__main__":
    from _bootstrap import start

    start("--log-level=critical")
    from odoo.addons.account_collections.benchmarks.faults_command import main

    sys.exit(main(sys.argv[1:]))
