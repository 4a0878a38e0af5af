from odoo import Command, api, models
from odoo.exceptions import UserError

from .collection_dispute import OPEN_STATES


class CollectionPortal(models.AbstractModel):
    """What a customer tells us himself about an invoice: when he pays, what is wrong.

    The portal has checked that the visitor may see the invoice; everything here runs
    as superuser and touches that invoice and its customer's case only.
    """

    _name = "collection.portal"
    _description = "Promises and Disputes from the Portal"

    @api.model
    def _get_status(self, move):
        """Say what the invoice's page shows and offers.

        :param move: account.move record, as superuser
        :return: dict of open promises and disputes, and what is free for new ones
        """
        is_open = (
            move.state == "posted"
            and move.move_type in ("out_invoice", "out_receipt")
            and move.payment_state in ("not_paid", "partial")
        )
        promises = self.env["collection.promise"].search(
            [
                ("item_ids.move_line_id.move_id", "=", move.id),
                ("state", "in", ("open", "approve")),
            ]
        )
        disputes = self.env["collection.dispute"].search(
            [("move_id", "=", move.id), ("is_active", "=", True)]
        )
        return {
            "collection_promises": promises if is_open else promises.browse(),
            "collection_disputes": disputes if is_open else disputes.browse(),
            "collection_promise_max": self._get_promise_max(move, promises)
            if is_open
            else 0.0,
            "collection_dispute_max": move.currency_id.round(
                max(move.amount_residual - sum(disputes.mapped("amount")), 0.0)
            )
            if is_open
            else 0.0,
        }

    @api.model
    def _get_promise_max(self, move, promises):
        """:return: what can be promised: what is open, less what is disputed; nothing
        where a promise is open or an installment plan in force already"""
        if promises:
            return 0.0
        rows = self.env["collection.exposure"].search(
            [("move_id", "=", move.id), ("amount_residual", ">", 0)]
        )
        if any(row.amount_planned for row in rows):
            return 0.0
        free = sum(row.amount_residual_currency - row.amount_disputed for row in rows)
        return move.currency_id.round(free)

    @api.model
    def _get_case(self, move):
        """:return: the customer's case, opened now if the invoice is newer than the
        last review"""
        for _attempt in range(2):
            case = move.collection_case_id
            if case and move in case.item_ids.move_id:
                return case
            company = move.company_id
            self.env["collection.planner"]._run(
                company,
                company._get_collection_today(),
                move.commercial_partner_id.ids,
                kind="changes",
            )
            self.env.invalidate_all()
        raise UserError(
            self.env._("We cannot note this here. Please contact us about the invoice.")
        )

    @api.model
    def _take_promise(self, move, visitor, form):
        """Take down a promise for an invoice.

        :param move: account.move record, as superuser
        :param visitor: the res.partner who is logged in, possibly empty
        :param dict form: name, date, amount, means, note; checked already
        :return: the collection.promise
        """
        case = self._get_case(move)
        contact = self._log_contact(case, move, visitor, form, "promise")
        promise = self.env["collection.promise"].create(
            {
                "case_id": case.id,
                "user_id": case._get_collector().id or self.env.uid,
                "person": form["name"],
                "contact_id": contact.id,
                "means": form["means"],
                "is_portal": True,
                "currency_id": move.currency_id.id,
                "item_ids": [Command.set(case._get_promisable_items(move).ids)],
                "line_ids": [
                    Command.create({"date": form["date"], "amount": form["amount"]})
                ],
                "note": form["note"],
            }
        )
        here = self._for_collector(case)
        title = (
            here.env._("Promise from the portal: approve it")
            if promise.state == "approve"
            else here.env._("Promise from the portal")
        )
        self._tell(case, title, visitor, form, promise.name)
        return promise

    @api.model
    def _take_dispute(self, move, visitor, form):
        """Take down what the customer contests of an invoice.

        :param move: account.move record, as superuser
        :param visitor: the res.partner who is logged in, possibly empty
        :param dict form: name, amount, reason, note, files (name, content); checked
        :return: the collection.dispute
        """
        case = self._get_case(move)
        contact = self._log_contact(case, move, visitor, form, "dispute")
        dispute = self.env["collection.dispute"].create(
            {
                "move_id": move.id,
                "amount": form["amount"],
                "reason_id": form["reason"].id,
                "words": form["note"],
                "contact_id": contact.id,
                "is_portal": True,
                "user_id": case._get_collector().id,
            }
        )
        dispute.attachment_ids = self._attach(form["files"], dispute)
        title = self._for_collector(case).env._("Dispute from the portal")
        self._tell(case, title, visitor, form, dispute.name, dispute.attachment_ids)
        return dispute

    @api.model
    def _log_contact(self, case, moves, visitor, form, outcome):
        """Write what came in to the log. A dispute keeps its files itself.

        :return: the collection.contact
        """
        files = [] if outcome == "dispute" else form.get("files") or []
        attachments = self._attach(files, case)
        contact = self.env["collection.contact"].create(
            {
                "case_id": case.id,
                "channel": "portal",
                "direction": "in",
                "outcome": outcome,
                "partner_id": visitor.id,
                "person": form["name"],
                "user_id": False,
                "subject": form.get("subject"),
                "note": form["note"],
                "move_ids": [Command.set(moves.ids)],
                "attachment_ids": [Command.set(attachments.ids)],
            }
        )
        attachments.write({"res_model": contact._name, "res_id": contact.id})
        return contact

    @api.model
    def _attach(self, files, record):
        """:return: ir.attachment records of a record, of (name, content) pairs"""
        return self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for name, content in files
            ]
        )

    @api.model
    def _get_latest(self, move, kind):
        """:return: the newest promise or dispute of an invoice that came from here"""
        if kind == "promise":
            return self.env["collection.promise"].search(
                [
                    ("item_ids.move_line_id.move_id", "=", move.id),
                    ("is_portal", "=", True),
                    ("state", "in", ("open", "approve")),
                ],
                order="id desc",
                limit=1,
            )
        return self.env["collection.dispute"].search(
            [
                ("move_id", "=", move.id),
                ("is_portal", "=", True),
                ("state", "in", OPEN_STATES),
            ],
            order="id desc",
            limit=1,
        )
