import logging
from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

OPEN_STATES = ("draft", "posted")
# For so many days back a night looks for what was matched since.
LOOK_BACK = 60


class CollectionChargeFollowUp(models.AbstractModel):
    """What becomes of late charges from night to night.

    Items whose stage charges get their drafts; where the principal was credited, or
    turns out to have been paid earlier, drafts are lowered and what was posted gets a
    correction; an offer that was
    kept waives them; a bankruptcy takes back what nobody has posted; and what is left
    when the rest is paid is asked for, carried or waived, as the policy says.
    """

    _name = "collection.charge.follow.up"
    _description = "Follow-up of Late Charges"

    @api.model
    def _follow_up(self, company, today):
        """Take all steps, each for all customers of a company. Repeating it changes
        nothing.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        self._isolate(
            self.env["collection.reference.rate"]._ask_for_next, company, today
        )
        self._charge_stages(company)
        self._correct(self._find_changed(company))
        charges = self._find_open(company)
        if charges:
            self._keep_offers(charges)
            self._drop_stayed(charges)
            self._treat_rests(company, self._find_open(company))

    @api.model
    def _isolate(self, act, *args):
        """Do what the night does for one customer; one who fails, for the account is
        missing or the entry cannot be posted, must not stop the others.

        :return: what it answers, None when it failed
        """
        try:
            with self.env.cr.savepoint():
                answer = act(*args)
                self.env.flush_all()
                return answer
        except OperationalError:
            # A conflict between transactions is nobody's fault: all start again.
            raise
        except Exception:
            _logger.exception("%s failed, with %s.", act.__name__, args)
        return None

    @api.model
    def _charge_stages(self, company):
        """Charge the items whose stage says so, up to the day of its message, as the
        message has shown it."""
        rows = self.env["collection.exposure"].search(
            [
                ("company_id", "=", company.id),
                ("status", "=", "open"),
                ("stage_id.charges", "=", "charge"),
            ]
        )
        reached = rows.filtered("date_stage")
        if reached:
            untils = {row: row.date_stage for row in reached}
            booking = self.env["collection.charge.booking"]
            for own in booking._group(booking._prepare_drafts(reached, untils)):
                for move in self._isolate(booking._make_invoices, own) or ():
                    self._isolate(self._post_small, move)

    @api.model
    def _post_small(self, move):
        """Post a draft that its policy lets post by itself."""
        charge = move.collection_charge_ids[:1]
        limit = charge.stage_id.policy_id.charge_post_max
        currency = move.company_currency_id
        if currency.compare_amounts(abs(move.amount_total_signed), limit) <= 0:
            move.invoice_date = move.company_id._get_collection_today()
            move._post(soft=False)

    # ------------------------------------------------------------------
    # What was credited or paid
    # ------------------------------------------------------------------

    @api.model
    def _find_changed(self, company):
        """:return: account.move.line records, charged for, on which something was
        matched since, or whose invoice is no longer posted; not where a person has
        dropped the correction of it"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.id
                  FROM collection_charge charge
                  JOIN account_move_line line ON line.id = charge.line_id
                 WHERE charge.company_id = %s
                   AND (line.parent_state <> 'posted'
                        OR EXISTS (SELECT FROM account_partial_reconcile partial
                                    WHERE partial.debit_move_id = line.id
                                      AND partial.create_date >= charge.create_date
                                      AND partial.create_date
                                          > (NOW() AT TIME ZONE 'UTC')::date - %s))
                   AND NOT EXISTS (
                        SELECT FROM collection_charge dropped
                          LEFT JOIN account_move move ON move.id = dropped.move_id
                         WHERE dropped.line_id = line.id AND dropped.amount < 0
                           AND (move.id IS NULL OR move.state = 'cancel')
                           AND dropped.last_allocation >= COALESCE(
                               (SELECT MAX(partial.id)
                                  FROM account_partial_reconcile partial
                                 WHERE partial.debit_move_id = line.id), 0))
                """,
                company.id,
                LOOK_BACK,
            )
        )
        return self.env["account.move.line"].browse(line_id for [line_id] in rows)

    @api.model
    def _correct(self, lines):
        """Take back what was charged too much: drafts are lowered, for what was posted
        a credit note is proposed."""
        calculation = self.env["collection.charge.calculation"]
        by_line = self.env["collection.charge"]._find_of_lines(lines)
        untils = {
            line: max(by_line[line].mapped("date_to")) for line in by_line if line
        }
        figures = calculation._get_figures(
            self.env["account.move.line"].union(*by_line), untils
        )
        drafts = []
        for line, figure in figures.items():
            own = self._isolate(self._prepare_corrections, line, figure, by_line[line])
            drafts += own or []
        booking = self.env["collection.charge.booking"]
        for own in booking._group(drafts):
            self._isolate(booking._make_invoices, own, "out_refund")
        # Where the latest draft was dropped, the others are charged until an earlier
        # day, and what they come to counts to it.
        now = self.env["collection.charge"]._find_of_lines(lines)
        fallen = lines.filtered(
            lambda line: line in now and max(now[line].mapped("date_to")) < untils[line]
        )
        if fallen:
            self._correct(fallen)

    @api.model
    def _prepare_corrections(self, line, figure, charges):
        """:return: list of the values of corrections, with negative amounts"""
        vals, currency = [], line.currency_id
        for kind, amount in (
            ("interest", figure.interest_due),
            ("lump", figure.lump_due),
        ):
            own = charges.filtered(
                lambda charge, kind=kind: (
                    charge.kind == kind and charge.state != "waived"
                )
            )
            left = self._lower_drafts(line, figure, own, max(-amount, 0.0))
            own = own.filtered(
                lambda charge: charge.amount < 0 or charge.state in ("posted", "paid")
            )
            excess = max(-left, -sum(own.mapped("amount")))
            own = own.filtered(lambda charge: charge.amount > 0)
            if own and currency.compare_amounts(excess, 0) < 0:
                vals.append(
                    {
                        **self._prepare_correction(own[0], figure),
                        "amount": currency.round(excess),
                    }
                )
        return vals

    @api.model
    def _prepare_correction(self, charge, figure):
        speaker = self.env["collection.charge.booking"]._speak(charge)
        return {
            "company_id": charge.company_id.id,
            "partner_id": charge.partner_id.id,
            "user_id": charge.user_id.id,
            "line_id": charge.line_id.id,
            "rule_id": charge.rule_id.id,
            "kind": charge.kind,
            "date_to": figure.until,
            "last_allocation": max(charge.line_id.matched_credit_ids.ids, default=0),
            "currency_id": charge.currency_id.id,
            "description": speaker.env._("Correction: %s", charge.description),
        }

    @api.model
    def _lower_drafts(self, line, figure, charges, excess):
        """Take what is too much out of the charges that nobody has posted yet, the
        latest first.

        :param line: account.move.line record, the late item
        :param figure: what its late payment costs
        :param charges: collection.charge records of one kind
        :param float excess: what of them is too much
        :return: what of it is left, on those that are posted
        """
        table = self.env["collection.charge.booking"]._speak(charges[:1])
        drafts = charges.filtered(lambda one: one.state == "draft" and one.amount > 0)
        for charge in drafts.sorted("id", reverse=True):
            taken = min(excess, charge.amount)
            amount = line.currency_id.round(charge.amount - taken)
            excess = line.currency_id.round(excess - taken)
            if line.currency_id.is_zero(amount):
                charge._drop_lines()
            elif not line.currency_id.is_zero(taken):
                before = figure.charged - charge.amount
                text = (
                    table._describe(replace(figure, charged=before), line)
                    if charge.kind == "interest"
                    else charge.description
                )
                charge._lower(amount, text)
        return excess

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    @api.model
    def _find_open(self, company):
        """:return: the charges that are drafts, or posted and not paid"""
        is_draft = Domain("move_id.state", "=", "draft")
        is_unpaid = Domain("move_id.state", "=", "posted") & Domain(
            "move_id.amount_residual", "!=", 0
        )
        own = Domain("company_id", "=", company.id) & Domain("amount", ">", 0)
        charges = self.env["collection.charge"].search(own & (is_draft | is_unpaid))
        rests = charges._get_rests()
        return charges.filtered(
            lambda charge: charge.state in OPEN_STATES and rests[charge] > 0
        )

    @api.model
    def _keep_offers(self, charges):
        """Waive what was offered to be waived, where the principal came in time."""
        offered = charges.filtered(
            lambda charge: charge.date_offer and charge.line_id.reconciled
        )
        money = self.env["collection.charge.calculation"]._get_money(offered.line_id)
        kept = offered.filtered(
            lambda charge: all(
                day <= charge.date_offer
                for day, _amount in money.get(charge.line_id.id, (0, []))[1]
            )
        )
        for own in kept.grouped("partner_id").values():
            self._isolate(self._waive, own, "account_collections.reason_waiver_offer")

    @api.model
    def _waive(self, charges, reason):
        charges._waive(self.env.ref(reason))

    @api.model
    def _drop_stayed(self, charges):
        """Take back what nobody has posted before a bankruptcy."""
        drafts = charges.filtered(lambda charge: charge.state == "draft")
        stayed = self.env["collection.exposure"].search(
            [
                ("move_line_id", "in", drafts.line_id.ids),
                ("status", "=", "stayed"),
            ]
        )
        drafts = drafts.filtered(lambda charge: charge.line_id in stayed.move_line_id)
        for own in drafts.grouped("partner_id").values():
            self._isolate(own._drop_lines)

    @api.model
    def _treat_rests(self, company, charges):
        """Do as the policy says with the charges of who owes nothing else, and ask
        again for those that were carried once something else is overdue."""
        rows = self.env["collection.exposure"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", charges.partner_id.ids),
                ("amount_residual", ">", 0),
            ]
        )
        charges = charges.filtered("line_id.reconciled")
        moves, by_partner = charges.move_id, rows.grouped("partner_id")
        others = rows.filtered(
            lambda row: row.days_late and row.move_id not in moves
        ).partner_id
        for partner, own in charges.grouped("partner_id").items():
            debts = by_partner.get(partner, rows.browse())
            self._isolate(self._treat_rest, own, debts, partner not in others)

    @api.model
    def _treat_rest(self, charges, debts, is_alone):
        policy = debts.case_id.policy_id[:1] or charges.stage_id.policy_id[:1]
        is_carried = is_alone and policy.charge_rest == "carry"
        charges.filtered(lambda charge: charge.state == "posted")._carry(is_carried)
        if is_alone and policy.charge_rest == "waive":
            self._waive_rest(charges, policy)

    @api.model
    def _waive_rest(self, charges, policy):
        company = charges.company_id
        total = sum(charges.mapped("amount_company"))
        if company.currency_id.compare_amounts(total, policy.charge_rest_max) <= 0:
            self._waive(charges, "account_collections.reason_waiver_rest")
