from odoo import api, models
from odoo.tools import str2bool

from ..agreement.collection_promise import PENDING_STATES

# What has reached the customer: queued, failed or returned messages have not.
SENT_STATES = ("sent", "posted", "delivered")
MESSAGES_SHOWN = 20
# What counts in favor of the customer.
CREDITS = ("credit", "stayed_credit")
# What a customer may still say something about: the rest is settled, or on its way.
ANSWERABLE = ("open", "held", "disputed", "promised", "planned")
NO_URLS = {"url": "", "pay_url": "", "dispute_url": ""}
STAYED = ("stayed", "stayed_credit")
# The plans that concern the customer now.
SHOWN_PLAN_STATES = ("approve", "offered", "accepted", "active", "notice", "suspended")


class CollectionPortalAccount(models.AbstractModel):
    """What a customer sees of their account in the portal: one company's at a time.

    The customer is the commercial partner of who is logged in, today: a contact who has
    moved to another company sees that one's account, and all of the company's contacts
    see the same. Everything here reads as superuser, and is limited to this customer
    and this company by its arguments.
    """

    _name = "collection.portal.account"
    _description = "Account of a Customer in the Portal"

    @api.model
    def _get_customer(self, user):
        """Find whose account a user may see.

        :param user: res.users record
        :return: res.partner record, as superuser; empty for the public, and for our own
            people, who are no customers of their employer
        """
        customer = user.sudo().partner_id.commercial_partner_id
        if user._is_public() or not user.active:
            return customer.browse()
        own = self.env["res.company"].sudo().search([]).partner_id
        if not user.share and customer in own:
            return customer.browse()
        return customer

    @api.model
    def _get_companies(self, customer):
        """:return: res.company records with which the customer has an account"""
        if not customer:
            return self.env["res.company"]
        domain = [("partner_id", "=", customer.id)]
        rows = self.env["collection.exposure"].search(domain)
        cases = self.env["collection.case"].search(domain)
        return (rows.company_id | cases.company_id).sorted("id")

    @api.model
    def _get_rows(self, customer, company):
        """:return: collection.exposure records of a customer in a company, by due date;
        of entries in their own currency, the company's one first"""
        return self.env["collection.exposure"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
        )

    @api.model
    def _get_case(self, customer, company):
        """:return: the open collection.case of a customer in a company, or none"""
        return self.env["collection.case"]._find_open(customer, company)

    @api.model
    def _print_statement(self, customer, company):
        """Print the statement of account, also of a customer who has no case: nothing
        is open, or was posted after the last review.

        :return: name, bytes and kind of the document: "pdf"
        """
        cases = self.env["collection.case"].with_company(company)
        case = self._get_case(customer, company) or cases.search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)],
            order="id desc",
            limit=1,
        )
        if not case:
            case = cases.new(
                {
                    "name": customer.ref or customer.name,
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                }
            )
        # The document has the number of the customer where there is no case.
        number = case.id or customer.id
        values = self.env["collection.statement"]._prepare_cases(case)[case]
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "account_collections.action_report_case_statement",
            [number],
            data={"collection_values": {number: values}},
        )
        name = f"{values['subject']} {case.name}.{kind}".replace("/", "-")
        return name, content, kind

    @api.model
    def _get_free(self, row):
        """:return: what can still be promised of an item, in its currency"""
        taken = (
            row.amount_in_transit
            + row.amount_disputed
            + row.amount_promised
            + row.amount_planned
        )
        free = row.amount_residual_currency - taken
        return row.currency_id.round(max(free, 0.0))

    @api.model
    def _get_promisable(self, customer, company):
        """:return: the exposures that a new promise can cover: debts that no other
        promise, payment on its way or exclusion takes care of"""
        rows = self._get_rows(customer, company).filtered(
            lambda row: (
                row.status in ANSWERABLE
                and not row.amount_planned
                and self._get_free(row) > 0
            )
        )
        covered = self.env["collection.promise"].search(
            [
                ("item_ids.move_line_id", "in", rows.move_line_id.ids),
                ("state", "in", PENDING_STATES),
            ]
        )
        taken = covered.item_ids.move_line_id
        return rows.filtered(lambda row: row.move_line_id not in taken)

    @api.model
    def _get_overdue_moves(self, customer, company=None):
        """Find the invoices the customer is asked to pay now, here and in Odoo's list.

        :param customer: res.partner record
        :param company: restrict to this res.company; every one if None
        :return: account.move records with an overdue part that is not disputed,
            promised, held, nor being paid, nor covered by credits
        """
        domain = [("partner_id", "=", customer.id)]
        if company:
            domain.append(("company_id", "=", company.id))
        rows = self.env["collection.exposure"].search(domain)
        moves = self.env["account.move"]
        for own_company, own in rows.grouped("company_id").items():
            asked = self._get_asked(customer, own_company)
            moves |= own.filtered(
                lambda row, asked=asked: (
                    row.currency_id.id in asked and self._is_asked(row)
                )
            ).move_id
        return moves.filtered(lambda move: move.is_sale_document(include_receipts=True))

    @api.model
    def _is_asked(self, row):
        """:return: whether an item is overdue, and not covered by credits"""
        is_overdue = row.status == "open" and row.days_late > 0
        return is_overdue and not row.is_covered

    @api.model
    def _get_asked(self, customer, company):
        """:return: dict of what is asked for now, as the decision has it, per
        res.currency id"""
        statement = self.env["collection.decision.statement"]
        today = company.with_env(self.env)._get_collection_today()
        return statement._get_asked(company, today, customer.ids).get(customer.id, {})

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    @api.model
    def _get_values(self, customer, company, visitor, url=""):
        """Prepare the page of an account.

        :param customer: res.partner record
        :param company: res.company record
        :param visitor: res.partner who looks at it
        :param str url: of the account, if what leads further lies below it; if not,
            invoices have pages of their own
        :return: dict for the template ``portal_account``
        """
        rows = self._get_rows(customer, company)
        case = self._get_case(customer, company)
        groups = self._get_groups(rows, visitor, url)
        return {
            "company": company,
            "customer": customer,
            "case": case,
            "groups": groups,
            "can_promise": bool(self._get_promisable(customer, company)),
            "promises": case.promise_ids.filtered(
                lambda promise: promise.state in PENDING_STATES
            ),
            "plans": self._get_plans(customer, company),
            "settlements": self._get_settlements(customer, company),
            "disputes": self._get_disputes(customer, company),
            "letters": self._get_letters(customer, company),
            "is_stayed": any(row.status in STAYED for row in rows),
            "charges": self.env["collection.charge.table"]._get_of_rows(rows),
            **self._get_ways_to_pay(company, case, rows, groups),
        }

    @api.model
    def _get_ways_to_pay(self, company, case, rows, groups):
        """:return: dict of whom to ask, where to pay, what to quote, QR codes; what a
        bankruptcy stays is not asked for, so the page does not say how to pay it"""
        message = self.env["collection.message.composer"]
        moves = rows.filtered(lambda row: row.status == "open").move_id
        bank = message._get_bank(company, moves)
        is_due = any(row.status not in (*CREDITS, "stayed") for row in rows)
        is_all_stayed = bool(rows) and all(row.status in STAYED for row in rows)
        reference = message._get_pay_reference(case, moves)
        asked = {group["currency"].id: group["asked"] for group in groups}
        return {
            "codes": self.env["collection.payment.code"]._get_codes(
                company, rows.partner_id, bank, asked, reference
            ),
            "contact": message._get_contact(case) if case else {},
            "bank": bank if is_due else bank.browse(),
            "pay_reference": False if is_all_stayed else reference,
        }

    @api.model
    def _get_groups(self, rows, visitor, url=""):
        """:return: list of dicts per currency: currency, items, credits, ageing and
        amounts; what is asked for is net of credits where the policy nets"""
        listing = self.env["collection.open.item.list"]
        positions = listing._get_positions([rows])
        asked = self._get_asked(rows.partner_id, rows.company_id) if rows else {}
        has_credits = any(row.status in CREDITS for row in rows)
        groups = []
        for currency in listing._sort_currencies(rows):
            own = rows.filtered(lambda row, own=currency: row.currency_id == own)
            debts = own.filtered(lambda row: row.status not in CREDITS)
            items = [self._get_item(row, positions, url) for row in debts]
            overdue = sum(row.amount_due for row in own if row.days_late)
            groups.append(
                {
                    "currency": currency,
                    "items": items,
                    "is_stayed": all(item["is_stayed"] for item in items),
                    "credits": own - debts,
                    "ageing": self.env["collection.statement"]._get_ageing(
                        own, currency
                    ),
                    "open": sum(debts.mapped("amount_residual_currency")),
                    "overdue": overdue,
                    "asked": asked.get(currency.id, 0.0),
                    # Without credits, only the policy's tolerance asks for nothing.
                    "is_tolerated": bool(overdue) and not asked and not has_credits,
                    "credit": -sum((own - debts).mapped("amount_residual_currency")),
                    "balance": sum(own.mapped("amount_residual_currency")),
                    "can_pay": self._can_pay_online(debts, currency, visitor),
                }
            )
        return groups

    @api.model
    def _get_item(self, row, positions, url=""):
        """:return: dict of what the page shows of an open item"""
        listing, move = self.env["collection.open.item.list"], row.move_id
        is_invoice = move.is_sale_document(include_receipts=True)
        is_stayed = row.status in STAYED
        return {
            "row": row,
            "move": move,
            "number": move.name,
            "installment": listing._get_installment(positions.get(row.id)),
            "late": "" if is_stayed or row.is_covered else listing._get_late_text(row),
            "early": listing._get_early_text(row),
            "badges": self._get_badges(row),
            **(self._get_urls(row, url) if is_invoice else NO_URLS),
            "can_choose": row.status in ANSWERABLE,
            "is_asked": self._is_asked(row),
            "is_stayed": is_stayed,
        }

    @api.model
    def _get_urls(self, row, url):
        """:return: dict of the addresses of an invoice: itself, pay it, dispute it"""
        move = row.move_id
        if url:
            urls = {
                "url": f"{url}/invoice/{move.id}",
                "pay_url": f"{url}/pay/{row.currency_id.id}?item={row.id}",
                "dispute_url": f"{url}/invoice/{move.id}/dispute",
            }
        else:
            urls = {
                "url": move.get_portal_url(),
                "pay_url": move.get_portal_url(
                    query_string="&payment=True", anchor="portal_pay"
                ),
                "dispute_url": move.get_portal_url(suffix="/dispute"),
            }
        if row.status not in ANSWERABLE:
            urls["dispute_url"] = ""
        return urls

    @api.model
    def _get_preferences(self, person):
        """:return: dict of how a person wants to be contacted, as a form has it"""
        me = person.sudo()
        return {
            "channel": me.collection_channel,
            "hour_from": me.collection_hour_from,
            "hour_to": me.collection_hour_to,
        }

    @api.model
    def _get_badges(self, row):
        """:return: list of (text, color of Bootstrap) on the standing of an item"""
        if row.status in STAYED:
            return [(self.env._("Not being collected"), "light")]
        badges = []
        for amount, text, color in self._get_parts(row):
            if not row.currency_id.is_zero(amount):
                badges.append((f"{text}: {row.currency_id.format(amount)}", color))
        if row.status in ("held", "blocked", "excluded"):
            badges.append((self.env._("Being clarified"), "info"))
        elif row.is_covered:
            text = self.env._("Covered by your credits")
            amount = row.currency_id.format(row.amount_covered)
            badges.insert(0, (f"{text}: {amount}", "success"))
        elif row.status == "open" and row.days_late:
            badges.insert(0, (self.env._("Overdue"), "danger"))
        elif row.status == "open":
            badges.insert(0, (self.env._("Not due yet"), "light"))
        return badges

    @api.model
    def _get_parts(self, row):
        """:return: list of (amount, text, color) of what is not asked for of an item"""
        return [
            (row.amount_in_transit, self.env._("Payment on its way"), "success"),
            (row.amount_disputed, self.env._("In question"), "info"),
            (row.amount_promised, self.env._("Promised"), "info"),
            (row.amount_planned, self.env._("On installments"), "info"),
        ]

    @api.model
    def _get_disputes(self, customer, company):
        return self.env["collection.dispute"].search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("is_active", "=", True),
            ]
        )

    @api.model
    def _get_letters(self, customer, company):
        """:return: the latest messages that the customer has got from a company"""
        return self.env["collection.letter"].search(
            [
                ("customer_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("delivery_state", "in", SENT_STATES),
            ],
            limit=MESSAGES_SHOWN,
        )

    @api.model
    def _can_pay_online(self, rows, currency, visitor):
        """:return: whether Odoo's own payment form would offer a way to pay"""
        if not rows:
            return False
        parameters = self.env["ir.config_parameter"].sudo()
        if not str2bool(parameters.get_param("account_payment.enable_portal_payment")):
            return False
        providers = self.env["payment.provider"]._get_compatible_providers(
            rows.company_id.id,
            visitor.id,
            sum(rows.mapped("amount_residual_currency")),
            currency_id=currency.id,
        )
        return bool(
            self.env["payment.method"]._get_compatible_payment_methods(
                providers.ids, visitor.id, currency_id=currency.id
            )
        )

    @api.model
    def _get_settlements(self, customer, company):
        """:return: the settlements that are offered or in force"""
        return self.env["collection.settlement"].search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("state", "in", ("offered", "accepted")),
            ]
        )

    # ------------------------------------------------------------------
    # Installment plans
    # ------------------------------------------------------------------

    @api.model
    def _get_plans(self, customer, company):
        """:return: the plans that are proposed, offered or in force"""
        return self.env["collection.installment.plan"].search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("state", "in", SHOWN_PLAN_STATES),
            ]
        )
