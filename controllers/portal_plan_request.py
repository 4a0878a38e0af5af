import math
from datetime import date, timedelta

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.portal.collection_portal_rate_limit import PREVIEWS_PER_HOUR
from .portal_account import FORM_ROUTE, URL, CollectionPortalAccount
from .portal_form import MAX_DAYS

MODES = ("count", "amount")
RHYTHMS = ("weekly", "fortnightly", "monthly")
MAX_COUNT = 60


class CollectionPortalPlanRequest(CollectionPortalAccount):
    """Ask for installments: see what the terms mean, then propose them.

    Without JavaScript a button shows the schedule; with it, it is shown while typing.
    Both come from the server.
    """

    @http.route(f"{URL}/<int:company_id>/plan", auth="user", **FORM_ROUTE)
    def portal_collection_account_plan(self, company_id, **raw):
        """Propose to pay in installments."""
        return self._request_plan(self._open_account(company_id), raw)

    def _request_plan(self, account, raw):
        if self._get_proposal(account):
            return request.redirect(account.url)
        return self._answer_account(account, raw, "plan")

    @http.route(
        f"{URL}/<int:company_id>/plan/preview",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_collection_plan_preview(self, company_id, **raw):
        """Answer the schedule of what is filled in, as a piece of the page."""
        return self._preview_plan(self._open_account(company_id), raw)

    def _preview_plan(self, account, raw):
        form = self._make_form(account, raw)
        self._read_terms(form, self._get_choices(account, "plan"), account)
        values = {"form": raw, "errors": form.errors}
        values["preview"] = self._preview(account, form)
        return self._respond("portal_plan_preview", values)

    def _answer_account(self, account, raw, kind):
        if kind != "plan" or not raw.get("preview"):
            return super()._answer_account(account, raw, kind)
        # The button that only shows the schedule.
        rows = self._get_choices(account, kind)
        form = self._make_form(account, raw)
        self._read_terms(form, rows, account)
        form.preview = self._preview(account, form)
        return self._show_form(account, form, kind, rows)

    def _preview(self, account, form):
        """:return: the schedule of a form; None, and an error, when there is none"""
        sender = f"preview {self._get_sender(account)}"
        posts = account.env["collection.portal.rate.limit"]
        if not posts._count(sender, PREVIEWS_PER_HOUR):
            form.refuse()
        if form.errors:
            return None
        try:
            with request.env.cr.savepoint():
                portal = account.env["collection.portal"]
                return portal._preview_plan(
                    account.customer, account.company, form.values
                )
        except UserError as error:
            form.errors["terms"] = str(error)
        return None

    def _get_proposal(self, account):
        case = account.service._get_case(account.customer, account.company)
        return account.env["collection.portal"]._find_open_proposal(case)

    def _get_choices(self, account, kind):
        if kind == "plan":
            service = account.service
            return service._get_promisable(account.customer, account.company)
        return super()._get_choices(account, kind)

    def _preselect(self, rows, kind):
        chosen = super()._preselect(rows, kind)
        if kind != "plan":
            return chosen
        # A plan is in one currency; the company's own first.
        own = chosen.filtered(lambda row: row.currency_id == row.company_currency_id)
        first = (own or chosen)[:1].currency_id
        return chosen.filtered(lambda row: row.currency_id == first)

    def _get_recorders(self, portal):
        return {**super()._get_recorders(portal), "plan": portal._create_plan}

    def _get_done_url(self, account, kind):
        proposal = self._get_proposal(account) if kind == "plan" else None
        if proposal and proposal[0].state == "offered":
            return proposal[0].get_portal_url()
        return super()._get_done_url(account, kind)

    def _get_form_choices(self, account):
        values = super()._get_form_choices(account)
        fields = request.env["collection.installment.plan"]._fields
        labels = dict(fields["rhythm"]._description_selection(request.env))
        values["rhythms"] = [(key, labels[key]) for key in RHYTHMS]
        case = account.service._get_case(account.customer, account.company)
        values["policy"] = case.policy_id
        values["in_a_month"] = values["today"] + timedelta(days=30)
        return values

    # ------------------------------------------------------------------
    # What was filled in
    # ------------------------------------------------------------------

    def _read_account_plan(self, form, rows, account):
        self._read_name(form)
        form.read_text("note")
        self._read_terms(form, rows, account)

    def _read_terms(self, form, rows, account):
        form.read_rows(rows, required=True)
        if len(form.values["rows"].currency_id) > 1:
            form.errors["item"] = form.env._("Please choose one currency only.")
        form.read_choice("mode", MODES)
        form.read_choice("rhythm", RHYTHMS)
        by_count = form.values["mode"] == "count"
        form.values["installment_count"] = self._read_count(form) if by_count else 0
        self._read_amounts(form, by_count)
        self._read_first(form, account)

    def _read_count(self, form):
        text = str(form.raw.get("installment_count") or "")
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        if not 1 <= count <= MAX_COUNT:
            form.errors["installment_count"] = form.env._(
                "Please enter a number from 1 to %s.", MAX_COUNT
            )
        return count

    def _read_amounts(self, form, by_count):
        needed = () if by_count else ("installment_amount",)
        for name in ("installment_amount", "amount_down"):
            try:
                amount = float(str(form.raw.get(name) or "0").strip())
            except ValueError:
                amount = math.nan
            if not 0 <= amount < 1e12 or (name in needed and not amount):
                form.errors[name] = form.env._("Please enter an amount above zero.")
                amount = 0.0
            form.values[name] = amount
        if by_count:
            form.values["installment_amount"] = 0.0

    def _read_first(self, form, account):
        today = account.company._get_collection_today()
        try:
            day = date.fromisoformat(str(form.raw.get("date_first") or ""))
        except ValueError:
            day = today - timedelta(days=1)
        if not today <= day <= today + timedelta(days=MAX_DAYS):
            form.errors["date_first"] = form.env._(
                "Please choose a day from today on, within a year."
            )
        form.values["date_first"] = day
