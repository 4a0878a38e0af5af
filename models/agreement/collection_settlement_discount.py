from datetime import timedelta

from odoo import Command, api, models
from odoo.tools import SQL, format_amount, format_date, formatLang

# For so many days after its date a discount is still granted, when the ledger says
# later that the money was there in time.
LOOK_BACK = 60
OPEN_STATES = ("offered", "lapsed")
# So many invoices are named in a sentence.
NAMED = 10


class CollectionSettlementDiscount(models.AbstractModel):
    """Discounts for prompt payment that reminders offer.

    A stage says how much and for how long. The offer is on record the moment its
    message leaves; nobody signs it: whoever pays the whole sum in time has accepted,
    and what is given up is drafted as a credit note, as of every settlement. Late or
    short it lapses, and says nothing. An item gets one such offer, ever.
    """

    _name = "collection.settlement.discount"
    _description = "Discount for Prompt Payment"

    # ------------------------------------------------------------------
    # What a message offers
    # ------------------------------------------------------------------

    @api.model
    def _get_quotes(self, step, rows):
        """Work out what a message offers, in the language of the context.

        :param step: collection.step record
        :param rows: collection.exposure records that the message asks for
        :return: list of dicts per currency: ``items``, ``currency``, ``covered``,
            ``amount``, ``percent``, ``date`` and ``text``
        """
        stage = step.stage_id
        if not stage.discount_percent or step.channel == "sms":
            return []
        rows = self._get_free(rows)
        return [
            quote
            for own in rows.grouped("currency_id").values()
            if (quote := self._get_quote(stage, own))
        ]

    @api.model
    def _get_free(self, rows):
        """:return: the rows that nothing speaks against: asked for in full, no charges,
        and never offered before"""
        rows = rows.filtered(
            lambda row: (
                row.status == "open"
                and row.currency_id.compare_amounts(
                    row.amount_left, row.amount_residual_currency
                )
                == 0
                # Sudo: whoever sees the invoice sees that it is one over charges.
                and not row.move_id.sudo().collection_charge_ids
            )
        )
        # Sudo: what was offered does not depend on who looks.
        settlements = self.env["collection.settlement"].sudo()
        taken = settlements.search(
            [
                ("item_ids.move_line_id", "in", rows.move_line_id.ids),
                "|",
                ("kind", "=", "discount"),
                ("state", "in", ("approve", "offered", "accepted", "settled")),
            ]
        ).item_ids.move_line_id
        return rows.filtered(lambda row: row.move_line_id not in taken)

    @api.model
    def _get_quote(self, stage, rows):
        currency, company = rows.currency_id, rows.company_id
        covered = currency.round(sum(rows.mapped("amount_residual_currency")))
        amount = self._reduce(covered, stage.discount_percent, currency)
        if currency.compare_amounts(amount, covered) >= 0 or amount <= 0:
            return None
        quote = {
            "rows": rows,
            "currency": currency,
            "covered": covered,
            "amount": amount,
            "percent": stage.discount_percent,
            "date": company._get_collection_today()
            + timedelta(days=stage.discount_days),
        }
        return {**quote, "text": self._describe(quote, rows.move_id)}

    @api.model
    def _reduce(self, amount, percent, currency):
        return currency.round(amount * (1 - percent / 100))

    @api.model
    def _describe(self, quote, moves):
        """:return: translated sentence on a discount

        :param dict quote: ``currency``, ``covered``, ``amount``, ``percent``, ``date``
        :param moves: account.move records that it is about
        """
        names = moves.mapped("name")
        shown = ", ".join(names[:NAMED])
        if len(names) > NAMED:
            shown = self.env._(
                "%(names)s and %(count)s more",
                names=shown,
                count=len(names) - NAMED,
            )
        percent = quote["percent"]
        digits = 0 if percent == round(percent) else 2
        return self.env._(
            "Pay %(amount)s instead of %(covered)s, so that it arrives by %(date)s: we"
            " take %(percent)s %% off, and nothing more is due on %(names)s. If it"
            " comes later or is less, the full amount stays due.",
            amount=format_amount(self.env, quote["amount"], quote["currency"]),
            covered=format_amount(self.env, quote["covered"], quote["currency"]),
            date=format_date(self.env, quote["date"]),
            percent=formatLang(self.env, percent, digits=digits),
            names=shown,
        )

    @api.model
    def _offer(self, step, quotes):
        """Put on record what the message of a step has offered.

        :param step: collection.step record, whose message has left
        :param list quotes: see ``_get_quotes``
        :return: collection.settlement records
        """
        # Sudo: the program writes down what was sent; who may send it was checked.
        settlements = self.env["collection.settlement"].sudo()
        for quote in quotes:
            settlement = settlements.create(self._prepare_vals(step, quote))
            settlement._set_state(
                "offered",
                date_offered=settlement.company_id._get_collection_today(),
                is_sent=True,
            )
            settlement._portal_ensure_token()
            settlements |= settlement
        return settlements

    @api.model
    def _prepare_vals(self, step, quote):
        case = step.case_id
        items = self.env["collection.item"].search(
            [("move_line_id", "in", quote["rows"].move_line_id.ids)]
        )
        line = {"date": quote["date"], "amount": quote["amount"]}
        promises = self.env["collection.promise"]
        return {
            "kind": "discount",
            "case_id": case.id,
            "user_id": (step.approved_user_id or case._get_responsible()).id,
            "reason": step.stage_id.name,
            "item_ids": [Command.set(items.ids)],
            "currency_id": quote["currency"].id,
            "amount": quote["amount"],
            "percent": quote["percent"],
            "date_first": quote["date"],
            "date_offer_end": quote["date"],
            "line_ids": [Command.create(line)],
            "rest_kind": "credit",
            "last_allocation": promises._get_last_id("account.partial.reconcile"),
            "last_line": promises._get_last_id("account.move.line"),
        }

    @api.model
    def _get_text(self, settlement):
        """:return: translated sentence on a discount that was offered"""
        return self._describe(
            {
                "currency": settlement.currency_id,
                "covered": settlement.amount_covered,
                "amount": settlement.amount,
                "percent": settlement.percent,
                "date": settlement.date_last,
            },
            settlement.move_ids,
        )

    # ------------------------------------------------------------------
    # What the ledger says
    # ------------------------------------------------------------------

    @api.model
    def _evaluate(self, company, as_of, partner_ids=None):
        """Grant the discounts of a company whose money came in time, and end the others
        once their date has passed. Repeating it changes nothing.

        :param company: res.company record
        :param date as_of: the day of the evaluation
        :param partner_ids: restrict to these commercial partners
        """
        domain = [
            ("company_id", "=", company.id),
            ("kind", "=", "discount"),
            ("promise_id", "=", False),
            ("state", "in", OPEN_STATES),
            ("date_last", ">=", as_of - timedelta(days=LOOK_BACK)),
        ]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        # Sudo: the ledger decides, whoever has changed it.
        discounts = self.env["collection.settlement"].sudo().search(domain)
        money = self._get_money(discounts)
        isolate = self.env["collection.customer.notice"]._isolate
        for discount in discounts:
            # One that is granted has the case looked at, and so those beside it.
            if discount.state in OPEN_STATES:
                isolate(self._judge, discount, as_of, *money[discount.id])

    @api.model
    def _get_money(self, discounts):
        """:return: dict per id of what came in time, and what was owed, in the currency
        of the discount"""
        if not discounts:
            return {}
        self.env.flush_all()
        items = SQL(
            "SELECT rel.item_id FROM collection_settlement_item_rel rel"
            " WHERE rel.settlement_id = due.settlement_id"
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT due.settlement_id, money.received, money.owed
                  FROM (%(due)s) due CROSS JOIN LATERAL (%(money)s) money
                """,
                due=self._due_sql(discounts),
                money=self.env["collection.promise.evaluation"]._money_sql(
                    self._allocations_sql(), items
                ),
            )
        )
        return {id_: (float(received), float(owed)) for id_, received, owed in rows}

    @api.model
    def _due_sql(self, discounts):
        """:return: SQL with one row per discount, see ``_money_sql`` of promises"""
        return SQL(
            """
            SELECT settlement.id AS settlement_id, settlement.partner_id,
                   settlement.company_id, settlement.currency_id,
                   settlement.date_offered AS date_start,
                   settlement.date_last + COALESCE(policy.settlement_tolerance, 0)
                       AS date_end,
                   settlement.last_line AS after_line,
                   COALESCE(policy.net_credits, TRUE) AS is_net
              FROM collection_settlement settlement
              JOIN collection_case case_ ON case_.id = settlement.case_id
              LEFT JOIN collection_policy policy ON policy.id = case_.policy_id
             WHERE settlement.id = ANY(%s)
            """,
            discounts.ids,
        )

    @api.model
    def _allocations_sql(self):
        return self.env["collection.received.money"]._allocations_sql(
            SQL(
                """
                SELECT own.id AS agreement_id, item.move_line_id AS line_id,
                       own.date_offered AS date_start,
                       own.last_allocation AS after, NULL::int AS until
                  FROM collection_settlement own
                  JOIN collection_settlement_item_rel rel ON rel.settlement_id = own.id
                  JOIN collection_item item ON item.id = rel.item_id
                 WHERE own.id = due.settlement_id
                """
            )
        )

    @api.model
    def _judge(self, discount, as_of, received, owed):
        """Grant a discount, let it lapse, or leave it open.

        :param float received: what came in time
        :param float owed: what was owed, with that
        """
        currency = discount.currency_id
        # Of what was credited since, nothing was owed, and nothing is given up.
        reduced = self._reduce(owed, discount.percent, currency)
        needed = min(discount.amount, reduced)
        is_paid = needed > 0 and currency.compare_amounts(received, needed) >= 0
        reason = self.env["collection.settlement.offer"]._get_claim_reason(discount)
        if is_paid and not reason:
            self._accept(discount, needed, currency.round(owed - needed))
        elif discount.state == "lapsed":
            return
        elif reason or needed <= 0:
            discount._set_state(
                "void", end_reason=reason or self.env._("Nothing of it is owed.")
            )
        elif as_of > discount.date_last + self._get_tolerance(discount):
            discount._set_state("lapsed")

    @api.model
    def _get_tolerance(self, discount):
        return timedelta(days=discount.case_id.policy_id.settlement_tolerance)

    @api.model
    def _accept(self, discount, needed, waived):
        """Put a discount in force that was paid: from now on it is a promise that was
        kept, as any settlement is, and falls with its payment."""
        # First, since promises have their case looked at, and that the discount again.
        discount._set_state("accepted")
        promises = self.env["collection.promise"].sudo()
        promises._find_open(discount.item_ids)._end(
            "replaced", self.env._("Replaced by %s.", discount.name)
        )
        prepared = self.env["collection.settlement.offer"]._prepare_promise_vals(
            discount
        )
        line = {"date": discount.date_last, "amount": needed, "state": "kept"}
        promise = promises.create(
            {
                **prepared,
                "state": "kept",
                "date_taken": discount.date_offered,
                "last_allocation": discount.last_allocation,
                "last_line": discount.last_line,
                "amount_waived": waived,
                "line_ids": [Command.create(line)],
            }
        )
        discount._write_protected({"promise_id": promise.id})
