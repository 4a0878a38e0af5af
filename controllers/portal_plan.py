from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import MissingError, UserError
from odoo.http import request

from .portal import MAX_ID, is_token_of
from .portal_form import MAX_TEXT

PAGE = 20
# What a customer gets to see: not drafts, nor what waits for a manager.
SHOWN_STATES = (
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
)


class CollectionPortalPlan(CustomerPortal):
    """The page of an installment plan: read it, sign it, see what was paid.

    Who may see it: a portal user of the plan's customer, the holder of the link with
    its token, and our own people who may read the plan. Everything that is written goes
    through the plan's own methods.
    """

    def _find_plan(self, plan_id, access_token):
        """Return a plan that the visitor may see, as superuser.

        :raises MissingError: for every other plan, existing or not
        """
        if plan_id > MAX_ID:
            raise MissingError(request.env._("This page does not exist."))
        plan = (
            request.env["collection.installment.plan"].sudo().browse(plan_id).exists()
        )
        if not plan or plan.state not in SHOWN_STATES or not plan.date_offered:
            raise MissingError(request.env._("This page does not exist."))
        if is_token_of(plan, access_token):
            return plan
        # Our own people look at it; they cannot sign, see ``_may_act``.
        is_reader = not request.env.user.share and plan.with_user(
            request.env.user
        ).has_access("read")
        if not (is_reader or self._is_own(plan)):
            raise MissingError(request.env._("This page does not exist."))
        return plan

    def _get_customer(self):
        """:return: the customer whose plans the visitor may see, none for the public"""
        # Says only whose account it is, by the one rule of the whole portal.
        account = request.env["collection.portal.account"].sudo()
        return account._get_customer(request.env.user)

    def _is_own(self, plan):
        customer = self._get_customer()
        return bool(customer) and customer == plan.partner_id

    def _may_act(self, plan):
        """:return: whether the visitor may sign or decline: a customer, not one of our
        own people, and not too many times in an hour"""
        user = request.env.user
        if not user.share:
            return False
        who = f"{plan._name} {plan.id}" if user._is_public() else f"user {user.id}"
        return request.env["collection.portal.rate.limit"].sudo()._count(who)

    def _get_plan_domain(self):
        return [
            ("partner_id", "=", self._get_customer().id or 0),
            ("state", "in", SHOWN_STATES),
            ("date_offered", "!=", False),
        ]

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_plan_count" in counters:
            # The visitor's own plans only, see the domain.
            Plan = request.env["collection.installment.plan"].sudo()
            values["collection_plan_count"] = Plan.search_count(self._get_plan_domain())
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
        Plan = request.env["collection.installment.plan"].sudo()
        domain = self._get_plan_domain()
        pages = pager("/my/plans", Plan.search_count(domain), page=page, step=PAGE)
        values = {
            **self._prepare_portal_layout_values(),
            "plans": Plan.search(domain, limit=PAGE, offset=pages["offset"]),
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
            plan = self._find_plan(plan_id, access_token)
        except MissingError:
            return request.redirect("/my")
        plan = plan.with_context(lang=request.env.lang)
        agreement = plan.env["collection.installment.agreement"]
        user, cannot_sign = request.env.user, agreement._get_cannot_sign_reason(plan)
        values = {
            "page_name": "collection_installment_plan",
            "plan": plan,
            "items": plan.item_ids.sorted(lambda item: (item.date_maturity, item.id)),
            "token": access_token,
            "cannot_sign": cannot_sign,
            "is_stayed": agreement._get_stay_reason(plan),
            "is_signable": user.share and not cannot_sign,
            "is_own": self._is_own(plan),
            "sign_url": self._get_url(plan, "sign", document=plan.document_sha256),
            "decline_url": self._get_url(plan, "decline"),
            "document_url": self._get_url(plan, "document"),
            "default_name": "" if user._is_public() else user.name,
            "has_error": bool(error),
            **self._get_payment(plan),
        }
        response = request.render("account_collections.portal_plan", values)
        response.headers["Cache-Control"] = "no-store"
        return response

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

    def _get_url(self, plan, suffix, **params):
        if not request.env.user.share:
            return f"{plan.access_url}/{suffix}"
        query = "".join(f"&{key}={value}" for key, value in params.items())
        return plan.get_portal_url(suffix=f"/{suffix}", query_string=query)

    @http.route(
        "/my/plans/<int:plan_id>/document",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_plan_document(self, plan_id, access_token=None, **_kwargs):
        """Show the agreement: the signed one if there is one, else the offered one."""
        try:
            plan = self._find_plan(plan_id, access_token)
        except MissingError:
            return request.redirect("/my")
        document = plan.signed_document_id or plan.document_id
        if not document:
            return request.redirect(plan.get_portal_url())
        stream = request.env["ir.binary"]._get_stream_from(document)
        response = stream.get_response(as_attachment=False)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @http.route(
        "/my/plans/<int:plan_id>/sign", type="jsonrpc", auth="public", website=True
    )
    def portal_plan_sign(self, plan_id, access_token=None, name=None, signature=None):
        """Take a signature; the address says which document was shown."""
        args = request.httprequest.args
        access_token = access_token or args.get("access_token")
        try:
            plan = self._find_plan(plan_id, access_token)
        except MissingError:
            return {"error": request.env._("This page does not exist.")}
        if not self._may_act(plan):
            return {
                "error": request.env._("You cannot sign here now. Please try later.")
            }
        plan = plan.with_company(plan.company_id)
        agreement = plan.env["collection.installment.agreement"]
        try:
            with request.env.cr.savepoint():
                error = agreement._sign(
                    plan,
                    name if isinstance(name, str) else "",
                    signature,
                    str(args.get("document") or ""),
                    request.httprequest.remote_addr,
                    request.httprequest.user_agent.string,
                )
        except UserError as refusal:
            error = str(refusal)
        if error:
            return {"error": error}
        return {
            "force_refresh": True,
            "redirect_url": plan.get_portal_url(query_string="&message=signed"),
        }

    @http.route(
        "/my/plans/<int:plan_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_plan_decline(self, plan_id, access_token=None, reason=None, **_kwargs):
        """Note that the customer does not want the offer, and notify the collector."""
        try:
            plan = self._find_plan(plan_id, access_token)
        except MissingError:
            return request.redirect("/my")
        reason = str(reason or "").replace("\x00", "").strip()[:MAX_TEXT]
        if not self._may_act(plan):
            return request.redirect(plan.get_portal_url(query_string="&error=1"))
        if plan.state != "offered" or not reason:
            return request.redirect(plan.get_portal_url(query_string="&error=1"))
        plan = plan.with_company(plan.company_id)
        plan._end("declined", reason)
        plan.case_id._add_task(request.env._("Offer of installments declined"), reason)
        return request.redirect(plan.get_portal_url())
