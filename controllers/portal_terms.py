from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import MissingError
from odoo.http import request

from .portal import MAX_ID
from .signed_page import SignedPage

PAGE = SignedPage("collection.terms", ("offered", "signed", "declined", "ended"))


class CollectionPortalTerms(CustomerPortal):
    """The terms of a customer: read and sign them, and read the policy in writing."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_terms_count" in counters:
            values["collection_terms_count"] = PAGE.records.search_count(
                PAGE.get_domain()
            ) + len(self._get_policies())
        return values

    def _get_policies(self):
        """:return: the published policies of the visitor's company, as superuser"""
        # Policies are no customer's to read; what is published is one of their own.
        account = request.env["collection.portal.account"].sudo()
        customer = account._get_customer(request.env.user)
        cases = account.env["collection.case"].search(
            [("partner_id", "=", customer.id or 0), ("state", "!=", "closed")]
        )
        terms = PAGE.records.search(PAGE.get_domain())
        return (cases.policy_id | terms.policy_id).filtered("is_published")

    @http.route("/my/terms", type="http", auth="user", methods=["GET"], website=True)
    def portal_my_terms(self, **_kwargs):
        """List the terms of the visitor's company, and the published policies."""
        values = {
            **self._prepare_portal_layout_values(),
            "many_terms": PAGE.records.search(PAGE.get_domain()),
            "policies": self._get_policies(),
            "page_name": "collection_terms",
        }
        return PAGE.respond("portal_my_terms", values)

    @http.route(
        "/my/terms/policy/<int:policy_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_terms_policy(self, policy_id, **_kwargs):
        """Show a published policy, in the visitor's language."""
        policy = self._get_policies().filtered(lambda own: own.id == policy_id)
        if policy_id > MAX_ID or not policy:
            return request.redirect("/my/terms")
        policy = policy.with_context(lang=request.env.lang)
        reports = policy.with_company(policy.company_id).env["ir.actions.report"]
        report = "account_collections.action_report_policy"
        content = reports._render_collection_pdf(report, {policy.id: None})[policy.id]
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    @http.route(
        "/my/terms/<int:terms_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_terms(self, terms_id, access_token=None, error=None, **_kwargs):
        """Show terms, and the form to sign them while they wait for it."""
        try:
            terms = PAGE.find(terms_id, access_token)
        except MissingError:
            return request.redirect("/my")
        terms = terms.with_context(lang=request.env.lang)
        values = {
            **PAGE.get_values(terms, access_token, self._get_refusal(terms)),
            "page_name": "collection_terms",
            "terms": terms,
            "has_error": bool(error),
        }
        return PAGE.respond("portal_terms", values)

    def _get_refusal(self, terms):
        """:return: sentence on why the terms cannot be signed online, or False"""
        return terms._find_reason_against_signing(terms.document_sha256 or "")

    @http.route(
        "/my/terms/<int:terms_id>/document",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_terms_document(self, terms_id, access_token=None, **_kwargs):
        """Show the document: signed if it is, else as it was offered."""
        return PAGE.send_document(terms_id, access_token)

    @http.route(
        "/my/terms/<int:terms_id>/sign", type="jsonrpc", auth="public", website=True
    )
    def portal_terms_sign(self, terms_id, access_token=None, name=None, signature=None):
        """Take a signature; the address says which document was shown."""
        return PAGE.sign(terms_id, access_token, name, signature)

    @http.route(
        "/my/terms/<int:terms_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_terms_decline(self, terms_id, access_token=None, reason=None, **_kwargs):
        """Note that the customer does not sign, and tell who is responsible."""
        return PAGE.decline(
            terms_id, access_token, reason, lambda terms, why: terms._decline(why)
        )
