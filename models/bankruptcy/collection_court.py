from odoo import fields, models


class CollectionCourt(models.Model):
    """A court where insolvencies are filed.

    The bankruptcy courts of the United States are shipped; any other is added when it
    is first met. Collectors add courts, because a stay must not wait for one; managers
    change them.
    """

    _name = "collection.court"
    _description = "Insolvency Court"
    _order = "is_us desc, name"
    _rec_names_search = ["name", "code", "city"]

    name = fields.Char(required=True)
    code = fields.Char(
        help="The court's short name in its filing system, such as deb for Delaware."
    )
    locator_code = fields.Char(
        "Case locator code", help="The court's code in the PACER Case Locator."
    )
    is_us = fields.Boolean(
        "United States bankruptcy court",
        help="Case numbers and deadlines follow the federal rules.",
    )
    country_id = fields.Many2one("res.country")
    street = fields.Char()
    zip = fields.Char()
    city = fields.Char()
    website = fields.Char()
    note = fields.Text(help="How claims are filed there, opening hours, and so on.")
    active = fields.Boolean(default=True)
    bankruptcy_count = fields.Integer(
        "Bankruptcies", compute="_compute_bankruptcy_count"
    )

    _code_unique = models.Constraint(
        "UNIQUE (code)", "There is already a court with this code."
    )

    def _compute_bankruptcy_count(self):
        counts = dict(
            self.env["collection.bankruptcy"]._read_group(
                [("court_id", "in", self.ids)], ["court_id"], ["__count"]
            )
        )
        for court in self:
            court.bankruptcy_count = counts.get(court, 0)

    def action_view_bankruptcies(self):
        """Open the bankruptcies at this court."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_bankruptcy_action"
            ),
            "domain": [("court_id", "=", self.id)],
            "context": {"default_court_id": self.id},
        }
