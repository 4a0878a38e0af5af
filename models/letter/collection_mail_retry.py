from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.retry import mail_delay
from ...tools.smtp_refusals import is_temporary

RESENT_STATES = ("failed", "bounced")


class CollectionMailRetry(models.AbstractModel):
    """E-mails that the mail server did not take.

    What it refuses for now (it is down, busy, or lets strangers wait) is tried again by
    itself, with the same Message-Id, until the company's hours have passed. All that
    waits is one to-do. What it refuses for good is a to-do each, and a person sends it
    again once the cause is put right. Whatever happens to a mail, its letter follows.
    """

    _name = "collection.mail.retry"
    _description = "E-mails That Are Tried Again"

    @api.model
    def _put_off(self, letters, reason, failure_type):
        """Note that the e-mails of letters were refused.

        :param letters: collection.letter records
        :param str reason: what the mail server said
        :param str failure_type: as Odoo has it
        :return: those that are tried again, at their ``date_try``
        """
        letters = letters.filtered(lambda letter: letter.delivery_state != "cancelled")
        if not is_temporary(reason, failure_type):
            letters.write({"date_refused_first": False, "date_try": False})
            return letters.browse()
        now, waiting = fields.Datetime.now(), letters.browse()
        for letter in letters:
            first, attempts = letter.date_refused_first or now, letter.mail_attempts + 1
            hours = letter.company_id.collection_mail_hours
            delay = mail_delay(attempts, now - first, hours)
            letter.write(
                {
                    "mail_attempts": attempts,
                    "date_refused_first": first,
                    "date_try": now + delay if delay else False,
                    "failure_reason": reason,
                }
            )
            waiting |= letter if delay else letter.browse()
        return waiting

    # ------------------------------------------------------------------
    # The to-do
    # ------------------------------------------------------------------

    @api.model
    def _tell_backlog(self, company):
        """Bring the one to-do on the e-mails that wait for a mail server up to date;
        when they have all got through it goes."""
        letters = self.env["collection.letter"].search(
            [("company_id", "=", company.id), ("date_refused_first", "!=", False)]
        )
        # Whoever works the queue brings up to date what is the company's.
        company = company.sudo()
        task = company.collection_backlog_id
        if task and not letters:
            task.filtered("active").unlink()
            company.collection_backlog_id = False
        elif task:
            task.note = self._get_backlog_text(letters)
        elif letters:
            # Not by e-mail: the mail server is what does not work.
            case = letters[-1].case_id.with_context(mail_activity_quick_update=True)
            company.collection_backlog_id = case._add_task(
                self.env._("E-mails wait for the mail server"),
                self._get_backlog_text(letters),
            )

    @api.model
    def _get_backlog_text(self, letters):
        waiting = letters.filtered("date_try")
        return self.env._(
            "%(waiting)s messages wait and are tried again by themselves;"
            " %(lost)s were given up and can be sent again from the list of letters."
            " %(reason)s",
            waiting=len(waiting),
            lost=len(letters - waiting),
            reason=letters[:1].failure_reason or "",
        )

    # ------------------------------------------------------------------
    # Again
    # ------------------------------------------------------------------

    @api.model
    def _resend(self, letters):
        """Send the e-mails of letters again, now.

        :return: client action that says how many
        """
        letters = self._filter_resent(letters)
        letters._write_protected(
            {
                "delivery_state": "queued",
                "failure_reason": False,
                "mail_attempts": 0,
                "date_refused_first": False,
                "date_try": False,
            }
        )
        # What was settled or put on hold meanwhile is not sent any more.
        going = letters - letters._cancel_obsolete()
        self._queue_again(going)
        for company in letters.company_id:
            self._tell_backlog(company)
        if not going:
            return letters._notify_cancelled()
        return letters._notify(
            "success",
            self.env._("%s messages are sent again.", len(going)),
            next={"type": "ir.actions.client", "tag": "soft_reload"},
        )

    @api.model
    def _filter_resent(self, letters):
        """:return: the e-mails among letters that have not got through, all of which
        may be sent again"""
        letters = letters.filtered(
            lambda letter: (
                letter.channel == "email"
                and (letter.delivery_state in RESENT_STATES or letter.date_try)
            )
        )
        if not letters:
            raise UserError(
                self.env._("None of these is an e-mail that did not get through.")
            )
        letters._check_stay("queue")
        can_reach = self.env["collection.recipient"]._can_reach
        for letter in letters:
            if not can_reach(letter.partner_id, "email"):
                raise UserError(
                    self.env._(
                        "%s has no e-mail address that works. Correct it first.",
                        letter.partner_id.display_name,
                    )
                )
        return letters

    @api.model
    def _queue_again(self, letters):
        dispatcher = self.env["collection.dispatcher"]
        # The queue belongs to the administrator; only these letters' own are touched.
        for letter in letters.sudo():
            address = self.env["collection.recipient"]._get_sent_to(
                letter.partner_id, "email"
            )
            letter.address = address
            if not letter.mail_id:
                dispatcher._write_mails(
                    letter,
                    [dispatcher._prepare_mail_vals(letter, letter.body, letter.body)],
                )
        mails = letters.sudo().mail_id
        self.env["collection.mail.handover"].sudo()._forget(mails)
        mails.write(
            {
                "state": "outgoing",
                "scheduled_date": False,
                "failure_reason": False,
                "failure_type": False,
            }
        )
        self.env["mail.notification"].sudo().search(
            [("mail_mail_id", "in", mails.ids)]
        ).write({"notification_status": "ready", "failure_type": False})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    # ------------------------------------------------------------------
    # The sweep
    # ------------------------------------------------------------------

    @api.model
    def _follow_mails(self, company):
        """Compare the letters with their mails, and have them follow: a queue that was
        killed, or a mail that somebody deleted, says nothing.

        :param company: res.company record
        """
        # The queue belongs to the administrator.
        letters = self.env["collection.letter"].sudo()
        for letter_id, state, reason, failure_type in self._find_strayed(company):
            letter = letters.browse(letter_id)
            if state == "exception":
                letter.mail_id._postprocess_sent_message(
                    [],
                    [],
                    failure_reason=reason,
                    failure_type=failure_type or "unknown",
                )
            elif state:
                letter._set_mail_state(state, reason or "")
            else:
                text = self.env._("It was deleted from the queue.")
                letter._set_mail_state("exception", text)
        self._tell_backlog(company)

    @api.model
    def _find_strayed(self, company):
        """:return: list of the id of each e-mail letter that says something else than
        its mail, and state, reason and kind of failure of the mail, None if it is
        gone"""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT letter.id, mail.state, mail.failure_reason, mail.failure_type
                  FROM collection_letter letter
                  LEFT JOIN mail_mail mail ON mail.id = letter.mail_id
                 WHERE letter.company_id = %s AND letter.channel = 'email'
                   AND (letter.delivery_state = 'queued'
                            AND mail.state IS DISTINCT FROM 'outgoing'
                        OR letter.delivery_state IN ('failed', 'cancelled')
                            AND mail.state IN ('outgoing', 'sent', 'received')
                        OR letter.delivery_state = 'sent' AND mail.state = 'outgoing')
                """,
                company.id,
            )
        )
