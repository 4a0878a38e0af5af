"""`./dev interference`: run Odoo's own tests with the addon and without it."""

import sys

if __name__ == "__main__":
    from _bootstrap import start

    # Tests run in a process of their own: interference.py --worker ...
    is_worker = sys.argv[1:2] == ["--worker"]
    if is_worker:
        start("--database", sys.argv[2], "--http-port", sys.argv[3])
        from odoo.addons.account_collections.benchmarks.interference_worker import main
    else:
        start()
        from odoo.addons.account_collections.benchmarks.interference_command import main

    sys.exit(main(sys.argv[1:]))
