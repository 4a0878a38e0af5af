from datetime import timedelta

from odoo import api, models
from odoo.tools import format_amount, format_date, formatLang

SHOWN = ("announce", "charge")
# What is less is a matter of binary fractions.
TINY = 1e-6


class CollectionChargeTable(models.AbstractModel):
    """The table of what late payment costs, for everybody who shows it.

    Letter, e-mail, statement, portal, case and call screen take it from here, in the
    language of the context.
    """

    _name = "collection.charge.table"
    _description = "Table of Late Charges"

    @api.model
    def _get_figures(self, rows, untils=None):
        """Work out the late items among some rows.

        :param rows: collection.exposure records, of many customers at once
        :param dict untils: the last day that counts per row; today if not given
        :return: dict of ``Figure`` per collection.exposure record
        """
        late, days = self._get_late(rows), {}
        for row in late:
            today = row.company_id._get_collection_today()
            days[row.move_line_id.sudo()] = untils[row] if untils else today
        found = self.env["collection.charge.calculation"]._get_figures(
            late.move_line_id, days, self._get_reserved(late)
        )
        by_line = {line.id: figure for line, figure in found.items()}
        return {
            row: by_line[row.move_line_id.id]
            for row in late
            if row.move_line_id.id in by_line
        }

    @api.model
    def _get_of_rows(self, rows):
        """:return: the tables of one customer, apart from any message; nothing is
        worked out where no stage has said anything"""
        said = rows.filtered(lambda row: row.stage_id.charges in SHOWN)
        if not self._get_late(said):
            return []
        return self._get_tables(rows, self._get_figures(rows))

    @api.model
    def _render(self, tables):
        """:return: HTML of tables for screens"""
        return self.env["ir.qweb"]._render(
            "account_collections.collection_charge_tables", {"charges": tables}
        )

    @api.model
    def _get_late(self, rows):
        """:return: what is overdue, and not covered by credits"""
        late = rows.filtered(lambda row: row.status == "open" and row.days_late)
        return late.filtered(
            lambda row: row.currency_id.compare_amounts(row.amount_left, 0) > 0
        )

    @api.model
    def _get_reserved(self, rows):
        """:return: dict per account.move.line record of what is not charged for"""
        return {
            row.move_line_id.sudo(): row.amount_disputed
            + row.amount_planned
            + row.amount_set_off
            for row in rows
        }

    @api.model
    def _get_tables(self, rows, figures, stage=None):
        """Write the tables of one customer.

        :param rows: collection.exposure records of one customer
        :param dict figures: see ``_get_figures``
        :param stage: the collection.stage whose message shows it; without one, what the
            stages have said that the items have reached
        :return: list of dicts of texts per currency: title, lines, total, notes
        """
        if stage and stage.charges not in SHOWN:
            return []
        late, tables = self._get_late(rows), []
        shown = {
            row: figures[row]
            for row in late
            if row in figures
            and figures[row].start
            and (stage or row.stage_id.charges in SHOWN)
        }
        fee_row, fee = self._get_fee(shown, stage)
        for own in late.grouped("currency_id").values():
            found = {row: shown[row] for row in own if row in shown}
            if found:
                tables.append(
                    self._get_table(own, found, stage, fee if fee_row in found else 0.0)
                )
        return tables

    @api.model
    def _get_table(self, rows, figures, stage, fee):
        currency = rows.currency_id
        # Sudo: whoever sees the invoice sees that it is one over late charges.
        charges = rows.filtered(lambda row: row.move_id.sudo().collection_charge_ids)
        amounts = self._get_amounts(rows - charges, charges, figures, fee)
        total = sum(amount for _label, amount in amounts)
        return {
            "title": self.env._("What late payment costs"),
            "lines": [
                (label, format_amount(self.env, amount, currency))
                for label, amount in amounts
                if not currency.is_zero(amount)
            ],
            "total_label": self.env._("Total with interest and costs"),
            "total": format_amount(self.env, total, currency),
            "notes": self._get_notes(figures, currency, stage),
        }

    @api.model
    def _get_amounts(self, debts, charges, figures, fee):
        """:return: list of (translated label, amount) of a table"""
        today = debts.company_id._get_collection_today()
        principal = sum(row.amount_left for row in debts)
        return [
            (self.env._("Overdue"), principal),
            (
                self.env._("Interest and costs invoiced"),
                sum(row.amount_left for row in charges),
            ),
            (
                self.env._("Interest to %s", format_date(self.env, today)),
                self._sum(figures, "interest_due", "drafted"),
            ),
            (
                self.env._("Lump sum for late payment"),
                self._sum(figures, "lump_due", "lump_drafted"),
            ),
            (self.env._("Fee of this reminder"), fee),
        ]

    @api.model
    def _sum(self, figures, *names):
        """Add up what is not posted yet: in no charge, or in a draft."""
        return sum(
            max(sum(getattr(figure, name) for name in names), 0.0)
            for figure in figures.values()
        )

    @api.model
    def _get_fee(self, figures, stage):
        """Find what the rule charges for the message of a stage; each stage of an item
        charges once, whatever currencies it is about.

        :return: pair: the collection.exposure record of the oldest item, on which it
            is charged, and the fee in its currency; None and 0 if there is none
        """
        if not stage or stage.charges != "charge" or not figures:
            return None, 0.0
        row = min(figures, key=lambda one: (one.date_maturity, one.id))
        rule = figures[row].rule
        lines = self.env["account.move.line"].union(
            *(one.move_line_id for one in figures)
        )
        fees = self.env["collection.charge"]._find_fees(row, lines)
        is_full = rule.fee_count and len(fees) >= rule.fee_count
        others = rule.currency_id - row.currency_id
        if is_full or stage in fees.stage_id or not all(others.mapped("active")):
            return None, 0.0
        until = figures[row].until
        return row, rule.currency_id._convert(
            rule.fee, row.currency_id, row.company_id, until
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_notes(self, figures, currency, stage):
        """:return: list of translated sentences below the table"""
        found = list(figures.values())
        notes, per_day = [], sum(figure.per_day for figure in found)
        rates = [self._format_rate(rate) for rate in sorted(self._get_rates(found))]
        if not currency.is_zero(per_day):
            notes.append(
                self.env._(
                    "Interest of %(amount)s a day runs since %(day)s (%(rates)s a year,"
                    " %(law)s); each further day adds as much.",
                    amount=format_amount(self.env, per_day, currency),
                    day=format_date(
                        self.env, min(one.start for one in found if one.per_day)
                    ),
                    rates=", ".join(f"{rate} %" for rate in rates),
                    law=", ".join(self._get_laws(found)),
                )
            )
        unknown = [figure.unknown_from for figure in found if figure.unknown_from]
        if unknown:
            notes.append(
                self.env._(
                    "No reference rate is known from %s on; no interest is charged for"
                    " these days.",
                    format_date(self.env, min(unknown)),
                )
            )
        return notes + self._get_offers(figures, stage)

    @api.model
    def _get_rates(self, figures):
        return {figure.rate for figure in figures if figure.per_day}

    @api.model
    def _get_laws(self, figures):
        """:return: sorted names of the laws, in the language of the context"""
        names = set()
        for figure in figures:
            rule = figure.rule.with_context(lang=self.env.lang)
            names.add(figure.terms.name or rule.source)
        return sorted(names)

    @api.model
    def _format_rate(self, rate):
        """:return: a rate with the decimals it has, two at least, as the language of
        the context writes it"""
        digits = 2 if abs(rate - round(rate, 2)) < TINY else 3
        return formatLang(self.env, rate, digits=digits)

    @api.model
    def _get_offers(self, figures, stage):
        """:return: list of what the message offers to waive, as translated sentences"""
        if not stage or not stage.charge_offer_days:
            return []
        company = next(iter(figures)).company_id
        day = company._get_collection_today()
        day += timedelta(days=stage.charge_offer_days)
        return [
            self.env._(
                "If what is overdue arrives by %s, we waive interest and costs.",
                format_date(self.env, day),
            )
        ]

    @api.model
    def _describe(self, figure, line):
        """Put interest into the words of a line of an invoice.

        :param figure: ``Figure``
        :param line: account.move.line record, the late item
        :return: translated text
        """
        currency = line.currency_id
        parts = [
            self.env._(
                "%(days)s days at %(rate)s %% on %(base)s",
                days=part.days,
                rate=self._format_rate(float(part.rate)),
                base=format_amount(self.env, float(part.base), currency),
            )
            for part in figure.segments
            if part.rate is not None
        ]
        text = self.env._(
            "Interest on %(number)s, %(first)s to %(last)s: %(parts)s",
            number=line.move_id.name,
            first=format_date(self.env, figure.start),
            last=format_date(self.env, figure.until),
            parts="; ".join(parts),
        )
        if not currency.is_zero(figure.charged):
            before = format_amount(self.env, figure.charged, currency)
            text = self.env._(
                "%(text)s; charged before: %(before)s", text=text, before=before
            )
        return text
