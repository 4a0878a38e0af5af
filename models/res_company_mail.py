from odoo import api, fields, models


class ResCompany(models.Model):
    """The company's mail address for collections, and what a reply does."""

    _inherit = "res.company"

    collection_reply_days = fields.Integer(
        "Pause after a reply (days)",
        default=5,
        help="So long no step is taken by itself after a customer has written. Zero: no"
        " pause.",
    )
    collection_alias_id = fields.Many2one(
        "mail.alias", "Collections address", readonly=True, copy=False
    )
    collection_alias_name = fields.Char(
        "Collections mail address",
        compute="_compute_collection_alias_name",
        inverse="_inverse_collection_alias_name",
        help="Mail to this address lands on the sender's case; from an unknown sender,"
        " in the inbox.",
    )
    collection_responsible_id = fields.Many2one(
        "res.users",
        "Unknown senders",
        domain="[('share', '=', False)]",
        help="Gets a to-do for mail that belongs to no case. Empty: a collections"
        " manager.",
    )

    _collection_reply_valid = models.Constraint(
        "CHECK (collection_reply_days BETWEEN 0 AND 60)",
        "The pause after a reply is from 0 to 60 days.",
    )

    @api.depends("collection_alias_id.alias_name")
    def _compute_collection_alias_name(self):
        for company in self:
            # The alias is a technical record; its name is the company's own setting.
            company.collection_alias_name = (
                company.sudo().collection_alias_id.alias_name
            )

    def _inverse_collection_alias_name(self):
        for company in self:
            name = (company.collection_alias_name or "").strip()
            # Who may change the company's settings gives it an address.
            alias = company.sudo().collection_alias_id
            if alias:
                alias.alias_name = name or False
            elif name:
                company.sudo().collection_alias_id = alias.create(
                    company._prepare_collection_alias(name)
                )

    def _prepare_collection_alias(self, name):
        return {
            "alias_name": name,
            "alias_domain_id": self.alias_domain_id.id,
            "alias_model_id": self.env["ir.model"]._get_id("collection.case"),
            "alias_defaults": repr({"company_id": self.id}),
            "alias_contact": "everyone",
        }

    def _get_collection_responsible(self):
        """:return: res.users who deals with what belongs to no case"""
        self.ensure_one()
        if self.collection_responsible_id:
            return self.collection_responsible_id
        managers = (
            self.env.ref("account_collections.group_collection_manager")
            .sudo()
            .all_user_ids
        )
        return managers.filtered(
            lambda user: user.active and self in user.company_ids and not user.share
        )[:1] or self.env.ref("base.user_admin")
