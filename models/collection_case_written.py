from odoo import models


class CollectionCase(models.Model):
    """What people write to customers from the messages of a case, and from those of
    what belongs to it: whose people are meant, and what is logged."""

    _name = "collection.case"
    _inherit = ["collection.correspondence.mixin", "collection.case"]

    def _get_collection_case(self):
        return self

    def _is_collection_stayed(self):
        return self._is_stayed()

    def _find_people(self, recipients):
        """:return: res.partner records of the rows that ``_notify_get_recipients``
        answers; an address alone counts for the customer's person who has it"""
        people = self.env["res.partner"].browse(
            row["id"] for row in recipients if row["id"]
        )
        addresses = [row["email_normalized"] for row in recipients if not row["id"]]
        if not addresses:
            return people
        holders = self.env["res.partner"].with_context(active_test=False)
        holders = holders.search([("email_normalized", "in", addresses)])
        return people | self._filter_people(holders)

    def _find_texted(self, text, holders, is_stayed):
        """Tell whom a text message reaches: who has the number counts, whatever name
        it was sent to. A number that nobody has is a new one of that person, or of the
        customer.

        :param text: sms.sms record
        :param holders: res.partner records who have the number
        :param bool is_stayed: whether a stay stops what goes to the customer
        :return: tuple of a res.partner record, empty where only the number is known,
            and a number that is not on file; None when it is nobody of the customer
        """
        reached, named = self._filter_reached(holders, is_stayed), text.partner_id
        if reached:
            return reached & named or reached[:1], ""
        is_ours = self._filter_reached(named, is_stayed) if named else not is_stayed
        return (named, text.number) if is_ours and not holders else None

    def _filter_reached(self, people, is_stayed):
        """:return: those of the res.partner records who are the customer's, see
        ``_filter_people``, and whom no stay stops"""
        return self._filter_allies(people) if is_stayed else self._filter_people(people)

    def _filter_people(self, people):
        """:return: those of the res.partner records who are the customer's: its people,
        its lawyer, and after a petition trustee and counsel"""
        # Who writes may know the lawyer; the field is for readers of collections.
        own = self.partner_id | self.partner_id.sudo().collection_lawyer_id
        return self._filter_allies(people) | people.filtered(
            lambda person: own & (person | person.commercial_partner_id)
        )

    def _filter_allies(self, people):
        """:return: those of the res.partner records whom no stay stops: trustee,
        counsel and claims agent"""
        stay = self.env["collection.stay"]
        bankruptcies = stay._get_bankruptcies(self.partner_id)
        return people.filtered(lambda person: stay._is_ally(person, bankruptcies))

    def _is_aside(self, msg_dict, author):
        """:return: whether an incoming message answers what a colleague wrote to others
        than the customer, an adviser for example, and is by somebody else as well"""
        # Who fetches the mail may not read all messages; it is a yes or no.
        parent = self.env["mail.message"].sudo().browse(msg_dict.get("parent_id") or [])
        told = parent.partner_ids | parent.notified_partner_ids
        return bool(
            parent.message_type == "comment"
            and author
            and told
            and not self._filter_people(told | author)
        )
