from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

OPEN_STATES = ("draft", "posted")


class CollectionChargeFollowUp(models.AbstractModel):
    """What becomes of late charges from night to night.

    Items whose stage charges get their drafts; a principal that was credited, or turns
    out to have been paid earlier, gets the correction of its charges; an offer that was
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
        self.env["collection.reference.rate"]._ask_for_next(company, today)
        self._charge_stages(company)
        changed = self._find_changed(company)
        self._correct(changed)
        charges = self._find_open(company)
        if charges:
            self._keep_offers(charges)
            self._drop_stayed(charges)
            self._treat_rests(company, self._find_open(company))

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
            self._post_small(
                self.env["collection.charge.booking"]._charge(reached, untils)
            )

    @api.model
    def _post_small(self, moves):
        """Post the drafts that a policy lets post by themselves."""
        for move in moves:
            charge = move.collection_charge_ids[:1]
            limit = charge.stage_id.policy_id.charge_post_max
            currency = move.company_currency_id
            if currency.compare_amounts(abs(move.amount_total_signed), limit) <= 0:
                move._post(soft=False)

    # ------------------------------------------------------------------
    # What was credited or paid
    # ------------------------------------------------------------------

    @api.model
    def _find_changed(self, company):
        """:return: account.move.line records, charged for, on which something was
        matched since, or whose invoice is no longer posted"""
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
                                      AND partial.create_date >= charge.create_date))
                """,
                company.id,
            )
        )
        return self.env["account.move.line"].browse(line_id for [line_id] in rows)

    @api.model
    def _correct(self, lines):
        """Propose credit notes for what was charged too much."""
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
            drafts += self._prepare_corrections(line, figure, by_line[line])
        booking = self.env["collection.charge.booking"]
        return booking._make_invoices(drafts, "out_refund")

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
            excess = max(amount, -sum(own.mapped("amount")))
            if own and currency.compare_amounts(excess, 0) < 0:
                vals.append(
                    {
                        "company_id": line.company_id.id,
                        "partner_id": own[0].partner_id.id,
                        "user_id": own[0].user_id.id,
                        "line_id": line.id,
                        "rule_id": own[0].rule_id.id,
                        "kind": kind,
                        "date_to": figure.until,
                        "currency_id": currency.id,
                        "amount": currency.round(excess),
                        "description": self.env._("Correction: %s", own[0].description),
                    }
                )
        return vals

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
        return charges.filtered(lambda charge: charge.state in OPEN_STATES)

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
        if kept:
            reason = self.env.ref("account_collections.reason_waiver_offer")
            kept._waive(reason)

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
        drafts.filtered(
            lambda charge: charge.line_id in stayed.move_line_id
        )._drop_lines()

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
        others = rows.filtered(
            lambda row: row.days_late and row.move_id not in charges.move_id
        ).partner_id
        for partner, own in charges.grouped("partner_id").items():
            debts = rows.filtered(lambda row, own=partner: row.partner_id == own)
            policy = debts.case_id.policy_id[:1] or own.stage_id.policy_id[:1]
            is_alone = partner not in others
            is_carried = is_alone and policy.charge_rest == "carry"
            own.filtered(lambda charge: charge.state == "posted")._carry(is_carried)
            if is_alone and policy.charge_rest == "waive":
                self._waive_rest(own, policy)

    @api.model
    def _waive_rest(self, charges, policy):
        company = charges.company_id
        total = sum(charges.mapped("amount_company"))
        if company.currency_id.compare_amounts(total, policy.charge_rest_max) <= 0:
            reason = self.env.ref("account_collections.reason_waiver_rest")
            charges._waive(reason)
