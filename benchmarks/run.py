"""`./dev bench`: make large ledgers and measure what the addon does with them."""

import sys

if __name__ == "__main__":
    from _bootstrap import start

    # A measurement runs in a process of its own: run.py --worker NAME ...
    is_worker = sys.argv[1:2] == ["--worker"]
    start(*(["--log-level=error", *sys.argv[2].split()] if is_worker else ()))
    if is_worker:
        from odoo.addons.account_collections.benchmarks.bench_worker import main
    else:
        from odoo.addons.account_collections.benchmarks.bench_command import main

    sys.exit(main(sys.argv[1:]))
