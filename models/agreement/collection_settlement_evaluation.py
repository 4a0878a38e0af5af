from odoo import Command, api, models
from odoo.exceptions import UserError

# What the state of the promise makes of its settlement.
OUTCOMES = {
    "open": "accepted",
    "kept": "settled",
    "partial": "lapsed",
    "broken": "lapsed",
    "void": "void",
    "withdrawn": "cancelled",
    "replaced": "cancelled",
}


class CollectionSettlementEvaluation(models.AbstractModel):
    """What the ledger makes of accepted settlements: they follow their promises, which
    are evaluated with all others; the rest of a settled one is drafted, and taken back
    when a payment is undone."""

    _name = "collection.settlement.evaluation"
    _description = "Evaluation of Settlements"

    @api.model
    def _evaluate(self, company, partner_ids=None):
        """Have the settlements of a company follow their promises.

        :param company: res.company record
        :param partner_ids: restrict to these commercial partners
        """
        self.env["collection.promise"].invalidate_model(["state"])
        domain = [("company_id", "=", company.id), ("promise_id", "!=", False)]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        isolate = self.env["collection.customer.notice"]._isolate
        for settlement in self.env["collection.settlement"].search(
            [*domain, *self._get_changed_domain()]
        ):
            isolate(self._follow, settlement)
        for settlement in self.env["collection.settlement"].search(
            [*domain, ("state", "=", "settled"), ("item_ids.is_open", "=", True)]
        ):
            isolate(self._settle, settlement)

    @api.model
    def _get_changed_domain(self):
        """:return: domain of the settlements that are not what their promise says"""
        parts = [
            ["&", ("promise_id.state", "=", key), ("state", "!=", outcome)]
            for key, outcome in OUTCOMES.items()
        ]
        return ["|"] * (len(parts) - 1) + [term for part in parts for term in part]

    @api.model
    def _follow(self, settlement):
        """Take over what became of the promise."""
        before, outcome = settlement.state, OUTCOMES[settlement.promise_id.state]
        ended = settlement.promise_id.end_reason
        settlement._set_state(
            outcome, end_reason=ended if outcome == "cancelled" else False
        )
        settlement.message_post(body=settlement._label("state"))
        if before == "settled":
            self._take_back(settlement)
        elif outcome == "settled":
            self._drop_reversals(settlement)

    @api.model
    def _settle(self, settlement):
        """Draft the entries over the rest of a settlement that was kept; once the
        money is matched with the items, and once only."""
        kept = settlement.rest_move_ids.filtered(lambda move: move.state != "cancel")
        compare = settlement.currency_id.compare_amounts
        rest = settlement._get_amount_open()
        if kept or compare(rest, settlement.amount_waived) > 0 or not rest:
            return
        try:
            with self.env.cr.savepoint():
                moves = self._draft(settlement)
        except UserError as error:
            self._ask_once(settlement, str(error))
            return
        settlement._write_protected({"rest_move_ids": moves.ids})
        self._ask_once(settlement, ", ".join(moves.mapped("display_name")))

    @api.model
    def _ask_once(self, settlement, note):
        summary = self.env._("Settled: post the entry over the rest")
        if summary not in settlement.activity_ids.mapped("summary"):
            self._add_task(settlement, summary, note)

    @api.model
    def _add_task(self, settlement, summary, note):
        company = settlement.company_id
        settlement.activity_schedule(
            "mail.mail_activity_data_todo",
            company._get_collection_today(),
            summary=summary,
            note=note,
            user_id=company._get_collection_responsible(
                settlement.case_id._get_collector(), settlement.user_id
            ).id,
        )

    @api.model
    def _draft(self, settlement):
        """:return: account.move records, drafts over what is still open; what is no
        invoice is written off, whatever was chosen"""
        lines = settlement.item_ids.move_line_id.filtered(
            lambda line: line.parent_state == "posted" and line.amount_residual > 0
        )
        credited = lines.filtered(
            lambda line: (
                settlement.rest_kind == "credit" and line.move_id.is_sale_document()
            )
        )
        moves = self.env["account.move"]
        for move, own in credited.grouped("move_id").items():
            moves |= self._draft_credit_note(settlement, move, own)
        if lines - credited:
            moves |= self._draft_writeoff(settlement, lines - credited)
        return moves

    @api.model
    def _draft_credit_note(self, settlement, move, lines):
        notes = self.env["collection.credit.note"]
        return notes._draft(
            move,
            notes._get_all_lines(move),
            sum(lines.mapped("amount_residual_currency")),
            self.env._(
                "Settlement %(number)s of %(invoice)s",
                number=settlement.name,
                invoice=move.name,
            ),
        )

    @api.model
    def _draft_writeoff(self, settlement, lines):
        writeoff, company = self.env["collection.writeoff"], settlement.company_id
        writeoff._check_account(company)
        vals = writeoff._prepare_move_vals(
            company, lines, self.env._("Write-off: %s", settlement.name)
        )
        # Collectors who may not invoice still settle; it stays a draft.
        return self.env["account.move"].sudo().with_company(company).create(vals)

    @api.model
    def _take_back(self, settlement):
        """Undo what was drafted when the settlement is not kept any more; of what a
        person has posted the reversal is drafted, and a person posts it."""
        moves = settlement.sudo().rest_move_ids
        posted = moves.filtered(lambda move: move.state == "posted")
        drafts = moves.filtered(lambda move: move.state == "draft")
        settlement.activity_ids.filtered("automated").unlink()
        settlement._write_protected({"rest_move_ids": [Command.set(posted.ids)]})
        # What was posted once has a number, and is not deleted.
        numbered = drafts.filtered("posted_before")
        numbered.button_cancel()
        (drafts - numbered).unlink()
        if posted:
            reversals = self._draft_reversals(settlement, posted)
            self._add_task(
                settlement,
                self.env._("No longer settled: reverse the entry over the rest"),
                ", ".join((posted | reversals).mapped("display_name")),
            )

    @api.model
    def _drop_reversals(self, settlement):
        """Paid again: what nobody has reversed yet stays."""
        reversals = settlement.sudo().rest_move_ids.reversal_move_ids
        drafts = reversals.filtered(
            lambda move: move.state == "draft" and not move.posted_before
        )
        if drafts:
            settlement.activity_ids.filtered("automated").unlink()
            drafts.unlink()

    @api.model
    def _draft_reversals(self, settlement, moves):
        """:return: account.move records, drafts that reverse entries over the rest, for
        those that have none yet"""
        reversed_before = moves.reversal_move_ids.filtered(
            lambda move: move.state != "cancel"
        ).reversed_entry_id
        reversals = moves.browse()
        for move in moves - reversed_before:
            text = self.env._(
                "%(settlement)s is not settled any more: %(entry)s",
                settlement=settlement.name,
                entry=move.name,
            )
            vals = {"ref": text, "date": settlement.company_id._get_collection_today()}
            # Dated when it is posted.
            vals["invoice_date"] = False
            reversals |= move._reverse_moves([vals])
        return reversals
