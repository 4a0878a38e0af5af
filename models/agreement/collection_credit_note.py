from odoo import Command, api, models


class CollectionCreditNote(models.AbstractModel):
    """Draft credit notes by which an invoice comes to less: what a dispute is granted,
    or what a settlement gives up."""

    _name = "collection.credit.note"
    _description = "Credit Notes of Collections"

    @api.model
    def _draft(self, move, lines, amount, reference):
        """Draft a credit note over a part of an invoice.

        Each line keeps its account and taxes, so that the tax is corrected too; what
        rounding leaves is a line of its own, so that the total is exact.

        :param move: account.move record, the invoice
        :param lines: its account.move.line records to credit, in proportion
        :param float amount: with taxes, in the currency of the invoice
        :param str reference: what it is for
        :return: account.move record, a draft
        """
        share = amount / sum(lines.mapped("price_total"))
        # Collectors who may not invoice still agree on amounts; it stays a draft.
        note = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    **self._prepare_vals(move, reference),
                    "invoice_line_ids": [
                        Command.create(self._prepare_line_vals(line, share))
                        for line in lines
                    ],
                }
            )
        )
        self._add_rounding(note, move.currency_id.round(amount - note.amount_total))
        return note

    @api.model
    def _get_all_lines(self, move):
        """:return: the account.move.line records of what was sold"""
        return move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    @api.model
    def _add_rounding(self, note, rest):
        if rest:
            note.invoice_line_ids = [
                Command.create(
                    {
                        "name": self.env._("Rounding"),
                        "account_id": note.invoice_line_ids[-1:].account_id.id,
                        "quantity": 1,
                        "price_unit": rest,
                        "tax_ids": [Command.clear()],
                    }
                )
            ]

    @api.model
    def _prepare_vals(self, move, reference):
        return {
            "move_type": "out_refund",
            "company_id": move.company_id.id,
            "journal_id": move.journal_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": move.currency_id.id,
            "fiscal_position_id": move.fiscal_position_id.id,
            "invoice_user_id": move.invoice_user_id.id,
            "invoice_payment_term_id": False,
            "reversed_entry_id": move.id,
            "ref": reference,
        }

    @api.model
    def _prepare_line_vals(self, line, share):
        net = line.price_unit * line.quantity * (1 - line.discount / 100)
        return {
            "name": line.name,
            "product_id": line.product_id.id,
            "account_id": line.account_id.id,
            "quantity": 1,
            "price_unit": net * share,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }

    @api.model
    def _match(self, note, lines):
        """Match a credit note that was posted with the receivables it is about.

        :param note: account.move record
        :param lines: account.move.line records
        """
        receivables = note._collection_receivables
        for account in receivables.account_id & lines.account_id:
            (receivables | lines).filtered(
                lambda line, account=account: (
                    line.account_id == account and not line.reconciled
                )
            ).reconcile()
