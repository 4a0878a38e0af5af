from odoo import api, fields, models
from odoo.tools import format_date


class CollectionClaim(models.Model):
    """What the screen of a claim says and opens."""

    _inherit = "collection.claim"

    date_bar = fields.Date(
        "Deadline", compute="_compute_date_bar", help="For filing, from the case file."
    )
    is_late = fields.Boolean("Late", compute="_compute_date_bar")
    late_text = fields.Char(compute="_compute_date_bar")
    changes_html = fields.Html(
        "What changed", compute="_compute_changes_html", sanitize=False
    )
    distribution_count = fields.Integer(compute="_compute_distribution_count")

    @api.depends("bankruptcy_id.date_claim", "date_filed", "chapter")
    @api.depends_context("lang", "collection_as_of")
    def _compute_date_bar(self):
        for claim in self:
            claim.date_bar = claim.bankruptcy_id.date_claim
            today = claim.company_id._get_collection_today()
            # An amendment counts from the day its first version was filed.
            filed = claim._get_first().date_filed or claim.date_filed or today
            claim.is_late = bool(claim.date_bar and filed > claim.date_bar)
            claim.late_text = claim.is_late and claim._get_late_text()

    def _get_first(self):
        """:return: the version that was filed first"""
        first = self
        while first.previous_id:
            first = first.previous_id
        return first

    def _get_late_text(self):
        """:return: what it means to file late (11 U.S.C. 502(b)(9), 726(a))"""
        if self.chapter == "7":
            return self.env._(
                "Filed after the deadline, a claim in chapter 7 is paid after those"
                " filed in time, unless the delay is excused."
            )
        if self._is_american():
            return self.env._(
                "Filed after the deadline, a claim is disallowed if somebody objects,"
                " unless the court extends the time. Ask counsel; filing it is still"
                " possible."
            )
        return self.env._(
            "Filed after the deadline, a claim may cost a fee, rank behind, or miss"
            " distributions already made. Ask the office-holder; filing it is still"
            " possible."
        )

    def _compute_distribution_count(self):
        for claim in self:
            claim.distribution_count = len(claim.distribution_ids)

    @api.depends("previous_id", "amount_total", "line_ids.amount")
    @api.depends_context("lang")
    def _compute_changes_html(self):
        for claim in self:
            claim.changes_html = claim.previous_id and claim._render_claim_table(
                "collection_claim_changes", claim._get_changes()
            )

    def _get_changes(self):
        """Compare with the version that this one amends.

        :return: list of dicts: label, before, after
        """
        before, rows = self.previous_id, []
        for name in (
            "date_petition",
            "amount_total",
            "amount_principal",
            "amount_interest",
            "amount_charges",
            "amount_secured",
            "amount_priority",
            "amount_goods",
            "amount_unsecured",
            "basis",
        ):
            texts = [claim._get_text(name) for claim in (before, self)]
            if texts[0] != texts[1]:
                label = self._fields[name]._description_string(self.env)
                rows.append({"label": label, "before": texts[0], "after": texts[1]})
        return rows + self._get_changed_lines()

    def _get_changed_lines(self):
        amounts = [
            {
                (line.move_line_id.id or line.name): (line.name, line.amount)
                for line in claim.line_ids
            }
            for claim in (self.previous_id, self)
        ]
        rows = []
        for key in dict.fromkeys([*amounts[0], *amounts[1]]):
            pair = [own.get(key) for own in amounts]
            if pair[0] == pair[1]:
                continue
            name = (pair[0] or pair[1])[0]
            texts = [
                (each and self.currency_id.format(each[1])) or "-" for each in pair
            ]
            rows.append({"label": name, "before": texts[0], "after": texts[1]})
        return rows

    def _get_text(self, name):
        """:return: the value of a field as people read it"""
        field, value = self._fields[name], self[name]
        if field.type == "monetary":
            return self[field.get_currency_field(self)].format(value)
        if field.type == "date":
            return self._format_date(value)
        return value or "-"

    def _format_date(self, day):
        """:return: a date, or its ISO text, in the format of the language"""
        return format_date(self.env, day) if day else ""

    def _get_reconciliation_rows(self):
        """:return: list of dicts of texts: way from today's ledger to the claim"""
        labels = self._get_reconciliation_labels()
        rows = []
        for row in self.reconciliation or []:
            currency = self.env["res.currency"].browse(row["currency"])
            rows.append(
                {
                    "label": labels[row["kind"]],
                    "amount": currency.format(row["amount"]),
                    "is_total": row["kind"].startswith("total"),
                    "entries": [
                        {
                            "name": entry["name"],
                            "date": self._format_date(entry["date"]),
                            "amount": currency.format(entry["amount"]),
                        }
                        for entry in row.get("entries", [])
                    ],
                }
            )
        return rows + self._get_claim_rows()

    def _get_claim_rows(self):
        """:return: last rows of that table: what was added by hand, and the claim"""
        added = self.line_ids.filtered(lambda line: not line.move_line_id)
        return [
            *(
                {
                    "label": self.env._("+ %s, in no invoice", line.name),
                    "amount": self.currency_id.format(line.amount),
                    "is_total": False,
                    "entries": [],
                }
                for line in added
            ),
            {
                "label": self.env._("Claim"),
                "amount": self.currency_id.format(self.amount_total),
                "is_total": True,
                "entries": [],
            },
        ]

    @api.model
    def _get_reconciliation_labels(self):
        return {
            "today": self.env._("Open in the ledger on the day it was read"),
            "settled_payment": self.env._("+ Paid after the petition date"),
            "settled_refund": self.env._("+ Credited after the petition date"),
            "settled_exchange": self.env._("+ Exchange differences booked after it"),
            "settled_invoice": self.env._("+ Credits matched with later invoices"),
            "settled_other": self.env._("+ Settled by other entries after it"),
            "posted_payment": self.env._("- Payments received after it, not matched"),
            "posted_refund": self.env._("- Credit notes of after it, still open"),
            "posted_exchange": self.env._(
                "- Exchange differences of after it, still open"
            ),
            "posted_invoice": self.env._(
                "- Invoiced after the petition date, still open"
            ),
            "posted_other": self.env._("- Other entries of after it, still open"),
            "total_booked": self.env._("= Open in the books on the petition date"),
            "rate": self.env._("± From the booked rates to those of the petition date"),
            "total_petition": self.env._("= Open on the petition date, at its rates"),
            "total_converted": self.env._(
                "= The same in the currency of the proceedings"
            ),
        }

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    @api.model
    def _get_window(self, domain, **context):
        """:return: action that lists claims"""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_claim_action"
            ),
            "domain": domain,
            "context": context,
        }

    def _open_step(self, step):
        """:return: action that asks what a step needs to know"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["collection.claim.step"]
                ._fields["step"]
                ._description_selection(self.env)
            )[step],
            "res_model": "collection.claim.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_claim_id": self.id, "default_step": step},
        }

    def action_open_file(self):
        """Ask when, how and under which number it was filed."""
        return self._open_step("file")

    def action_open_object(self):
        """Ask what was objected, and by when to answer."""
        return self._open_step("object")

    def action_open_decide(self):
        """Ask what the court allowed."""
        return self._open_step("decide")

    def action_open_amend(self):
        """Ask why it is amended."""
        return self._open_step("amend")

    def action_open_transfer(self):
        """Ask to whom it was transferred."""
        return self._open_step("transfer")

    def action_open_withdraw(self):
        """Ask why it is withdrawn."""
        return self._open_step("withdraw")

    def action_view_bankruptcy(self):
        """Open the case file."""
        self.ensure_one()
        return self.bankruptcy_id._get_records_action()

    def action_view_previous(self):
        """Open the version that this one amends."""
        self.ensure_one()
        return self.previous_id._get_records_action()

    def action_view_next(self):
        """Open the amendment of this version."""
        self.ensure_one()
        return self.next_ids._get_records_action()

    def action_view_distributions(self):
        """Open the distributions of this claim."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_claim_distribution_action"
            ),
            "domain": [("claim_id", "=", self.id)],
            "context": {"default_claim_id": self.id},
        }
