from odoo import api, models
from odoo.tools import format_amount, format_date, formatLang

# An e-mail that lists more is a megabyte that nobody reads on a phone; the statement
# that is attached then lists all.
EMAIL_ROWS = 200


class CollectionOpenItemList(models.AbstractModel):
    """Turn due items and credits into the tables of messages and statements.

    Every figure is a text in the language of the context, ready to be shown.
    """

    _name = "collection.open.item.list"
    _description = "Tables of Due Items"

    @api.model
    def _get_groups(self, items, credit_rows, positions, asked, covered=()):
        """List items and open credits per currency.

        :param items: collection.exposure records that are asked for
        :param credit_rows: collection.exposure records of open credits
        :param dict positions: see ``_get_positions``
        :param dict asked: what is asked for after credits, per res.currency id
        :param covered: collection.exposure records of items that are not listed, since
            credits cover them
        :return: list of dicts, the company's currency first: currency, rows, total,
            credits, credit_total, covered (what of them pays items that are not
            listed), elsewhere (what is set off of other credits), balance (empty when
            nothing is set off), and how many of the rows and credits an e-mail leaves
            out
        """
        groups = []
        for currency in self._sort_currencies(items | credit_rows):
            rows, own_credits, older = (
                records.filtered(lambda row, own=currency: row.currency_id == own)
                for records in (items, credit_rows, covered or items.browse())
            )
            total, credit = self._get_total(rows), -self._get_total(own_credits)
            balance = asked.get(currency.id, 0.0)
            is_set_off = older or (
                any(rows.mapped("amount_set_off"))
                and currency.compare_amounts(balance, total)
            )
            groups.append(
                {
                    "currency": currency,
                    "rows": self._get_rows(rows, positions),
                    "total": format_amount(self.env, total, currency),
                    "credits": self._get_rows(own_credits, positions),
                    "credit_total": format_amount(self.env, credit, currency),
                    **self._get_set_off(
                        currency, credit, total - balance if is_set_off else 0.0, older
                    ),
                    "email_rows": EMAIL_ROWS,
                    "left_out": max(len(rows) - EMAIL_ROWS, 0),
                    "credits_left_out": max(len(own_credits) - EMAIL_ROWS, 0),
                    "balance": bool(rows and is_set_off)
                    and format_amount(self.env, balance, currency),
                }
            )
        return groups

    @api.model
    def _get_set_off(self, currency, credit, set_off, older):
        """Explain why credits and what is set off are not the same.

        :param float credit: the open credits that are listed
        :param float set_off: what is set off from the items that are listed
        :param older: collection.exposure records of items that are not listed
        :return: dict of texts, empty where there is nothing to explain
        """
        covered = sum(older.mapped("amount_set_off"))
        elsewhere = currency.round(set_off + covered - credit)
        texts = {"covered": min(covered, credit), "elsewhere": max(elsewhere, 0.0)}
        return {
            name: ""
            if currency.is_zero(amount)
            else format_amount(self.env, amount, currency)
            for name, amount in texts.items()
        }

    @api.model
    def _get_amount_text(self, items, asked):
        """:return: what is asked for, per currency, as one text

        :param items: collection.exposure records that are asked for
        :param dict asked: the amounts per res.currency id
        """
        return self.env._(" and ").join(
            format_amount(self.env, asked[currency.id], currency)
            for currency in self._sort_currencies(items)
            if currency.compare_amounts(asked.get(currency.id, 0.0), 0) > 0
        )

    @api.model
    def _get_balances(self, items):
        """:return: dict per res.currency id of what items come to, without what credits
        cover"""
        return {
            currency.id: currency.round(
                self._get_total(own) - sum(own.mapped("amount_set_off"))
            )
            for currency, own in items.grouped("currency_id").items()
        }

    @api.model
    def _sort_currencies(self, rows):
        company_currencies = rows.company_currency_id
        return rows.currency_id.sorted(
            lambda currency: (currency not in company_currencies, currency.name)
        )

    @api.model
    def _get_total(self, rows):
        return sum(self._get_asked(row) for row in rows)

    @api.model
    def _get_asked(self, row):
        """:return: what counts of an item, in its currency: without what is on its way,
        disputed, promised or on an installment plan of it"""
        return row.amount_due if row.status == "open" else row.amount_residual_currency

    @api.model
    def _get_rows(self, rows, positions):
        """:return: list of dicts of texts, the oldest due date first"""
        rows = rows.sorted(lambda row: (row.date_maturity, row.id))
        return [self._get_row(row, positions) for row in rows]

    @api.model
    def _get_row(self, row, positions, asked=None):
        """List one due item or credit.

        :param row: collection.exposure record
        :param dict positions: which installment of its invoice each item is
        :param float asked: what is shown as open, in its currency; what is asked for if
            not given
        :return: dict of texts
        """
        line, move = row.move_line_id, row.move_id
        currency, sign = row.currency_id, -1 if row.status == "credit" else 1
        amount, residual = line.amount_currency, row.amount_residual_currency
        asked = self._get_asked(row) if asked is None else asked
        return {
            "number": move.name,
            "reference": move.ref if move.ref and move.ref != move.name else "",
            "installment": self._get_installment(positions.get(line.id)),
            "date": format_date(self.env, move.invoice_date or move.date),
            "date_due": format_date(self.env, row.date_maturity),
            "days_late": row.days_late,
            "late_text": self._get_late_text(row),
            "early_text": self._get_early_text(row),
            "amount": self._format(sign * amount, currency),
            "paid": self._format(sign * (amount - residual), currency),
            "is_part_paid": not currency.is_zero(amount - residual),
            "open": self._format(sign * asked, currency),
            "apart": self._get_apart_text(row),
            "status": row.status,
            "url": self._get_url(move),
        }

    @api.model
    def _format(self, amount, currency):
        return formatLang(self.env, amount, digits=currency.decimal_places)

    @api.model
    def _get_apart_text(self, row):
        """:return: translated text on what is not asked for of an item"""
        currency, texts = row.currency_id, []
        if not currency.is_zero(row.amount_in_transit):
            amount = format_amount(self.env, row.amount_in_transit, currency)
            texts.append(self.env._("%s on its way to us", amount))
        if not currency.is_zero(row.amount_disputed):
            amount = format_amount(self.env, row.amount_disputed, currency)
            texts.append(self.env._("%s disputed, not being collected", amount))
        if not currency.is_zero(row.amount_promised):
            amount = format_amount(self.env, row.amount_promised, currency)
            texts.append(self.env._("%s promised, not being collected", amount))
        if not currency.is_zero(row.amount_planned):
            amount = format_amount(self.env, row.amount_planned, currency)
            texts.append(self.env._("%s on installments, not being collected", amount))
        if covered := row.amount_set_off:
            amount = format_amount(self.env, covered, currency)
            texts.append(self.env._("%s covered by credits", amount))
        return ", ".join(texts)

    @api.model
    def _get_late_text(self, row):
        if not row.days_late:
            return ""
        if row.days_late == 1:
            return self.env._("1 day late")
        return self.env._("%s days late", row.days_late)

    @api.model
    def _get_early_text(self, row):
        """:return: what is enough while the payment term's discount runs: not after its
        last day, nor of an item that is paid, disputed or covered in part"""
        line, currency = row.move_line_id, row.currency_id
        today = row.company_id._get_collection_today()
        if row.status != "open" or not line.discount_date or line.discount_date < today:
            return ""
        is_whole = currency.compare_amounts(row.amount_due, line.amount_currency) == 0
        is_eligible = row.move_id._is_eligible_for_early_payment_discount
        if row.amount_set_off or not (is_whole and is_eligible(currency, today)):
            return ""
        return self.env._(
            "%(amount)s if paid by %(day)s",
            amount=format_amount(self.env, line.discount_amount_currency, currency),
            day=format_date(self.env, line.discount_date),
        )

    @api.model
    def _get_url(self, move):
        """:return: link to the invoice in the portal; it opens without a password when
        the invoice has a token"""
        if not move.is_invoice():
            return ""
        url = move.company_id.get_base_url() + move.access_url
        return f"{url}?access_token={move.access_token}" if move.access_token else url

    @api.model
    def _get_positions(self, exposures):
        """Find which installment of its invoice each due item is, for many at once.

        :param exposures: iterable of collection.exposure recordsets
        :return: dict of (number, count) per account.move.line id, for invoices with
            more than one due date
        """
        moves = self.env["account.move"].union(*(rows.move_id for rows in exposures))
        groups = self.env["account.move.line"]._read_group(
            [("move_id", "in", moves.ids), ("display_type", "=", "payment_term")],
            ["move_id", "account_id"],
            ["id:recordset"],
            having=[("__count", ">", 1)],
        )
        return {
            line.id: (number, len(lines))
            for _move, _account, lines in groups
            for number, line in enumerate(
                lines.sorted(lambda line: (line.date_maturity, line.id)), start=1
            )
        }

    @api.model
    def _get_installment(self, position):
        """:return: which installment of its invoice an item is, or an empty text"""
        if not position:
            return ""
        number, count = position
        return self.env._(
            "Installment %(number)s of %(count)s", number=number, count=count
        )
