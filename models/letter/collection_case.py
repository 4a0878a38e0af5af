from odoo import api, fields, models
from odoo.tools import format_date


class CollectionCase(models.Model):
    """What has become of the last letter of a case."""

    _inherit = "collection.case"

    delivery_problem = fields.Char(compute="_compute_delivery_problem")
    link_opened_text = fields.Char(
        "Account opened",
        compute="_compute_link_opened_text",
        help="How often the customer has looked at the account by a message's link.",
    )

    @api.depends("letter_ids.delivery_state")
    def _compute_delivery_problem(self):
        for case in self:
            letter = case.letter_ids.sorted("id", reverse=True)[:1]
            case.delivery_problem = (
                letter._get_problem_text()
                if letter and case.state != "closed"
                else False
            )

    def _compute_link_opened_text(self):
        found = self._find_by_customer("collection.account.link")
        for case in self:
            opened = found[case].filtered("open_count")
            case.link_opened_text = opened and self._describe_opened(opened)

    @api.model
    def _describe_opened(self, links):
        """:return: how often links were opened, and when last, in words"""
        count = sum(links.mapped("open_count"))
        last = format_date(self.env, max(links.mapped("date_opened")))
        if count == 1:
            return self.env._("once, on %s", last)
        return self.env._("on %(count)s days, last on %(day)s", count=count, day=last)

    def action_view_links(self):
        """Open the links to the account that the customer was sent."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_account_link_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return action

    def action_revoke_links(self):
        """Let no link open the account of these customers any more."""
        self.check_access("write")
        links = self.env["collection.account.link"].union(
            *self._find_by_customer("collection.account.link").values()
        )
        links.action_revoke()
        return self._notify(
            "success",
            self.env._(
                "The links sent so far no longer open the account. Messages that are"
                " sent from now on have new ones."
            ),
        )

    def _send_account_link(self, contact):
        """Send a contact a new link to the account, as they asked for: no attempt of
        ours.

        :param contact: res.partner record of the customer
        :raises UserError: when a stay forbids it
        """
        notice = self.env["collection.customer.notice"]
        lang = self.env["collection.message.composer"]._choose_lang(
            contact, self.partner_id, self.company_id.partner_id
        )
        template = self.env.ref("account_collections.mail_template_account_link")
        subject, words = notice._render_words(self, template, lang)
        moves = self.env["account.move"]
        notice._send_words(
            self, contact, lang, moves, subject, words, outcome="link_sent"
        )
