"""The measurements; each one runs in a process of its own, so that its memory shows.

Answers go to the standard output as one line of JSON.
"""

import json
import resource
import sys
from datetime import date, timedelta
from statistics import median
from time import perf_counter

from lxml import etree
from odoo import fields
from odoo.tools.safe_eval import safe_eval

from . import databases
from .bench_ledger import Size, make_ledger
from .bench_posting import measure_posting

AS_OF = date(2026, 3, 3)  # a Tuesday
PAGE = 80
WORKLIST_READS = 15
OCA_LETTERS = 20


def main(arguments):
    """Run the measurement named on the command line.

    :param list arguments: ["--worker", options of Odoo, name, database, parameters
        as JSON]
    """
    _worker, _options, name, database, parameters = arguments
    measure = MEASUREMENTS[name]
    result = measure(database, **json.loads(parameters))
    result["peak_mb"] = _get_peak_mb()
    sys.stdout.write(json.dumps(result) + "\n")


def _get_peak_mb():
    """:return: the most memory this process has had since it started"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure_ledger(database, items, customers):
    """Make a ledger; what it takes is the benchmark's own time."""
    with databases.environment(database) as env:
        started = perf_counter()
        make_ledger(env, Size(items, customers), AS_OF)
        env.cr.commit()
        seconds = perf_counter() - started
    databases.tend(database)
    return {"seconds": seconds}


def measure_plan(database):
    """Review and plan: the first run ever, one without news, and the next day's; each
    on a tended database, as a night finds it."""
    runs = {}
    for kind, day in (
        ("first", AS_OF),
        ("again", AS_OF),
        ("next_day", AS_OF + timedelta(days=1)),
    ):
        databases.tend(database)
        with databases.environment(database) as env:
            queries, started = env.cr.sql_log_count, perf_counter()
            run = env["collection.scheduler"]._run(env.company, day)
            env.cr.commit()
            runs[kind] = {
                "seconds": perf_counter() - started,
                "queries": env.cr.sql_log_count - queries,
                "opened": run.opened_count,
                "planned": run.planned_count,
            }
    return runs


def measure_messages(database, count):
    """Execute e-mails that carry the statement as PDF; nothing is really sent."""
    with databases.environment(database) as env:
        env["collection.scheduler"]._run(env.company, AS_OF)
        stages = env["collection.step"].search([]).stage_id
        stages.write({"attach_statement": True})
        env.cr.commit()
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        sender, batches, started = env["collection.executor"], [], perf_counter()
        while counts["done_count"] < count:
            done, clock = counts["done_count"], perf_counter()
            if not sender._execute_batch(env.company, AS_OF, counts):
                break
            env.cr.commit()
            env.invalidate_all()
            size = counts["done_count"] - done
            if size:
                batches.append((perf_counter() - clock) / size)
        seconds = perf_counter() - started
        letters = env["collection.letter"].search([])
        mails = env["mail.mail"].search([("model", "=", "collection.case")])
        return {
            "messages": len(letters),
            "with_pdf": len(letters.filtered("attachment_id")),
            "queued": len(mails),
            "failed": counts["failed_count"],
            "seconds": seconds,
            "seconds_each": seconds / max(len(letters), 1),
            "seconds_each_median_batch": median(batches),
            "seconds_each_best_batch": min(batches),
        }


def measure_worklist(database):
    """Read the first page of the worklist as the web client does, for a collector."""
    with databases.environment(database) as env:
        env["collection.scheduler"]._run(env.company, AS_OF)
        env.cr.commit()
    databases.tend(database)
    with databases.environment(database) as env:
        collector = env["res.users"].create(
            {
                "name": "Collector",
                "login": "bench_collector",
                "group_ids": [
                    (4, env.ref("account_collections.group_collection_user").id)
                ],
            }
        )
        env.flush_all()
        domain, specification = _get_worklist(env)
        seconds, rows = _read_worklist(
            env(user=collector.id, context={"lang": "en_US", "tz": "UTC"}),
            domain,
            specification,
        )
        return {
            "cases": env["collection.case"].search_count([("state", "!=", "closed")]),
            "rows": rows,
            "fields": len(specification),
            "seconds_first": seconds[0],
            "seconds_median": median(seconds[1:]),
            "seconds_best": min(seconds[1:]),
        }


def _read_worklist(env, domain, specification):
    seconds = []
    for _read in range(WORKLIST_READS):
        # With an empty cache, as each request has.
        env.invalidate_all()
        started = perf_counter()
        page = env["collection.case"].web_search_read(
            domain, specification, limit=PAGE, count_limit=10001
        )
        seconds.append(perf_counter() - started)
    return seconds, len(page["records"])


def _get_worklist(env):
    """:return: the domain that the worklist opens with, and the fields of its list"""
    Case = env["collection.case"]
    action = env["ir.actions.act_window"]._for_xml_id(
        "account_collections.collection_case_action"
    )
    views = Case.get_views([(False, "list"), (False, "search")])["views"]
    domain = list(fields.Domain.AND(_get_default_domains(env, action, views)))
    arch = etree.fromstring(views["list"]["arch"])
    specification = {}
    for node in arch.iter("field"):
        name = node.get("name")
        is_link = Case._fields[name].type == "many2one"
        specification[name] = {"fields": {"display_name": {}}} if is_link else {}
    return domain, specification


def _get_default_domains(env, action, views):
    names = {"uid": env.uid, "context_today": fields.Date.today}
    yield fields.Domain(safe_eval(action["domain"] or "[]", names))
    context = safe_eval(action["context"] or "{}", names)
    arch = etree.fromstring(views["search"]["arch"])
    for node in arch.iter("filter"):
        if context.get(f"search_default_{node.get('name')}") and node.get("domain"):
            yield fields.Domain(safe_eval(node.get("domain"), names))


def measure_oca(database, report_url):
    """Generate the lines of OCA's account_credit_control, and some of its letters.

    :param str report_url: where wkhtmltopdf gets style sheets
    """
    with databases.environment(database) as env:
        env["ir.config_parameter"].set_param("report.url", report_url)
        policy = env.ref("account_credit_control.credit_control_3_time")
        policy.account_ids = env["account.account"].search(
            [("account_type", "=", "asset_receivable")]
        )
        env.company.credit_policy_id = policy
        run = env["credit.control.run"].create(
            {"date": AS_OF, "policy_ids": [(6, 0, policy.ids)]}
        )
        env.flush_all()
        queries, started = env.cr.sql_log_count, perf_counter()
        run.generate_credit_lines()
        env.cr.commit()
        result = {
            "seconds": perf_counter() - started,
            "queries": env.cr.sql_log_count - queries,
            "lines": len(run.line_ids),
            "peak_mb_of_generation": _get_peak_mb(),
        }
        return result | _measure_oca_letters(env, run)


def _measure_oca_letters(env, run):
    partners = run.line_ids[:2000].partner_id[:OCA_LETTERS]
    lines = run.line_ids.filtered(lambda line: line.partner_id in partners)
    lines.write({"state": "to_be_sent", "channel": "email"})
    env.flush_all()
    started = perf_counter()
    Communication = env["credit.control.communication"]
    letters = Communication._generate_comm_from_credit_lines(lines)
    letters._generate_emails()
    env.cr.commit()
    return {
        "letters": len(letters),
        "seconds_per_letter": (perf_counter() - started) / max(len(letters), 1),
    }


MEASUREMENTS = {
    "ledger": measure_ledger,
    "plan": measure_plan,
    "messages": measure_messages,
    "worklist": measure_worklist,
    "posting": measure_posting,
    "oca": measure_oca,
}
