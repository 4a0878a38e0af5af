from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import MissingError
from odoo.http import request

from .signed_page import SignedPage

PAGE = SignedPage(
    "collection.settlement",
    (
        "offered",
        "accepted",
        "settled",
        "lapsed",
        "declined",
        "expired",
        "void",
        "cancelled",
    ),
)


class CollectionPortalSettlement(CustomerPortal):
    """The page of a settlement: read the offer, accept it, see what was paid."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_settlement_count" in counters:
            values["collection_settlement_count"] = PAGE.records.search_count(
                PAGE.get_domain()
            )
        return values

    @http.route(
        "/my/settlements", type="http", auth="user", methods=["GET"], website=True
    )
    def portal_my_settlements(self, **_kwargs):
        """List the offers that the visitor's company got."""
        values = {
            **self._prepare_portal_layout_values(),
            "settlements": PAGE.records.search(PAGE.get_domain()),
            "page_name": "collection_settlement",
        }
        return PAGE.respond("portal_my_settlements", values)

    @http.route(
        "/my/settlements/<int:settlement_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_settlement(
        self, settlement_id, access_token=None, error=None, **_kwargs
    ):
        """Show an offer, and the form to accept it while it is open."""
        try:
            settlement = PAGE.find(settlement_id, access_token)
        except MissingError:
            return request.redirect("/my")
        settlement = settlement.with_context(lang=request.env.lang)
        offer = settlement.env["collection.settlement.offer"]
        values = {
            **PAGE.get_values(settlement, access_token, offer._get_refusal(settlement)),
            "page_name": "collection_settlement",
            "settlement": settlement,
            "items": settlement.item_ids.sorted(
                lambda item: (item.date_maturity, item.id)
            ),
            "has_error": bool(error),
            "discount_text": settlement.state == "offered"
            and settlement.kind == "discount"
            and settlement.env["collection.settlement.discount"]._get_text(settlement),
            **self._get_settlement_payment(settlement),
        }
        return PAGE.respond("portal_settlement", values)

    def _get_settlement_payment(self, settlement):
        """:return: where to pay what was agreed, and what to quote"""
        is_open = settlement.kind == "discount" and settlement.state == "offered"
        if settlement.state != "accepted" and not is_open:
            return {}
        bank = settlement.env["collection.message.composer"]._get_bank(
            settlement.company_id, settlement.item_ids.move_id
        )
        return {
            "bank": bank,
            "company": settlement.company_id,
            "pay_reference": settlement.name
            if settlement.kind == "offer"
            else ", ".join(settlement.move_ids.mapped("name")),
        }

    @http.route(
        "/my/settlements/<int:settlement_id>/document",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_settlement_document(self, settlement_id, access_token=None, **_kwargs):
        """Show the letter: signed if it is, else as it was offered."""
        return PAGE.send_document(settlement_id, access_token)

    @http.route(
        "/my/settlements/<int:settlement_id>/sign",
        type="jsonrpc",
        auth="public",
        website=True,
    )
    def portal_settlement_sign(
        self, settlement_id, access_token=None, name=None, signature=None
    ):
        """Take a signature; the address says which document was shown."""
        return PAGE.sign(settlement_id, access_token, name, signature)

    @http.route(
        "/my/settlements/<int:settlement_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_settlement_decline(
        self, settlement_id, access_token=None, reason=None, **_kwargs
    ):
        """Note that the customer does not accept, and tell the collector."""
        return PAGE.decline(
            settlement_id,
            access_token,
            reason,
            lambda settlement, why: settlement._decline(why),
        )
