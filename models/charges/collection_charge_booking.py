from datetime import timedelta

from odoo import Command, api, models
from odoo.tools import format_date


class CollectionChargeBooking(models.AbstractModel):
    """Make the draft invoices over late charges.

    One draft per customer and currency, without tax, a line per item and kind. A charge
    is what is due to date, less what was charged before, so nothing is charged twice. A
    person posts the draft; a policy may let small ones post by themselves.
    """

    _name = "collection.charge.booking"
    _description = "Booking of Late Charges"

    @api.model
    def _charge(self, rows, untils=None, with_fees=True):
        """Charge late items.

        :param rows: collection.exposure records of one company
        :param dict untils: the last day that counts per row; today if not given
        :param bool with_fees: whether the stages that the items have reached cost a fee
        :return: account.move records: the draft invoices
        """
        return self._make_invoices(self._prepare_drafts(rows, untils, with_fees))

    @api.model
    def _prepare_drafts(self, rows, untils=None, with_fees=True):
        """:return: list of the values of charges, see ``_charge``"""
        table = self.env["collection.charge.table"]
        figures = table._get_figures(rows, untils)
        drafts = []
        for row, figure in figures.items():
            drafts += self._prepare_of_row(row, figure)
        if with_fees:
            drafts += self._prepare_fees(figures)
        return drafts

    @api.model
    def _prepare_of_row(self, row, figure):
        """:return: list of the values of charges for one item"""
        line, currency = row.move_line_id.sudo(), row.currency_id
        vals = self._prepare(row, figure)
        table = self._speak(row)
        charges = []
        if currency.compare_amounts(figure.interest_due, 0) > 0:
            name = table._describe(figure, line)
            amount = currency.round(figure.interest_due)
            charges.append(
                {**vals, "kind": "interest", "amount": amount, "description": name}
            )
        if currency.compare_amounts(figure.lump_due, 0) > 0:
            name = table.env._(
                "Lump sum for the late payment of %(number)s (%(law)s)",
                number=line.move_id.name,
                law=", ".join(table._get_laws([figure])),
            )
            amount = currency.round(figure.lump_due)
            charges.append(
                {**vals, "kind": "lump", "amount": amount, "description": name}
            )
        return charges

    @api.model
    def _prepare(self, row, figure):
        """:return: dict of what all charges for an item have in common"""
        offer_days = row.stage_id.charge_offer_days
        offer = figure.until + timedelta(days=offer_days)
        return {
            "company_id": row.company_id.id,
            "partner_id": row.partner_id.id,
            "user_id": row.case_id.user_id.id,
            "line_id": row.move_line_id.id,
            "rule_id": figure.rule.id,
            "stage_id": row.stage_id.id,
            "date_to": figure.until,
            "date_offer": offer if offer_days else False,
            "currency_id": row.currency_id.id,
        }

    @api.model
    def _prepare_fees(self, figures):
        """:return: list of the values of the fees of messages, on the oldest item that
        each of them has asked for, once for all currencies"""
        table, fees, groups = self.env["collection.charge.table"], [], {}
        for row, figure in figures.items():
            key = (row.partner_id, row.stage_id, figure.rule)
            groups.setdefault(key, {})[row] = figure
        for (_partner, stage, _rule), found in groups.items():
            row, amount = table._get_fee(found, stage)
            if not row or row.currency_id.is_zero(amount):
                continue
            speaker = self._speak(row)
            name = speaker.env._(
                "Fee of the reminder of %s",
                format_date(speaker.env, found[row].until),
            )
            fees.append(
                {
                    **self._prepare(row, found[row]),
                    "kind": "fee",
                    "amount": amount,
                    "description": name,
                }
            )
        return fees

    @api.model
    def _speak(self, row):
        """:return: the table, in the customer's language"""
        lang = row.partner_id.sudo().lang or row.company_id.partner_id.lang
        return self.env["collection.charge.table"].with_context(lang=lang)

    # ------------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------------

    @api.model
    def _make_invoices(self, drafts, move_type="out_invoice"):
        """Write charges and their draft entries.

        :param list drafts: dicts of the values of charges; negative amounts are
            corrections, for a credit note
        :return: account.move records
        """
        moves = self.env["account.move"]
        # Sudo: charges are written by the program; who may start it was checked.
        Charge = self.env["collection.charge"].sudo()
        for own in self._group(drafts):
            charges = Charge.create([self._with_company_amount(vals) for vals in own])
            move = self._make_invoice(charges, move_type)
            lines = move.invoice_line_ids.sorted("sequence")
            for charge, line in zip(charges, lines, strict=True):
                charge.charge_line_id = line
            moves |= move
        return moves.sudo(self.env.su)

    @api.model
    def _group(self, drafts):
        """:return: list of lists of those that become one invoice"""
        groups = {}
        for vals in drafts:
            key = (vals["partner_id"], vals["currency_id"])
            groups.setdefault(key, []).append(vals)
        return list(groups.values())

    @api.model
    def _with_company_amount(self, vals):
        company = self.env["res.company"].browse(vals["company_id"])
        currency = self.env["res.currency"].browse(vals["currency_id"])
        amount = currency._convert(
            vals["amount"],
            company.currency_id,
            company,
            company._get_collection_today(),
        )
        return {**vals, "amount_company": amount}

    @api.model
    def _make_invoice(self, charges, move_type):
        company = charges.company_id
        sign = -1 if move_type == "out_refund" else 1
        partner = charges[:1].late_move_id.partner_id or charges.partner_id
        at_once = self.env.ref(
            "account.account_payment_term_immediate", raise_if_not_found=False
        )
        vals = {
            "move_type": move_type,
            "partner_id": partner.id,
            "company_id": company.id,
            "currency_id": charges.currency_id.id,
            # Dated, and due, when it is posted: nobody owes what is not invoiced yet.
            "invoice_payment_term_id": at_once.id if at_once else False,
            "invoice_user_id": charges.user_id[:1].id,
            "invoice_line_ids": [
                Command.create(self._prepare_line(charge, number, sign))
                for number, charge in enumerate(charges, 1)
            ],
        }
        return charges.env["account.move"].with_company(company).create(vals)

    @api.model
    def _prepare_line(self, charge, number, sign):
        account = charge.rule_id._get_account(charge.company_id)
        vals = {"account_id": account.id} if account else {}
        return {
            "sequence": number,
            "name": charge.description,
            "quantity": 1,
            "price_unit": sign * charge.amount,
            "tax_ids": [Command.clear()],
            **vals,
        }
