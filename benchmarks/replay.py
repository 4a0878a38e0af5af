"""`./dev replay FILE`: replay a ledger day by day, and check the history."""

import sys

if __name__ == "__main__":
    from _bootstrap import start

    start()
    from odoo.addons.account_collections.benchmarks.replay_command import main

    sys.exit(main(sys.argv[1:]))
