"""What has become of everybody, once all is calm again."""

from collections import Counter

from odoo import fields
from odoo.tools import SQL

TURNS = 60
# What was promised to whoever owes money and has not paid.
LOST = """
    SELECT partner.id FROM unnest(%(partners)s) partner(id)
     WHERE NOT EXISTS (
        SELECT FROM collection_letter letter
          JOIN mail_message message ON message.id = letter.mail_message_id
         WHERE letter.customer_id = partner.id AND letter.delivery_state = 'sent'
           AND message.message_id = ANY(%(taken)s))
       AND EXISTS (
        SELECT FROM collection_item item
          JOIN collection_case case_ ON case_.id = item.case_id
         WHERE case_.partner_id = partner.id AND item.is_open)
"""
# More than one letter of a stage that has left.
DOUBLED = """
    SELECT case_id, stage_id FROM collection_letter
     WHERE customer_id = ANY(%(partners)s) AND delivery_state <> 'cancelled'
     GROUP BY case_id, stage_id HAVING COUNT(*) > 1
"""
STUCK = """
    SELECT step.id FROM collection_step step
      JOIN collection_case case_ ON case_.id = step.case_id
     WHERE case_.partner_id = ANY(%(partners)s)
       AND step.state NOT IN ('done', 'skipped', 'cancelled')
    UNION ALL
    SELECT letter.id FROM collection_letter letter
     WHERE letter.customer_id = ANY(%(partners)s)
       AND letter.delivery_state NOT IN ('sent', 'cancelled')
"""
COUNTS = """
    SELECT (SELECT COUNT(*) FROM collection_step step
              JOIN collection_case case_ ON case_.id = step.case_id
              JOIN collection_letter letter ON letter.id = step.letter_id
             WHERE case_.partner_id = ANY(%(partners)s) AND step.state = 'done'
               AND letter.delivery_state <> 'cancelled'),
           (SELECT COUNT(*) FROM collection_letter letter
             WHERE letter.customer_id = ANY(%(partners)s)
               AND letter.delivery_state <> 'cancelled'),
           (SELECT COUNT(*) FROM collection_contact contact
              JOIN collection_case case_ ON case_.id = contact.case_id
             WHERE case_.partner_id = ANY(%(partners)s) AND contact.outcome = 'sent'
               AND contact.is_void IS NOT TRUE)
"""


def calm_down(site):
    """Let everything end by itself, and then what waits for a person.

    :return: number of steps and letters that a person had to take up
    """
    with site.environment() as env:
        _turn(site, env)
        steps = _find_steps(site, env, "failed")
        if steps:
            steps.action_retry()
        letters = _find_letters(site, env, ("failed", "bounced"))
        if letters:
            letters.action_resend()
        env.cr.commit()
        _turn(site, env)
        return len(steps) + len(letters)


def _find_steps(site, env, *states):
    return env["collection.step"].search(
        [("case_id.partner_id", "in", site.partner_ids), ("state", "in", states)]
    )


def _find_letters(site, env, states):
    return env["collection.letter"].search(
        [("customer_id", "in", site.partner_ids), ("delivery_state", "in", states)]
    )


def _turn(site, env):
    """Work until there is nothing more to do, as if time flew."""
    company = env["res.company"].browse(site.company_id)
    for _turn in range(TURNS):
        env.cr.execute("UPDATE mail_mail SET scheduled_date = NULL")
        env.cr.execute(
            "UPDATE collection_step SET date_try = %s WHERE date_try IS NOT NULL",
            [fields.Datetime.now()],
        )
        env.invalidate_all()
        env["collection.scheduler"]._execute_company(company)
        env["mail.mail"].process_email_queue()
        env["collection.scheduler"]._cron_review_changes()
        env["collection.mail.retry"]._follow_mails(company)
        env.cr.commit()
        waiting = _find_steps(site, env, "planned")
        waiting += _find_steps(site, env, "failed").filtered("date_try")
        if not waiting and not _find_letters(site, env, ("queued",)):
            break


def count(site, mails):
    """Compare what the database says with what the mail server has got.

    :param mails: list of faults_sink.Taken
    :return: dict of numbers; lost, doubled and stuck should be none
    """
    got = Counter(mail.reference for mail in mails)
    answered = Counter(mail.reference for mail in mails if mail.is_answered)
    values = {"partners": site.partner_ids, "taken": list(answered)}
    with site.environment() as env:
        [[steps, letters, entries]] = _query(env, COUNTS, values)
        doubled = len(_query(env, DOUBLED, values))
        return {
            "steps": steps,
            "letters": letters,
            "entries": entries,
            "mails": len(answered),
            "lost": len(_query(env, LOST, values)),
            "doubled": doubled,
            # Killed between the answer of the server and the note of it.
            "again": _count_repeated(answered),
            "unanswered": _count_repeated(got) - _count_repeated(answered),
            "stuck": len(_query(env, STUCK, values)),
        }


def _query(env, query, values):
    return env.execute_query(SQL(query, **values))


def _count_repeated(numbers):
    return sum(number - 1 for number in numbers.values() if number > 1)
