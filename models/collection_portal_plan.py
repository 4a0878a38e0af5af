from odoo import Command, api, fields, models
from odoo.exceptions import UserError

# The plans that the customer has something to see or to do of.
SHOWN_STATES = ("approve", "offered", "accepted", "active", "notice", "suspended")


class CollectionPortal(models.AbstractModel):
    """Installments that a customer asks for himself.

    Within the limits of the policy the proposal is an offer at once, ready to be
    signed; above them a collections manager approves it first. No charge is added, and
    the schedule is the plan's own, so the preview and the offer cannot disagree.
    """

    _inherit = "collection.portal"

    @api.model
    def _preview_plan(self, customer, company, form):
        """Work out a proposal without making it.

        :param dict form: rows, mode, installment_count, installment_amount, rhythm,
            date_first, amount_down; checked already
        :return: dict: currency, total, lines (date, amount, is_down), and limit, the
            translated reason why it has to be approved, or False
        :raises UserError: when the terms make no schedule
        """
        case = self._get_account_case(customer, company, form["rows"])
        with self.env.cr.savepoint() as savepoint:
            plan = self.env["collection.plan"].create(
                self._prepare_plan_vals(case, form)
            )
            lines = plan.line_ids.sorted(lambda line: (line.date, line.id))
            preview = {
                "currency": plan.currency_id,
                "total": plan.amount,
                "lines": [(line.date, line.amount, line.is_down) for line in lines],
                "limit": self._get_plan_limit(plan),
            }
            self.env.flush_all()
            savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        return preview

    @api.model
    def _take_plan(self, customer, company, visitor, form):
        """Take down a proposal, and offer it at once if the policy allows it.

        :return: the collection.plan: offered, or waiting for approval
        :raises UserError: when the terms make no schedule, or a proposal is open
        """
        rows = form["rows"]
        case = self._get_account_case(customer, company, rows)
        if self._find_open_proposal(case):
            raise UserError(
                self.env._(
                    "There is a proposal already. Please sign it, or talk to us."
                )
            )
        contact = self._log_contact(case, rows.move_id, visitor, form, "plan_wanted")
        vals = self._prepare_plan_vals(case, form)
        plan = self.env["collection.plan"].create({**vals, "contact_id": contact.id})
        plan.action_offer()
        here = self._for_collector(case)
        title = (
            here.env._("Installments asked for in the portal: approve")
            if plan.state == "approve"
            else here.env._("Installments asked for in the portal: offered")
        )
        text = f"{plan.name}: {plan.currency_id.format(plan.amount)}"
        self._tell(case, title, visitor, form, text)
        return plan

    @api.model
    def _get_plan_limit(self, plan):
        reason = plan._get_cannot_offer_reason()
        if reason:
            raise UserError(reason)
        return plan._get_limit_exceeded()

    @api.model
    def _find_open_proposal(self, case):
        """:return: the plans of a case that wait to be approved or signed"""
        return self.env["collection.plan"].search(
            [("case_id", "=", case.id), ("state", "in", ("approve", "offered"))]
        )

    @api.model
    def _prepare_plan_vals(self, case, form):
        rows = form["rows"]
        items = case.item_ids.filtered(
            lambda item: item.move_line_id in rows.move_line_id
        )
        return {
            "case_id": case.id,
            "user_id": case._get_collector().id or self.env.uid,
            "is_portal": True,
            "currency_id": rows.currency_id.id,
            "item_ids": [Command.set(items.ids)],
            "mode": form["mode"],
            "installment_count": form["installment_count"],
            "installment_amount": form["installment_amount"],
            "rhythm": form["rhythm"],
            "date_first": form["date_first"],
            "amount_down": form["amount_down"],
            # Within a week, and not after the first installment.
            "date_down": min(
                fields.Date.add(case.company_id._get_collection_today(), days=7),
                form["date_first"],
            ),
            "note": form.get("note"),
        }


class CollectionPortalAccount(models.AbstractModel):
    """The plans on the page of an account."""

    _inherit = "collection.portal.account"

    @api.model
    def _get_plans(self, customer, company):
        """:return: the plans that are proposed, offered or in force"""
        return self.env["collection.plan"].search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("state", "in", SHOWN_STATES),
            ]
        )
