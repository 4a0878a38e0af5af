from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.late_interest import Basis, get_segments, get_start, get_total

# Post is thought to arrive on the third day.
POST_DAYS = 3
ONE_DAY = timedelta(days=1)


@dataclass
class Figure:
    """What the late payment of an item costs up to a day, in the item's currency.

    ``interest`` and ``lump`` are the whole, ``charged`` and ``lump_charged`` what of it
    was charged before, ``drafted`` and ``lump_drafted`` what of that nobody has posted
    yet; ``per_day`` is what the next day adds; ``unknown_from`` the first day without a
    reference rate.
    """

    rule: models.Model
    terms: models.Model
    until: date
    start: date | None = None
    rate: float = 0.0
    segments: list = field(default_factory=list)
    interest: float = 0.0
    charged: float = 0.0
    drafted: float = 0.0
    lump: float = 0.0
    lump_charged: float = 0.0
    lump_drafted: float = 0.0
    per_day: float = 0.0
    unknown_from: date | None = None

    def add_charge(self, charge):
        """Count what was charged before."""
        prefix = {"interest": "", "lump": "lump_"}.get(charge.kind)
        if prefix is None:
            return
        names = ["charged", "drafted"] if charge.state == "draft" else ["charged"]
        for name in names:
            value = getattr(self, prefix + name) + charge.amount
            setattr(self, prefix + name, charge.currency_id.round(value))

    @property
    def interest_due(self):
        """Interest that is in no charge yet; negative when too much was charged."""
        return self.interest - self.charged

    @property
    def lump_due(self):
        """What of the lump sum is in no charge yet."""
        return self.lump - self.lump_charged


class CollectionChargeCalculation(models.AbstractModel):
    """Work out what the late payment of items costs, from ledger, rule and rates.

    Money counts from the day after its own date, whenever it was matched; a credit note
    says that its part was never owed. What is disputed, on an installment plan or
    covered by credits is not charged for; once it is asked for again, the whole time
    counts.
    """

    _name = "collection.charge.calculation"
    _description = "Calculation of Late Charges"

    @api.model
    def _get_figures(self, lines, untils, reserved=None):
        """Work out many items at once.

        :param lines: account.move.line records, late items
        :param dict untils: the last day that counts, per line
        :param dict reserved: what is not charged for, in the item's currency, per line
        :return: dict of ``Figure`` per line, those left out that no rule is for, or
            that are charges themselves
        """
        # Sudo: what the law grants does not depend on who looks.
        lines = self._without_charges(lines.sudo())
        rules = self._find_rules(lines)
        lines = lines.filtered(lambda line: rules[line])
        money = self._get_money(lines)
        charges = self.env["collection.charge"]._find_of_lines(lines)
        notices = self._get_notices(
            lines.filtered(lambda line: rules[line].start == "notice")
        )
        terms, figures, rates = self._find_terms(lines, rules), {}, {}
        for line in lines:
            figure = Figure(rules[line], terms[line], untils[line])
            for charge in charges.get(line, ()):
                figure.add_charge(charge)
            credited, payments = money.get(line.id, (0.0, []))
            principal = line.amount_currency - credited
            principal -= (reserved or {}).get(line, 0.0)
            if line.parent_state != "posted":
                principal = 0.0
            noticed = notices.get(line.id)
            self._fill(figure, line, principal, payments, noticed, rates)
            figures[line] = figure
        self._grant_once(figures)
        return figures

    @api.model
    def _grant_once(self, figures):
        """Where the law grants one lump sum per invoice, and not one per payment, grant
        it to the first of its items that was late."""
        lines = self.env["account.move.line"].union(
            *(line for line, figure in figures.items() if figure.rule.lump_once)
        )
        for move, own in lines.grouped("move_id").items():
            charges = self.env["collection.charge"]._find_of_lines(move.line_ids)
            charged = [
                line
                for line, found in charges.items()
                if sum(one.amount for one in found if one.kind == "lump") > 0
            ]
            late = own.filtered(lambda line: figures[line].lump)
            first = charged or late.sorted(lambda line: (line.date_maturity, line.id))
            for line in late:
                if line != first[0]:
                    figures[line].lump = 0.0

    @api.model
    def _without_charges(self, lines):
        charges = (
            self.env["collection.charge"]
            .sudo()
            .search([("move_id", "in", lines.move_id.ids)])
        )
        moves = charges.move_id
        return lines.filtered(lambda line: line.move_id not in moves)

    @api.model
    def _find_rules(self, lines):
        """:return: dict of collection.charge.rule per line, possibly empty"""
        Rule, known, rules = self.env["collection.charge.rule"], {}, {}
        of_company = {
            company: Rule._find_of_company(company) for company in lines.company_id
        }
        for line in lines:
            key = (line.company_id, line.partner_id.commercial_partner_id)
            if key not in known:
                known[key] = Rule._find(*key, of_company[line.company_id])
            rules[line] = known[key]
        return rules

    @api.model
    def _find_terms(self, lines, rules):
        """:return: dict per line of the collection.terms that were signed before its
        invoice, possibly empty; the law of consumers leaves nothing to agree"""
        Terms, known, terms = self.env["collection.terms"].sudo(), {}, {}
        # Few customers have signed any.
        signed = Terms.search(
            [
                ("company_id", "in", lines.company_id.ids),
                ("date_signed", "!=", False),
            ]
        ).partner_id
        for line in lines:
            customer = line.partner_id.commercial_partner_id
            terms[line] = Terms.browse()
            if customer not in signed or rules[line].debtors == "consumer":
                continue
            day = line.move_id.invoice_date or line.date
            key = (customer, line.company_id, day)
            if key not in known:
                known[key] = Terms._get_valid(*key)
            terms[line] = known[key]
        return terms

    @api.model
    def _get_agreed(self, figure, line):
        """Find what is agreed about interest, before what the law says.

        :return: the ``Basis`` or None, the kind of its reference, and the lump sum,
            None for that of the rule
        """
        rule, terms, lump = figure.rule, figure.terms, None
        basis, reference = rule._get_basis(), rule.reference or "ecb"
        if terms.lump_sum:
            lump = terms.currency_id._convert(
                terms.lump_sum, line.currency_id, line.company_id, line.date
            )
        if terms.interest_kind == "rate":
            percent = rule._to_decimal(terms.interest_rate)
            basis = Basis(percent, is_refixed=False, year_days=rule.year_days)
        elif terms.interest_kind == "points":
            percent = rule._to_decimal(terms.interest_points)
            basis = (basis or Basis(percent))._replace(
                percent=percent, has_reference=True
            )
        return basis, reference, lump

    @api.model
    def _fill(self, figure, line, principal, payments, noticed, known):
        """Write interest and lump sum of one item into its figure.

        :param dict known: the rates looked up so far
        """
        due = line.date_maturity or line.date
        rule, until = figure.rule, figure.until
        basis, reference, lump = self._get_agreed(figure, line)
        late = (until - due).days
        is_agreed = basis or lump or rule.basis != "agreed"
        if late <= rule.grace_days or not is_agreed:
            return
        figure.start = get_start(rule.start, due, line.move_id.invoice_date, noticed)
        if not figure.start or figure.start > until:
            figure.start = None
            return
        currency = line.currency_id
        if basis:
            key = (reference, line.company_id)
            if basis.has_reference and key not in known:
                known[key] = self.env["collection.reference.rate"]._get_rates(*key)
            rates = known[key] if basis.has_reference else []
            self._fill_interest(
                figure, currency, (principal, payments, basis, rates), line.company_id
            )
        paid = sum(amount for day, amount in payments if day < figure.start)
        base = currency.round(principal - paid)
        if lump is None:
            # The rates of exchange of the month before, so that it stays the same.
            day = due.replace(day=1) - ONE_DAY
            lump = rule._get_lump(base, currency, line.company_id, day)
        figure.lump = lump if base > 0 else 0.0

    @api.model
    def _fill_interest(self, figure, currency, facts, company):
        """Write the interest of one item into its figure.

        :param tuple facts: principal, payments, basis and rates
        """
        start, until, step = figure.start, figure.until, currency.rounding
        figure.segments = get_segments(*facts, start, until, step)
        total = float(get_total(figure.segments))
        rule = figure.rule
        least = rule.interest_min and rule.currency_id._convert(
            rule.interest_min, currency, company, until
        )
        figure.interest = total if currency.compare_amounts(total, least) >= 0 else 0.0
        unknown = [part.date_from for part in figure.segments if part.rate is None]
        figure.unknown_from = min(unknown, default=None)
        ahead = get_segments(*facts, start, until + ONE_DAY, step)
        part = ahead[-1] if ahead else None
        if part and part.date_to > until and part.rate is not None:
            yearly = float(part.base) * float(part.rate) / 100
            figure.per_day = currency.round(yearly / part.year_days)
            figure.rate = float(part.rate)

    # ------------------------------------------------------------------
    # What the ledger and the log say
    # ------------------------------------------------------------------

    @api.model
    def _get_money(self, lines):
        """:return: dict per id of line of what was credited, and the list of (day,
        amount) of what was paid, in the currency of the line"""
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model()
        items = SQL(
            """
            SELECT id AS agreement_id, id AS line_id, NULL::date AS date_start,
                   NULL::int AS after, NULL::int AS until
              FROM account_move_line WHERE id = ANY(%s)
            """,
            lines.ids,
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT agreement_id, date, amount + written_off, credited FROM (%s) m",
                self.env["collection.received.money"]._allocations_sql(items),
            )
        )
        money = {}
        for line_id, day, paid, credited in rows:
            before, payments = money.get(line_id, (0.0, []))
            if paid:
                payments.append((day, paid))
            money[line_id] = (before + float(credited), payments)
        return money

    @api.model
    def _get_notices(self, lines):
        """:return: dict per id of item of the day its first reminder arrived

        In: what was sent about invoices after the due date, as the log has it; what is
        not due yet cannot be demanded. Out: one row per item.
        """
        if not lines:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id,
                       MIN(contact.date::date
                           + CASE WHEN contact.channel IN ('letter', 'certified')
                                  THEN %(days)s ELSE 0 END)
                  FROM collection_contact contact
                  JOIN account_move_collection_contact_rel rel
                    ON rel.collection_contact_id = contact.id
                  JOIN account_move_line line ON line.move_id = rel.account_move_id
                 WHERE line.id = ANY(%(lines)s)
                   AND contact.date::date > COALESCE(line.date_maturity, line.date)
                   AND contact.direction = 'out' AND contact.is_void IS NOT TRUE
                   AND contact.step_id IS NOT NULL
                 GROUP BY line.id
                """,
                lines=lines.ids,
                days=POST_DAYS,
            )
        )
        return dict(rows)
