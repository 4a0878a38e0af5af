from odoo import api, fields, models
from odoo.tools import format_amount, format_date


class CollectionBankruptcy(models.Model):
    """What the screens say of a bankruptcy, and where its buttons lead."""

    _inherit = "collection.bankruptcy"

    case_ids = fields.Many2many(
        "collection.case", compute="_compute_case_ids", string="Collection cases"
    )
    case_count = fields.Integer("Cases", compute="_compute_case_ids")
    amount_text = fields.Char(
        "Owed before the petition",
        compute="_compute_case_ids",
        help="Per company, as the last review found it in the ledger.",
    )
    related_partner_ids = fields.Many2many(
        "res.partner",
        compute="_compute_related_partner_ids",
        string="Parent and sister companies",
        help="The stay does not cover them; they are collected from as before.",
    )
    joint_ids = fields.Many2many(
        "collection.bankruptcy",
        compute="_compute_joint_ids",
        string="Joint debtors",
        help="Others in the same court and case number, each with a stay of its own:"
        " spouses who filed jointly, or a number that was mistyped.",
    )
    attempt_count = fields.Integer("Blocked", compute="_compute_counts")
    proposal_count = fields.Integer("Proposals", compute="_compute_counts")
    banner = fields.Char(compute="_compute_banner")

    @api.depends("partner_id", "state")
    @api.depends_context("allowed_company_ids")
    def _compute_case_ids(self):
        Case = self.env["collection.case"]
        cases = Case.search(
            [("partner_id", "in", self.partner_id.ids), ("state", "!=", "closed")]
        )
        by_customer = cases.grouped("partner_id")
        for bankruptcy in self:
            own = by_customer.get(bankruptcy.partner_id, Case)
            bankruptcy.case_ids = own
            bankruptcy.case_count = len(own)
            bankruptcy.amount_text = ", ".join(
                format_amount(self.env, case.amount_stayed, case.currency_id)
                for case in own
                if case.amount_stayed
            )

    @api.depends("partner_id")
    def _compute_related_partner_ids(self):
        """The parent company, the other companies below it, and those below the debtor:
        each is a debtor of its own."""
        Partner = self.env["res.partner"]
        for bankruptcy in self:
            debtor = bankruptcy.partner_id
            near = debtor.parent_id | debtor.parent_id.child_ids | debtor.child_ids
            own = Partner.browse(near.ids).filtered(
                lambda row, debtor=debtor: (
                    row.is_company and row.commercial_partner_id != debtor
                )
            )
            bankruptcy.related_partner_ids = own

    @api.depends("court_id", "case_key", "state")
    def _compute_joint_ids(self):
        for bankruptcy in self:
            bankruptcy.joint_ids = bankruptcy.case_key and self.search(
                [
                    ("id", "!=", bankruptcy._origin.id),
                    ("court_id", "=", bankruptcy.court_id.id),
                    ("case_key", "=", bankruptcy.case_key),
                    ("state", "not in", ("refuted", "mistake")),
                ]
            )

    @api.depends("attempt_ids", "event_ids.state")
    def _compute_counts(self):
        attempts = self.env["collection.blocked.attempt"]._read_group(
            [("bankruptcy_id", "in", self.ids)], ["bankruptcy_id"], ["__count"]
        )
        counts = {bankruptcy.id: count for bankruptcy, count in attempts}
        for bankruptcy in self:
            bankruptcy.attempt_count = counts.get(bankruptcy._origin.id, 0)
            bankruptcy.proposal_count = len(
                bankruptcy.event_ids.filtered(lambda event: event.state == "proposed")
            )

    @api.depends("state", "date_petition", "chapter", "case_number", "court_id")
    @api.depends_context("lang")
    def _compute_banner(self):
        for bankruptcy in self:
            bankruptcy.banner = bankruptcy._get_banner()

    def _get_banner(self):
        """:return: translated sentences: what must not be done, and what may"""
        if self.state == "rumor":
            return self.env._(
                "Rumor of an insolvency. Nothing is stopped until it is confirmed."
            )
        if not self.stops_collection:
            return False
        if self.state != "open":
            return self.env._(
                "%s What was owed before the petition is not collected any more: it is"
                " proposed for write-off. What was posted later is collected as usual.",
                self._get_standing_text(),
            )
        return self.env._(
            "%s Do not call, write, charge interest, set off or refer anything that was"
            " owed up to that day. Allowed: the claim, writing to trustee or counsel,"
            " and new business on new terms.",
            self._get_standing_text(),
        )

    def _get_standing_text(self):
        """:return: translated sentence on court, chapter and day of the petition"""
        states = dict(self._fields["state"]._description_selection(self.env))
        chapters = dict(self._fields["chapter"]._description_selection(self.env))
        parts = [
            chapters.get(self.chapter, "").partition(":")[0]
            if self.chapter != "foreign"
            else "",
            self.court_id.name,
            self.case_number,
        ]
        return self.env._(
            "Bankruptcy (%(state)s): %(where)s; petition of %(date)s.",
            state=states.get(self.state, ""),
            where=", ".join(part for part in parts if part),
            date=format_date(self.env, self.date_petition) or "?",
        )

    def _get_refusal_text(self):
        """:return: translated text shown to whoever tries what the stay forbids"""
        noted = self.env._("This attempt has been noted.")
        return f"{self._get_stay_text()} {noted}"

    def _get_stay_text(self):
        """:return: translated text: what the stay forbids, and what it allows"""
        return self.env._(
            "%(customer)s is bankrupt (petition of %(date)s). What was owed up to that"
            " day must not be collected: no call, message or letter, no interest, no"
            " set-off, no referral. Write to the trustee or to counsel, or file the"
            " claim.",
            customer=self.partner_id.name,
            date=format_date(self.env, self.date_petition),
        )

    def action_confirm(self):
        """The rumor is true: court and day of the petition are known."""
        self.ensure_one()
        self.env["collection.bankruptcy.event"].create(
            {"bankruptcy_id": self.id, "kind": "confirmed"}
        )

    def action_open_event(self):
        """Ask what happened: conversion, end, another day of the petition."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_bankruptcy_event_action_new"
        )
        kind = "refuted" if self.state == "rumor" else False
        return {
            **action,
            "context": {"default_bankruptcy_id": self.id, "default_kind": kind},
        }

    def action_view_cases(self):
        """Open the collection cases of the debtor."""
        self.ensure_one()
        return self.case_ids._get_records_action(name=self.env._("Cases"))

    def action_view_partner(self):
        """Open the debtor."""
        self.ensure_one()
        return self.partner_id._get_records_action()
