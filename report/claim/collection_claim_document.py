from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, get_lang

from ...models.claim.collection_claim_priority_cap import PRIORITIES
from ...tools.claims import district_of

# Where the account of the packet starts: this long before the oldest open item.
ACCOUNT_DAYS = 31
# As Official Form 410 has them, see ``CAPACITIES`` for the screen.
OFFICIAL_CAPACITIES = [
    ("creditor", "I am the creditor."),
    ("agent", "I am the creditor's attorney or authorized agent."),
    (
        "trustee",
        "I am the trustee, or the debtor, or their authorized agent. Bankruptcy Rule"
        " 3004.",
    ),
    (
        "guarantor",
        "I am a guarantor, surety, endorser, or other codebtor. Bankruptcy Rule 3005.",
    ),
]


class CollectionClaimDocument(models.AbstractModel):
    """What stands in the parts of a packet: the form, the statements, the index.

    Everything is in the language of the proceedings, and nothing depends on the day of
    printing.
    """

    _name = "collection.claim.document"
    _description = "Documents of a Claim"

    @api.model
    def _prepare_goods(self, claims):
        """Prepare the requests for the goods of the last 20 days (11 U.S.C. 503(b)(9)).

        Official Form 410 must not be used for them; so this is a document of its own,
        which is filed as the court's local rules say.

        :return: dict of values per claim
        :raises UserError: while it is not known when goods were received
        """
        return {claim: self._prepare_goods_request(claim) for claim in claims}

    @api.model
    def _prepare_goods_request(self, claim):
        if texts := claim.goods_ids._get_open_texts():
            raise UserError("\n".join(texts))
        own = claim.with_context(lang=claim.lang)
        service = self.with_env(own.env)
        _template, values = service._get_part(own, "goods")
        title = service.env._("Request for goods, § 503(b)(9)")
        return {**values, "title": f"{title} · {own.case_number or ''}"}

    @api.model
    def _get_part(self, claim, part, rows=()):
        """:return: name of the template, and dict of its values"""
        values = {
            "claim": claim,
            "lang": claim.lang,
            "direction": get_lang(self.env, claim.lang).direction,
            "company": claim.company_id,
            "debtor": claim.partner_id,
            "court": claim.court_id,
            "money": claim.currency_id.with_env(claim.env).format,
            "date": lambda day: format_date(claim.env, day) if day else "",
            "address": self.env["collection.recipient"]._get_address,
        }
        if part == "form":
            part = "410" if claim._is_american() else "letter"
        more = {"rows": rows}
        if part != "index":
            more = getattr(self, f"_get_{part}_values")(claim)
        return f"collection_claim_{part}_document", {**values, **more}

    @api.model
    def _get_statement_values(self, claim):
        return {"groups": self._get_groups(claim)}

    @api.model
    def _get_account_values(self, claim):
        return {"accounts": self._get_accounts(claim)}

    @api.model
    def _get_goods_values(self, claim):
        """:return: the goods of the last 20 days, by the day they were received"""
        goods = claim.goods_ids.filtered("is_counted").sorted("date_received")
        by_day = goods.grouped("date_received")
        return {
            "district": district_of(claim.court_id.name or ""),
            "days": [
                {"date": day, "rows": rows, "amount": sum(rows.mapped("amount"))}
                for day, rows in by_day.items()
            ],
        }

    @api.model
    def _get_letter_values(self, claim):
        return {"sections": self.env["collection.claim.letter"]._get_sections(claim)}

    @api.model
    def _get_410_values(self, claim):
        """:return: dict: what is asked in the words of the court, whatever the language
        is; what nobody answered is blank, for a zero would be a statement"""
        money = claim.currency_id.with_env(claim.env).format
        return {
            "district": district_of(claim.court_id.name or ""),
            "spouse": self._get_spouse(claim),
            "amended": claim._get_amended(),
            "capacities": OFFICIAL_CAPACITIES,
            "priorities": self._get_priorities(claim),
            "place": self._get_place,
            "amount": lambda value: money(value) if value else "$",
            "day": lambda value: f"{value:%m/%d/%Y}" if value else "",
        }

    @api.model
    def _get_place(self, partner):
        """:return: city, state and ZIP code; abroad with the country"""
        country = partner.country_id.filtered(lambda country: country.code != "US")
        state = partner.state_id.code or partner.state_id.name
        region = " ".join(filter(None, (state, partner.zip)))
        return ", ".join(filter(None, (partner.city, region, country.name)))

    @api.model
    def _get_spouse(self, claim):
        """:return: res.partner record: who filed jointly with the debtor, if anybody"""
        if claim.partner_id.is_company:
            return claim.partner_id.browse()
        joint = claim.bankruptcy_id.joint_ids.partner_id
        return joint.filtered(lambda partner: not partner.is_company)[:1]

    @api.model
    def _get_priorities(self, claim):
        """:return: dict of the amount per kind of priority, and the other one"""
        amounts = dict.fromkeys((kind for kind, _label in PRIORITIES), 0.0)
        for row in claim.priority_ids:
            amounts[row.kind] += row.amount
        caps = self.env["collection.claim.priority.cap"]
        return {
            "amounts": amounts,
            "subsection": claim.priority_ids.filtered("subsection")[:1].subsection,
            "deposit": self._get_cap(caps._find("deposit", claim.date_petition)),
            "wages": self._get_cap(caps._find("wages", claim.date_petition)),
            "adjusted": self._get_adjusted(caps._find("wages", claim.date_petition)),
        }

    @api.model
    def _get_cap(self, cap):
        """:return: a cap as the form has it: $3,800"""
        return f"${cap.amount:,.0f}" if cap else "$"

    @api.model
    def _get_adjusted(self, cap):
        """:return: when the caps change next, as the form has it: 4/01/28"""
        if not cap:
            return ""
        day = cap.date_to + timedelta(days=1)
        return f"{day.month}/{day:%d/%y}"

    @api.model
    def _get_groups(self, claim):
        """:return: list of dicts: the items of the claim by currency, with totals"""
        items = claim.line_ids.filtered("move_line_id")
        groups = []
        for currency, lines in items.grouped("item_currency_id").items():
            own = currency.with_env(claim.env)
            groups.append(
                {
                    "currency": own,
                    "rate": lines[0].rate,
                    "is_converted": currency != claim.currency_id,
                    "lines": lines,
                    "format": own.format,
                    "open": own.format(sum(lines.mapped("amount_open"))),
                    "amount": claim.currency_id.format(sum(lines.mapped("amount"))),
                }
            )
        return groups

    @api.model
    def _get_accounts(self, claim):
        """:return: list of dicts: the running account by currency, with balances"""
        days = [line.date for line in claim.line_ids if line.move_line_id]
        first = min(days, default=claim.date_petition) - timedelta(days=ACCOUNT_DAYS)
        # Everybody who prints the claim prints what was in the ledger.
        rows = (
            self.env["collection.claim.ledger"]
            .sudo()
            ._get_account(
                claim.company_id, claim.partner_id, first, claim.date_petition
            )
        )
        accounts = {}
        for row in rows:
            currency = self.env["res.currency"].browse(row["currency_id"])
            account = accounts.setdefault(
                currency, {"currency": currency, "balance": 0.0, "rows": []}
            )
            amount = float(row["amount"])
            account["balance"] = currency.round(account["balance"] + amount)
            account["rows"].append(
                {
                    **row,
                    "debit": currency.format(amount) if amount > 0 else "",
                    "credit": currency.format(-amount) if amount < 0 else "",
                    "balance": currency.format(account["balance"]),
                }
            )
        return [
            {**account, "closing": account["currency"].format(account["balance"])}
            for account in accounts.values()
        ]
