from odoo import models

# A letter that is to be printed may have an e-mail beside it.
WAITING_STATES = ("queued", "to_print")


class CollectionLetter(models.Model):
    """A message that waits in a queue is asked about once more when its turn comes.

    The step was checked under lock when it was written. The queue may be slow, or the
    mail server down for a day, and the money may come in meanwhile.
    """

    _inherit = "collection.letter"

    def _cancel_obsolete(self):
        """Cancel the queued messages of steps that ask for nothing any more.

        :return: the letters that stay here
        """
        # The queue is worked by whoever sends mail, with whatever rights.
        obsolete = self.sudo()._find_obsolete()
        mails = obsolete.mail_id.filtered(lambda mail: mail.state == "outgoing")
        mails.cancel()
        obsolete._cancel_post()
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
        by_customer = rows.grouped(lambda row: (row.company_id, row.partner_id))
        return letters.filtered(
            lambda letter: (
                not letter._is_due(
                    by_customer.get(
                        (letter.company_id, letter.customer_id), rows.browse()
                    )
                )
            )
        )

    def _is_due(self, rows):
        """:return: whether something of the message's invoices is still to be asked
        for, and the customer owes more than the policy tolerates

        :param rows: collection.exposure of the customer
        """
        self.ensure_one()
        guard, case = self.env["collection.guard"], self.case_id
        if guard._hard_stop(case, self.channel, {case: self.partner_id}):
            return False
        policy = self.stage_id.policy_id
        net = sum(rows.mapped("amount_collectable"))
        if policy.net_credits:
            credits_ = rows.filtered(lambda row: row.status == "credit")
            net += sum(credits_.mapped("amount_residual"))
        own = rows.filtered(lambda row: row.move_id in self.move_ids)
        return net > policy.tolerance and any(own.mapped("amount_due"))
