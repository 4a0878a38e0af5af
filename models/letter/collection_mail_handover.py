from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2 import InterfaceError, OperationalError

# A connection may be ended in the very moment; what the server said is worth another.
NOTE_ATTEMPTS = 3
KEPT_DAYS = 90


class CollectionMailHandover(models.Model):
    """What mail servers have been asked to take, and what they took; and which text
    messages their provider took.

    A queue that is killed after the mail server has taken a message, and before it has
    written that down, would send it again. So each e-mail of ours is noted before the
    server is asked, and again as soon as it has answered, both in a transaction of its
    own that does nothing else: a message that was taken is not sent again, whatever
    becomes of the transaction that sent it.

    Texts are given to their provider by the hundred, in one request with one answer, so
    that one note for all of them follows that answer.
    """

    _name = "collection.mail.handover"
    _description = "E-mail Handed Over to a Mail Server"
    _log_access = False

    # No links: what they are of is written in another transaction, and may be deleted.
    mail_id = fields.Integer(readonly=True)
    text_id = fields.Integer(readonly=True)
    message_ref = fields.Char("Message-Id", readonly=True)
    attempts = fields.Integer(readonly=True)
    date_asked = fields.Datetime(required=True, readonly=True)
    date_taken = fields.Datetime(readonly=True)

    _mail_unique = models.UniqueIndex("(mail_id)")
    _text_unique = models.UniqueIndex("(text_id)")

    @api.model
    def _begin(self, mail_id, reference):
        """Note that a mail server is about to be asked to take an e-mail.

        :param int mail_id: of the mail.mail
        :param str reference: its Message-Id
        :return: False when a server has taken it already, so that it is not asked
        """
        return bool(
            self._note(
                SQL(
                    """
                    INSERT INTO collection_mail_handover AS known
                           (mail_id, message_ref, attempts, date_asked)
                    VALUES (%s, %s, 1, NOW() AT TIME ZONE 'UTC')
                    ON CONFLICT (mail_id) DO UPDATE
                       SET attempts = known.attempts + 1,
                           date_asked = EXCLUDED.date_asked
                     WHERE known.date_taken IS NULL
                    RETURNING id
                    """,
                    mail_id,
                    reference,
                )
            )
        )

    @api.model
    def _end(self, mail_id):
        """Note that the mail server has taken an e-mail.

        :param int mail_id: of the mail.mail
        """
        query = SQL(
            "UPDATE collection_mail_handover"
            " SET date_taken = NOW() AT TIME ZONE 'UTC' WHERE mail_id = %s"
            " RETURNING id",
            mail_id,
        )
        for attempt in range(1, NOTE_ATTEMPTS + 1):
            try:
                self._note(query)
                break
            except (OperationalError, InterfaceError):
                if attempt == NOTE_ATTEMPTS:
                    raise

    @api.model
    def _end_texts(self, texts):
        """Note that the provider has taken text messages.

        :param texts: sms.sms records
        """
        if texts:
            self._note(
                SQL(
                    """
                    INSERT INTO collection_mail_handover (
                           text_id, attempts, date_asked, date_taken)
                    SELECT id, 1, NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                      FROM unnest(%s) id
                        ON CONFLICT (text_id) DO NOTHING
                    RETURNING id
                    """,
                    texts.ids,
                )
            )

    @api.model
    def _filter_taken(self, messages):
        """:return: those of the mail.mail or sms.sms records that have been taken"""
        if not messages:
            return messages
        rows = self._note(
            SQL(
                "SELECT %(number)s FROM collection_mail_handover"
                " WHERE date_taken IS NOT NULL AND %(number)s = ANY(%(ids)s)",
                number=self._get_column(messages),
                ids=messages.ids,
            )
        )
        return messages.browse(number for [number] in rows)

    @api.model
    def _get_column(self, messages):
        is_text = messages._name == "sms.sms"
        return SQL.identifier("text_id" if is_text else "mail_id")

    @api.model
    def _forget(self, messages):
        """Let mail.mail or sms.sms records be sent once more: a person wants it."""
        if messages:
            self._note(
                SQL(
                    "DELETE FROM collection_mail_handover WHERE %s = ANY(%s)"
                    " RETURNING id",
                    self._get_column(messages),
                    messages.ids,
                )
            )

    @api.model
    def _note(self, query):
        """Do this in a transaction of its own: it lasts, whatever becomes of the one
        that is under way, and sees what others have noted since that began.

        :return: list of rows
        """
        with self.env.registry.cursor() as cr:
            cr.execute(query)
            return cr.fetchall()

    @api.autovacuum
    def _gc_handovers(self):
        """The letters keep what is evidence; this is for queues that were killed."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([("date_asked", "<", limit)], limit=10_000).unlink()
