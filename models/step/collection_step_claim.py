from datetime import timedelta

from odoo import api, fields, models

BATCH = 50
# So long nobody else takes what an executor has begun. It is longer than a scheduled
# action may run.
LEASE = timedelta(minutes=10)
# A step whose executor was ended this many times is set aside.
MAX_INTERRUPTIONS = 3


class CollectionStepClaim(models.AbstractModel):
    """Which executor works on which steps.

    A message takes seconds to make, and meanwhile nobody's row is locked. So whoever
    begins with a step notes it, and commits that before anything can go wrong: an
    executor that is killed leaves its mark. What was interrupted is taken again after
    all the others, alone, and after some interruptions it is set aside for a person:
    a document that kills its executor stops nobody else's.
    """

    _name = "collection.step.claim"
    _description = "Claims on Collection Steps"

    @api.model
    def _take(self, company, as_of, left=()):
        """Take steps that are due to be tried.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param left: ids of steps to leave alone
        :return: collection.step records, locked, which nobody else has
        """
        domain = self._get_due_domain(company, as_of, left)
        steps = self._lock([*domain, ("interruptions", "=", 0)], BATCH)
        while not steps:
            steps = self._lock([*domain, ("interruptions", ">", 0)], 1)
            if steps.interruptions < MAX_INTERRUPTIONS:
                break
            self._set_aside(steps)
            steps = steps.browse()
        if steps:
            steps.write(
                {
                    "date_claimed": fields.Datetime.now(),
                    "interruptions": steps[0].interruptions + 1,
                }
            )
        return steps

    @api.model
    def _get_due_domain(self, company, as_of, left):
        company = company.with_context(collection_as_of=as_of)
        now = fields.Datetime.now()
        return [
            ("company_id", "=", company.id),
            ("id", "not in", list(left)),
            ("date_planned", "<=", as_of),
            *("|", ("date_claimed", "=", False), ("date_claimed", "<", now - LEASE)),
            "|",
            ("date_allowed", "=", False),
            ("date_allowed", "<=", company._get_collection_moment()),
            *("|", ("state", "=", "planned")),
            *("&", ("state", "=", "failed"), ("date_try", "<=", now)),
        ]

    @api.model
    def _lock(self, domain, limit):
        steps = self.env["collection.step"].search(
            domain, order="interruptions, id" if limit == 1 else "id", limit=limit * 8
        )
        steps = steps.try_lock_for_update(limit=limit)
        steps.invalidate_recordset()
        return steps.filtered(lambda step: step.state in ("planned", "failed"))

    @api.model
    def _lock_own(self, steps, moment):
        """Lock the steps again that were taken in another transaction.

        :param steps: collection.step records
        :param datetime moment: when they were taken
        :return: those that are still this executor's, and not dropped
        """
        steps = steps.try_lock_for_update()
        steps.invalidate_recordset()
        return steps.filtered(
            lambda step: (
                step.state in ("planned", "failed") and step.date_claimed == moment
            )
        )

    @api.model
    def _end(self, steps):
        """Give steps back, done or not: their executor has come to an end with them."""
        steps.write({"date_claimed": False, "interruptions": 0})

    @api.model
    def _set_aside(self, steps):
        """A person looks at what has ended its executor again and again."""
        error = self.env._(
            "The program was ended %s times while it made this message. Look at its"
            " words and its documents, then retry.",
            MAX_INTERRUPTIONS,
        )
        steps._set_state(
            "failed",
            error=error,
            attempts=MAX_INTERRUPTIONS,
            date_try=False,
            date_claimed=False,
            interruptions=0,
        )
        for step in steps:
            step.case_id._add_task(self.env._("Message set aside"), error)
