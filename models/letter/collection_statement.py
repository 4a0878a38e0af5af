from odoo import api, models
from odoo.tools import format_amount

from ...tools.ageing import NAMES, find_bucket

SECTIONS = (
    "overdue",
    "upcoming",
    "planned",
    "review",
    "in_transit",
    "credit",
    "stayed",
)
SECTION_BY_STATUS = {
    "credit": "credit",
    "in_transit": "in_transit",
    "held": "review",
    "blocked": "review",
    "disputed": "review",
    "promised": "review",
    "planned": "planned",
    "excluded": "review",
    "stayed": "stayed",
    "stayed_credit": "stayed",
}


class CollectionStatement(models.AbstractModel):
    """The statement of account of a customer: everything open, and how old it is.

    What is overdue, what is not yet due, what is on an installment plan, is being
    clarified or has a payment on its way and is therefore not asked for, and the open
    credits, per currency.
    """

    _name = "collection.statement"
    _description = "Statement of Account"

    @api.model
    def _get_values(self, values, exposures):
        """Add what a statement shows to the values of a message.

        :param dict values: the parties and how to pay, as
            ``collection.message.composer`` and ``_prepare_case`` make them
        :param exposures: collection.exposure records of the case
        :return: dict for the QWeb template ``collection_statement_document``
        """
        statement = self.with_context(lang=values["lang"])
        if "charges" not in values:
            values["charges"] = statement.env["collection.charge.table"]._get_of_rows(
                exposures.with_env(statement.env)
            )
        return {
            **values,
            "subject": statement.env._("Statement of account"),
            "statements": statement._get_groups(
                exposures.with_env(statement.env), values["positions"]
            ),
        }

    @api.model
    def _prepare_cases(self, cases):
        """Prepare the statements of cases, apart from any step.

        :param cases: collection.case records
        :return: dict of values per case
        """
        message = self.env["collection.message.composer"]
        recipients = self.env["collection.recipient"]._find_for_letters(cases)
        exposures, asked = message._get_case_exposures(cases), message._get_asked(cases)
        positions = self.env["collection.open.item.list"]._get_positions(
            exposures.values()
        )
        prepared = {}
        for case in cases:
            lang = message._choose_lang(
                recipients[case], case.partner_id, case.company_id.partner_id
            )
            env = self.with_context(lang=lang).env
            own = case.with_env(env)
            rows = exposures[case]
            moves = rows.filtered(lambda row: row.status == "open").move_id
            values = {
                **env["collection.message.composer"]._get_parties(
                    own, recipients[case]
                ),
                "positions": positions,
                **env["collection.message.composer"]._get_ways_to_pay(
                    own, moves, asked[case]
                ),
            }
            prepared[case] = self._get_values(values, rows)
        return prepared

    @api.model
    def _get_groups(self, exposures, positions):
        """:return: list of dicts per currency: currency, sections, balance, ageing"""
        listing = self.env["collection.open.item.list"]
        groups = []
        for currency in listing._sort_currencies(exposures):
            rows = exposures.filtered(lambda row, own=currency: row.currency_id == own)
            groups.append(
                {
                    "currency": currency,
                    "sections": self._get_sections(rows, currency, positions),
                    "balance": format_amount(
                        self.env,
                        sum(
                            row.amount_residual_currency
                            for row in rows
                            # Apart, for information: it is not asked for.
                            if self._get_section(row) != "stayed"
                        ),
                        currency,
                    ),
                    "ageing": self._get_ageing(rows, currency),
                }
            )
        return groups

    @api.model
    def _get_sections(self, rows, currency, positions):
        """:return: list of dicts: key, rows, total; an item that is disputed,
        promised, planned or on its way in part stands in several sections, with its
        part in each"""
        listing = self.env["collection.open.item.list"]
        by_section = {}
        for row in rows.sorted(lambda row: (row.date_maturity, row.id)):
            for key, amount in self._split(row):
                by_section.setdefault(key, []).append((row, amount))
        return [
            {
                "key": key,
                "rows": [
                    listing._get_row(row, positions, amount)
                    for row, amount in by_section[key]
                ],
                "total": format_amount(
                    self.env,
                    abs(sum(amount for _row, amount in by_section[key])),
                    currency,
                ),
            }
            for key in SECTIONS
            if key in by_section
        ]

    @api.model
    def _split(self, row):
        """:return: list of (section, amount in the item's currency) of an item"""
        asked = self.env["collection.open.item.list"]._get_asked(row)
        planned = arriving = 0.0
        if row.status in ("open", "planned", "promised", "disputed"):
            planned, arriving = row.amount_planned, row.amount_in_transit
            asked = asked if row.status == "open" else 0.0
        rest = row.amount_residual_currency - asked - planned - arriving
        parts = [
            (self._get_section(row), asked),
            ("planned", planned),
            ("review", rest),
            ("in_transit", arriving),
        ]
        return [part for part in parts if not row.currency_id.is_zero(part[1])]

    @staticmethod
    def _get_section(row):
        if row.status == "open":
            return "overdue" if row.days_late else "upcoming"
        return SECTION_BY_STATUS[row.status]

    @api.model
    def _get_ageing(self, rows, currency):
        """:return: list of (label, amount) of the items by age, the open credits and,
        where there are any, the balance of both"""
        amounts, credit = dict.fromkeys(NAMES, 0.0), 0.0
        for row in rows:
            # What is stayed is no part of the balance.
            if self._get_section(row) == "stayed":
                continue
            if row.amount_residual < 0:
                credit += row.amount_residual_currency
            else:
                bucket = find_bucket(row.days_late).name
                amounts[bucket] += row.amount_residual_currency
        labels = self.env["collection.case"]._get_ageing_labels()
        columns = [(labels[name], amount) for name, amount in amounts.items()]
        if not currency.is_zero(credit):
            columns.append((self.env._("Open credits"), credit))
            columns.append((self.env._("Balance"), sum(amounts.values()) + credit))
        return [
            (label, format_amount(self.env, amount, currency))
            for label, amount in columns
        ]
