from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CollectionStay(models.AbstractModel):
    """What a bankruptcy stops: the one place that knows.

    A receivable item is stayed when its customer has a bankruptcy that stops collection
    and it is dated up to the day of the petition. Stayed items stay in the customer's
    case, but count nothing there: the case goes on with what was posted later. One case
    instead of two keeps one collector, one log and one worklist entry per customer, and
    lifting a stay, or another day of the petition, moves no record: the same items are
    read differently, and each resumes at the stage it had.

    The day of the petition itself counts as before it: hours are not known, and what is
    left out in doubt breaks no law.
    """

    _name = "collection.stay"
    _description = "Stay of Collection"

    # ------------------------------------------------------------------
    # What is stayed
    # ------------------------------------------------------------------

    @api.model
    def _stays_sql(self):
        """Whom the bankruptcies cover that stop collection.

        In: the bankruptcies in force. Out: one row per covered contact, with
        partner_id, date_petition, and bankruptcy_id of the latest petition. Covered are
        the debtor, the contacts that belong to it now, and what was posted for it
        before it belonged to another.
        Example: petitions of March 1 and June 1 about the same debtor, with a branch:
        two rows, the debtor's and the branch's, both of June 1.
        """
        return SQL(
            """
            SELECT DISTINCT ON (member.id) member.id AS partner_id,
                   bankruptcy.date_petition, bankruptcy.id AS bankruptcy_id
              FROM collection_bankruptcy bankruptcy
              JOIN res_partner member ON member.id = bankruptcy.partner_id
                OR member.commercial_partner_id = bankruptcy.partner_id
                OR member.parent_id = bankruptcy.partner_id
                   AND member.is_company IS NOT TRUE
             WHERE bankruptcy.stops_collection
             ORDER BY member.id, bankruptcy.date_petition DESC, bankruptcy.id DESC
            """
        )

    @api.model
    def _staying_sql(self):
        """:return: SQL that finds the bankruptcies that stop collection; nobody looks
        at its columns"""
        return SQL(
            "SELECT FROM collection_bankruptcy WHERE stops_collection",
            to_flush=self.env["collection.bankruptcy"]._fields["stops_collection"],
        )

    @api.model
    def _stayed_lines_sql(self):
        """The journal items that are stayed, settled ones too.

        In: the covered contacts. Out: ids of journal items, of whoever the item or its
        invoice names (a contact may have moved to another customer since).
        Example: petition of June 1; an invoice of June 1 is stayed, one of June 2 is
        not, whatever their accounting and due dates are.
        """
        return SQL(
            """
            WITH stay AS (%(stays)s)
            SELECT line.id FROM stay
              JOIN account_move_line line ON line.partner_id = stay.partner_id
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
             WHERE %(condition)s
             UNION
            SELECT line.id FROM stay
              JOIN account_move move ON move.partner_id = stay.partner_id
              JOIN account_move_line line ON line.move_id = move.id
              JOIN account_account account ON account.id = line.account_id
             WHERE %(condition)s
            """,
            stays=self._stays_sql(),
            condition=SQL(
                """
                account.account_type = 'asset_receivable'
                AND line.parent_state = 'posted'
                AND COALESCE(move.invoice_date, line.date) <= stay.date_petition
                """
            ),
        )

    @api.model
    def _find_lines(self, condition):
        """:return: the stayed account.move.line records that meet an SQL condition on
        ``line``"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT line.id FROM account_move_line line"
                " WHERE line.id IN (%s) AND %s",
                self._stayed_lines_sql(),
                condition,
            )
        )
        return self.env["account.move.line"].browse(id_ for [id_] in rows)

    @api.model
    def _filter_moves(self, moves):
        """:return: those of these account.move records that are stayed"""
        if not moves or not self._get_bankruptcies(self._get_debtors(moves)):
            return moves.browse()
        lines = self._find_lines(SQL("line.move_id = ANY(%s)", moves.ids))
        return moves & lines.move_id

    @api.model
    def _get_debtors(self, moves):
        """:return: whom these account.move records are for: the contacts, and the
        customers whose entries they are, for a contact may belong to another by now"""
        # Sudo: it leads to a yes or no; the entries themselves are not shown.
        return moves.partner_id | moves.sudo().line_ids.partner_id

    @api.model
    def _filter_items(self, items):
        """:return: those of these collection.item records that are stayed"""
        if not items:
            return items
        ids = items.move_line_id.ids
        lines = self._find_lines(SQL("line.id = ANY(%s)", ids))
        return items.filtered(lambda item: item.move_line_id in lines)

    @api.model
    def _is_any(self):
        """:return: whether anybody is bankrupt at all, asked before looking closer"""
        # Sudo: it answers yes or no, and shows no record.
        Bankruptcy = self.env["collection.bankruptcy"].sudo()
        return bool(Bankruptcy.search_count([("stops_collection", "=", True)], limit=1))

    @api.model
    def _get_bankruptcies(self, partners):
        """:return: the bankruptcies that stop collection from these customers, the
        latest petition first"""
        # Whether a customer is bankrupt concerns whoever is about to write to them.
        return (
            self.env["collection.bankruptcy"]
            .sudo()
            .search(
                [
                    (
                        "partner_id",
                        "in",
                        (partners | partners.commercial_partner_id).ids,
                    ),
                    ("stops_collection", "=", True),
                ]
            )
        )

    # ------------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------------

    @api.model
    def _refuse(self, bankruptcies, company, kind, description, case=None, source=""):
        """Refuse something that a stay forbids, and list the attempt.

        :param bankruptcies: collection.bankruptcy records that forbid it
        :param company: res.company record
        :param str kind: a key of the kinds of ``collection.blocked.attempt``
        :param str description: what was tried
        :param case: collection.case record
        :raises UserError: always
        """
        bankruptcy = bankruptcies[:1]
        self.env["collection.blocked.attempt"].sudo()._log_refusal(
            bankruptcy, company, kind, description, case, source or "person"
        )
        raise UserError(bankruptcy.with_env(self.env).sudo()._get_refusal_text())

    @api.model
    def _check_moves(self, moves, kind, description, case=None, source=""):
        """:raises UserError: when one of these account.move records is stayed"""
        stayed = self._filter_moves(moves)
        if stayed:
            bankruptcies = self._get_bankruptcies(self._get_debtors(stayed))
            company = stayed[:1].company_id
            self._refuse(bankruptcies, company, kind, description, case, source)
