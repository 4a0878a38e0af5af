from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import MissingError
from odoo.http import request

from .signed_page import SignedPage

PER_PAGE = 20
PAGE = SignedPage(
    "collection.installment.plan",
    (
        "offered",
        "accepted",
        "active",
        "notice",
        "suspended",
        "completed",
        "defaulted",
        "declined",
        "expired",
        "void",
        "renegotiated",
        "cancelled",
    ),
)


class CollectionPortalPlan(CustomerPortal):
    """The page of an installment plan: read it, sign it, see what was paid."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_plan_count" in counters:
            values["collection_plan_count"] = PAGE.records.search_count(
                PAGE.get_domain()
            )
        return values

    @http.route(
        ["/my/plans", "/my/plans/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_plans(self, page=1, **_kwargs):
        """List the plans of the visitor's company."""
        domain, Plan = PAGE.get_domain(), PAGE.records
        pages = pager("/my/plans", Plan.search_count(domain), page=page, step=PER_PAGE)
        values = {
            **self._prepare_portal_layout_values(),
            "plans": Plan.search(domain, limit=PER_PAGE, offset=pages["offset"]),
            "page_name": "collection_installment_plan",
            "pager": pages,
            "default_url": "/my/plans",
        }
        return request.render("account_collections.portal_my_plans", values)

    @http.route(
        "/my/plans/<int:plan_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_plan(self, plan_id, access_token=None, error=None, **_kwargs):
        """Show a plan, and the form to sign it while it is offered."""
        try:
            plan = PAGE.find(plan_id, access_token)
        except MissingError:
            return request.redirect("/my")
        plan = plan.with_context(lang=request.env.lang)
        agreement = plan.env["collection.installment.agreement"]
        values = {
            **PAGE.get_values(
                plan, access_token, agreement._get_cannot_sign_reason(plan)
            ),
            "page_name": "collection_installment_plan",
            "plan": plan,
            "items": plan.item_ids.sorted(lambda item: (item.date_maturity, item.id)),
            "is_stayed": agreement._get_stay_reason(plan),
            "has_error": bool(error),
            **self._get_payment(plan),
        }
        return PAGE.respond("portal_plan", values)

    def _get_payment(self, plan):
        """:return: where to pay what is to be paid now, and what to quote"""
        if plan.state not in ("active", "notice", "defaulted"):
            return {}
        bank = plan.env["collection.message.composer"]._get_bank(
            plan.company_id, plan.item_ids.move_id
        )
        return {
            "bank": bank,
            "company": plan.company_id,
            "pay_reference": plan.name,
        }

    @http.route(
        "/my/plans/<int:plan_id>/document",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_plan_document(self, plan_id, access_token=None, **_kwargs):
        """Show the agreement: the signed one if there is one, else the offered one."""
        return PAGE.send_document(plan_id, access_token)

    @http.route(
        "/my/plans/<int:plan_id>/sign", type="jsonrpc", auth="public", website=True
    )
    def portal_plan_sign(self, plan_id, access_token=None, name=None, signature=None):
        """Take a signature; the address says which document was shown."""
        return PAGE.sign(plan_id, access_token, name, signature)

    @http.route(
        "/my/plans/<int:plan_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_plan_decline(self, plan_id, access_token=None, reason=None, **_kwargs):
        """Note that the customer does not want the offer, and notify the collector."""
        return PAGE.decline(plan_id, access_token, reason, self._decline_plan)

    def _decline_plan(self, plan, reason):
        plan._end("declined", reason)
        plan.case_id._add_task(request.env._("Offer of installments declined"), reason)
