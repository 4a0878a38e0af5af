import time
from datetime import timedelta

from odoo import api, fields, models

KINDS = [
    ("nightly", "Review and plan"),
    ("changes", "Review after payments"),
    ("execute", "Execution"),
]


class CollectionRun(models.Model):
    """What a scheduled job did: one row per company and run."""

    _name = "collection.run"
    _description = "Collection Run"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date("As of", required=True, readonly=True)
    date_start = fields.Datetime("Started", readonly=True)
    duration = fields.Float("Seconds", readonly=True)
    opened_count = fields.Integer("Cases opened", readonly=True)
    closed_count = fields.Integer("Cases closed", readonly=True)
    planned_count = fields.Integer("Steps planned", readonly=True)
    cancelled_count = fields.Integer("Steps dropped", readonly=True)
    done_count = fields.Integer("Steps taken", readonly=True)
    failed_count = fields.Integer("Steps failed", readonly=True)
    error = fields.Char(readonly=True)

    @api.model
    def _log(self, kind, company, as_of, clock, **vals):
        """Log a run that ends now.

        :param str kind: a key of ``KINDS``
        :param company: res.company record
        :param date as_of: the day it ran for
        :param float clock: what ``time.monotonic()`` said when it began
        :param vals: what it counted, or the error it ended with
        :return: the new record
        """
        duration = time.monotonic() - clock
        return self.create(
            {
                **vals,
                "kind": kind,
                "company_id": company.id,
                "date": as_of,
                "date_start": fields.Datetime.now() - timedelta(seconds=duration),
                "duration": duration,
            }
        )

    @api.autovacuum
    def _gc_runs(self):
        """Runs are a log of operations, not evidence: a year of them is enough."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), years=1)
        self.search([("create_date", "<", limit)], limit=10_000).unlink()
