from odoo import api, models

# A letter that is to be printed may have an e-mail beside it.
WAITING_STATES = ("queued", "to_print")


class CollectionLetter(models.Model):
    """A message that waits in a queue is asked about once more when its turn comes.

    The step was checked under lock when it was written. The queue may be slow, or the
    mail server down for a day, and the money may come in meanwhile.
    """

    _inherit = "collection.letter"

    def _cancel_queued(self):
        """Keep here what still waits in a queue: e-mails, text messages, and what the
        postal service was given."""
        # The queues belong to the administrator; only these letters' own are touched.
        mails = self.mail_id.sudo()
        mails.filtered(lambda mail: mail.state == "outgoing").cancel()
        texts = self.env["sms.sms"].sudo()
        texts = texts.search(
            [
                ("mail_message_id", "in", self.mail_message_id.ids),
                ("state", "=", "outgoing"),
            ]
        )
        texts.action_set_canceled()
        self._cancel_post()

    @api.model
    def _find_queued_about(self, moves):
        """:return: the letters about these account.move records that wait in a queue"""
        return self.search(
            [("move_ids", "in", moves.ids), ("delivery_state", "=", "queued")]
        )

    def _cancel_obsolete(self):
        """Cancel the queued messages of steps that ask for nothing any more.

        :return: the letters that stay here
        """
        # The queue is worked by whoever sends mail, with whatever rights.
        obsolete = self.sudo()._find_obsolete()
        obsolete._cancel_queued()
        obsolete.write(
            {
                "delivery_state": "cancelled",
                "failure_reason": self.env._(
                    "Settled or stopped before the message left."
                ),
            }
        )
        return obsolete

    def _find_queued(self, messages):
        """:return: the waiting letters that mails or text messages deliver"""
        return self.search(
            [
                ("mail_message_id", "in", messages.mail_message_id.ids),
                ("delivery_state", "in", WAITING_STATES),
            ]
        )

    def _find_obsolete(self):
        letters = self.filtered(
            lambda letter: letter.stage_id and letter.delivery_state in WAITING_STATES
        )
        rows = self.env["collection.exposure"].search(
            [
                ("partner_id", "in", letters.customer_id.ids),
                ("company_id", "in", letters.company_id.ids),
            ]
        )
        stopped = letters._find_stopped()
        letters -= stopped
        by_customer = rows.grouped(lambda row: (row.company_id, row.partner_id))
        return stopped | letters.filtered(
            lambda letter: (
                not letter._is_due(
                    by_customer.get(
                        (letter.company_id, letter.customer_id), rows.browse()
                    )
                )
            )
        )

    def _find_stopped(self):
        """:return: the letters to people who may not be contacted by now, asked for all
        cases at once"""
        guard, stopped = self.env["collection.guard"], self.browse()
        for channel, letters in self.grouped("channel").items():
            rest = letters
            while rest:
                # One per case: two letters of one may be to two people.
                turn = letters.browse(
                    own.ids[0] for own in rest.grouped("case_id").values()
                )
                persons = {letter.case_id: letter.partner_id for letter in turn}
                stops = guard._hard_stop(turn.case_id, channel, persons)
                stopped |= turn.filtered(lambda one, stops=stops: one.case_id in stops)
                rest -= turn
        return stopped

    def _is_due(self, rows):
        """:return: whether something of the message's invoices is still to be asked
        for, and the customer owes more than the policy tolerates

        :param rows: collection.exposure of the customer
        """
        self.ensure_one()
        policy = self.stage_id.policy_id
        net = sum(rows.mapped("amount_collectable"))
        if policy.net_credits:
            credits_ = rows.filtered(lambda row: row.status == "credit")
            net += sum(credits_.mapped("amount_residual"))
            today = self.company_id._get_collection_today()
            net -= self.env["collection.offset"]._get_gain(rows, today)
        own = rows.filtered(lambda row: row.move_id in self.move_ids)
        return net > policy.tolerance and any(own.mapped("amount_due"))
