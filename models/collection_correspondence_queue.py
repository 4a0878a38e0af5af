from odoo import api, models
from psycopg2 import OperationalError


class CollectionCorrespondenceMixin(models.AbstractModel):
    """What colleagues wrote and Odoo's queues of e-mails and texts send: whose log it
    belongs in, and whether that can be had."""

    _inherit = "collection.correspondence.mixin"

    @api.model
    def _find_queued_cases(self, messages):
        """Tell in which logs messages belong; steps and notices are logged where they
        are sent, with their letters.

        :param messages: mail.message records
        :return: dict of the collection.case per mail.message that is a contact
        """
        # Who sends the queue may not read what the messages are about.
        messages = messages.sudo().filtered(lambda row: self._has_contacts(row.model))
        on_cases = messages.filtered(lambda row: row.model == "collection.case")
        letters = self.env["collection.letter"].sudo()
        letters = letters.search([("mail_message_id", "in", on_cases.ids)])
        cases = {}
        for model, own in (messages - letters.mail_message_id).grouped("model").items():
            records = self.env[model].sudo().browse(own.mapped("res_id")).exists()
            for message in own.filtered(lambda row, ids=records.ids: row.res_id in ids):
                record = records.browse(message.res_id)
                if case := record._get_contact_case(message):
                    cases[message] = case
        return cases

    @api.model
    def _find_busy(self, cases):
        """Take the logs of cases until the end of the transaction: what leaves is
        written down, and nothing may fail when it has left.

        :param cases: iterable of collection.case records
        :return: list of those whose log cannot be had now
        """
        busy = []
        for case in self.env["collection.case"].union(*cases):
            try:
                with self.env.cr.savepoint():
                    taken = case.sudo().try_lock_for_update(allow_referencing=True)
            except OperationalError:
                # Somebody has written to it since this transaction began.
                taken = False
            if not taken:
                busy.append(case)
        return busy
