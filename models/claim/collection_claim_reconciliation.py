from odoo import api, models


class CollectionClaimReconciliation(models.AbstractModel):
    """The way from today's ledger to a claim, explained entry by entry.

    It is worked out when the ledger is read, and kept with the claim: what was filed
    has to be explained years later, when the ledger has moved on. An example: 900 are
    open today; 300 were paid after the petition date, and an invoice of 200 was posted
    after it; so 900 + 300 - 200 = 1,000 were open on that day.
    """

    _name = "collection.claim.reconciliation"
    _description = "Reconciliation of a Claim"

    @api.model
    def _explain(self, claim, rows):
        """Explain the way from today's ledger to the items of a claim.

        :param rows: the items, as ``_get_ledger_items`` of the claim answers them
        :return: list of dicts: kind, amount, currency, entries; kinds starting with
            ``total_`` are the sum of what stands above them
        """
        # Everybody who reads the claim reads its figures, from the whole ledger.
        ledger = self.env["collection.claim.ledger"].sudo()
        currency = claim.company_id.currency_id
        result = ledger._get_differences(
            claim.company_id, claim.partner_id, claim.date_petition
        )
        # The books keep the rates of the invoices; the claim has those of the petition.
        booked = sum(row["booked"] for row in rows)
        petition = sum(claim._convert_item(row, currency) for row in rows)
        result.append({"kind": "total_booked", "amount": booked})
        result.append({"kind": "rate", "amount": petition - booked})
        result.append({"kind": "total_petition", "amount": petition})
        for row in result:
            row["amount"] = currency.round(row["amount"])
            row["currency"] = currency.id
        if claim.currency_id != currency:
            result.append(
                {
                    "kind": "total_converted",
                    "amount": claim._round(sum(row["amount"] for row in rows)),
                    "currency": claim.currency_id.id,
                }
            )
        return result

    @api.model
    def _get_rows(self, claim):
        """:return: list of dicts of texts: the kept explanation, as it is shown"""
        labels, rows = self._get_labels(), []
        for row in claim.reconciliation or []:
            currency = self.env["res.currency"].browse(row["currency"])
            rows.append(
                {
                    "label": labels[row["kind"]],
                    "amount": currency.format(row["amount"]),
                    "is_total": row["kind"].startswith("total"),
                    "entries": [
                        {
                            "name": entry["name"],
                            "date": claim._format_date(entry["date"]),
                            "amount": currency.format(entry["amount"]),
                        }
                        for entry in row.get("entries", [])
                    ],
                }
            )
        return rows + self._get_last_rows(claim)

    @api.model
    def _get_last_rows(self, claim):
        """:return: list of dicts of texts: what was added by hand, and the claim"""
        by_hand = claim.line_ids.filtered(lambda line: not line.move_line_id)
        amounts = [
            (self.env._("+ %s, not on an invoice", line.name), line.amount, False)
            for line in by_hand
        ]
        amounts.append((self.env._("Claim"), claim.amount_total, True))
        return [
            {
                "label": label,
                "amount": claim.currency_id.format(amount),
                "is_total": is_total,
                "entries": [],
            }
            for label, amount, is_total in amounts
        ]

    @api.model
    def _get_labels(self):
        """:return: dict of a translated text per kind of row"""
        return {
            "today": self.env._("Open in the ledger on the day it was read"),
            "settled_payment": self.env._("+ Paid after the petition date"),
            "settled_refund": self.env._("+ Credited after the petition date"),
            "settled_exchange": self.env._("+ Exchange differences booked after it"),
            "settled_invoice": self.env._("+ Credits matched with later invoices"),
            "settled_other": self.env._("+ Settled by other entries after it"),
            "posted_payment": self.env._("- Payments received after it, not matched"),
            "posted_refund": self.env._("- Credit notes after it, still open"),
            "posted_exchange": self.env._(
                "- Exchange differences after it, still open"
            ),
            "posted_invoice": self.env._(
                "- Invoiced after the petition date, still open"
            ),
            "posted_other": self.env._("- Other entries after it, still open"),
            "total_booked": self.env._("= Open in the books on the petition date"),
            "rate": self.env._("± From the booked rates to those of the petition date"),
            "total_petition": self.env._("= Open on the petition date, at its rates"),
            "total_converted": self.env._(
                "= The same in the currency of the proceedings"
            ),
        }
