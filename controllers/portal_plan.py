from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .portal import MAX_ID
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

    Who may see it: a portal user of the plan's customer, or the holder of the link with
    its token. Everything that is written goes through the plan's own methods.
    """

    def _find_plan(self, plan_id, access_token):
        """Return a plan that the visitor may see, as superuser.

        :raises MissingError: for every other plan, existing or not
        """
        if plan_id > MAX_ID:
            raise MissingError(request.env._("This page does not exist."))
        plan = request.env["collection.plan"].sudo().browse(plan_id).exists()
        if not plan or plan.state not in SHOWN_STATES:
            raise MissingError(request.env._("This page does not exist."))
        if access_token and plan.access_token and self._fits(plan, access_token):
            return plan
        user = request.env.user
        own = user.partner_id.commercial_partner_id == plan.partner_id
        if user._is_public() or not own:
            raise MissingError(request.env._("This page does not exist."))
        return plan

    def _fits(self, plan, access_token):
        """:return: whether the token is that of the plan"""
        try:
            self._document_check_access(plan._name, plan.id, access_token)
        except AccessError:
            return False
        return True

    def _get_plan_domain(self):
        partner = request.env.user.partner_id.commercial_partner_id
        return [("partner_id", "=", partner.id), ("state", "in", SHOWN_STATES)]

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_plan_count" in counters:
            # The visitor's own plans only, see the domain.
            Plan = request.env["collection.plan"].sudo()
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
        Plan = request.env["collection.plan"].sudo()
        domain = self._get_plan_domain()
        pages = pager("/my/plans", Plan.search_count(domain), page=page, step=PAGE)
        values = {
            **self._prepare_portal_layout_values(),
            "plans": Plan.search(domain, limit=PAGE, offset=pages["offset"]),
            "page_name": "collection_plan",
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
        user = request.env.user
        values = {
            "page_name": "collection_plan",
            "plan": plan,
            "token": access_token,
            "is_signable": not plan._get_cannot_sign_reason(),
            "sign_url": self._get_url(plan, "sign", document=plan.document_sha256),
            "decline_url": self._get_url(plan, "decline"),
            "document_url": self._get_url(plan, "document"),
            "default_name": "" if user._is_public() else user.name,
            "has_error": bool(error),
        }
        response = request.render("account_collections.portal_plan", values)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _get_url(self, plan, suffix, **params):
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
        plan = plan.with_company(plan.company_id)
        try:
            with request.env.cr.savepoint():
                error = plan._sign(
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
        """Note that the customer does not want the offer, and tell the collector."""
        try:
            plan = self._find_plan(plan_id, access_token)
        except MissingError:
            return request.redirect("/my")
        reason = str(reason or "").replace("\x00", "").strip()[:MAX_TEXT]
        if plan.state != "offered" or not reason:
            return request.redirect(plan.get_portal_url(query_string="&error=1"))
        plan = plan.with_company(plan.company_id)
        plan._end("declined", reason)
        plan.case_id._add_task(request.env._("Offer of installments declined"), reason)
        return request.redirect(plan.get_portal_url())
