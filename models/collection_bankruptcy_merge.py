from odoo import models


class CollectionBankruptcy(models.Model):
    """What happens to bankruptcies when two customers turn out to be one."""

    _inherit = "collection.bankruptcy"

    def _drop_duplicates(self, sources, debtor):
        """Leave one record of each case that customers about to be merged both have:
        what stops collection before what does not, what was claimed in before the rest.

        :param sources: res.partner records that are merged
        :param debtor: res.partner record that stays
        """
        both = self.search(
            [
                ("partner_id", "in", (sources | debtor).ids),
                ("state", "not in", ("refuted", "mistake")),
                ("case_key", "!=", False),
            ]
        )
        for same in both.grouped(lambda row: (row.court_id, row.case_key)).values():
            first, *others = same.sorted(
                lambda row: (
                    not row.stops_collection,
                    not any(row.claim_ids.mapped("date_filed")),
                    row.partner_id != debtor,
                    row.id,
                )
            )
            for other in others:
                other._drop_tasks()
                other.write({"state": "mistake"})
                other.message_post(
                    body=self.env._(
                        "The customers were merged: this case is kept as “%s”.",
                        first.name,
                    )
                )

    def _follow_merge(self):
        """Stop at once what was under way for a customer that has become the debtor."""
        for bankruptcy in self.filtered("stops_collection"):
            cases = bankruptcy._find_cases()
            bankruptcy._enforce(cases)
            bankruptcy._hand_over_to_claim(cases)
