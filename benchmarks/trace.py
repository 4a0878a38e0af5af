"""`./dev trace`: count the files that a due item crosses until its mail has left."""

import sys

if __name__ == "__main__":
    from _bootstrap import start

    start()
    from odoo.addons.account_collections.benchmarks.trace_command import main

    sys.exit(main(sys.argv[1:]))
