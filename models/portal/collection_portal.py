from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_duration, plaintext2html

from ..agreement.collection_dispute import OPEN_STATES
from ..agreement.collection_promise import PENDING_STATES


class CollectionPortal(models.AbstractModel):
    """What customers tell us themselves: when they pay, what is wrong with an invoice.

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
                ("state", "in", PENDING_STATES),
            ]
        )
        disputes = self.env["collection.dispute"].search(
            [("move_id", "=", move.id), ("is_active", "=", True)]
        )
        is_stayed = bool(self.env["collection.stay"]._filter_moves(move))
        is_free = is_open and not is_stayed
        return {
            "collection_promises": promises if is_open else promises.browse(),
            "collection_disputes": disputes if is_open else disputes.browse(),
            "collection_promise_max": self._get_promise_max(move, promises)
            if is_free
            else 0.0,
            "collection_dispute_max": self._get_dispute_max(move, disputes)
            if is_free
            else 0.0,
            "collection_is_stayed": is_stayed,
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
    def _get_dispute_max(self, move, disputes):
        """:return: what can be disputed: what is open and not disputed yet"""
        free = move.amount_residual - sum(disputes.mapped("amount"))
        return move.currency_id.round(max(free, 0.0))

    @api.model
    def _get_case(self, move):
        """:return: the customer's case, opened now if the invoice is newer than the
        last review"""
        for _attempt in range(2):
            case = move.collection_case_id
            if case and move in case.item_ids.move_id:
                return case
            company = move.company_id
            self.env["collection.scheduler"]._run(
                company,
                company._get_collection_today(),
                move.commercial_partner_id.ids,
                kind="changes",
            )
            self.env.invalidate_all()
        raise UserError(
            self.env._(
                "We cannot record this here. Please contact us about the invoice."
            )
        )

    @api.model
    def _create_promise(self, move, visitor, form):
        """Record a promise for an invoice.

        :param move: account.move record, as superuser
        :param visitor: the res.partner who is logged in, possibly empty
        :param dict form: name, date, amount, means, note; checked already
        :return: the collection.promise
        """
        self._refuse_stayed(move, "promise")
        case = self._get_case(move)
        contact = self._log_contact(case, move, visitor, form, "promise")
        promise = self.env["collection.promise"].create(
            {
                "case_id": case.id,
                "user_id": case._get_responsible().id,
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
        self._notify_collector(case, title, visitor, form, promise.name)
        return promise

    @api.model
    def _create_dispute(self, move, visitor, form):
        """Record what the customer contests of an invoice.

        :param move: account.move record, as superuser
        :param visitor: the res.partner who is logged in, possibly empty
        :param dict form: name, amount, reason, note, files (name, content); checked
        :return: the collection.dispute
        """
        self._refuse_stayed(move, "dispute")
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
                "user_id": case._get_responsible().id,
            }
        )
        dispute.attachment_ids = self._attach(form["files"], dispute)
        title = self._for_collector(case).env._("Dispute from the portal")
        self._notify_collector(
            case, title, visitor, form, dispute.name, dispute.attachment_ids
        )
        return dispute

    @api.model
    def _refuse_stayed(self, move, kind):
        """Refuse kindly what is offered about a stayed invoice, and list the attempt.

        :param move: account.move record, as superuser
        :param str kind: promise, dispute or plan
        :raises UserError: when the invoice is stayed
        """
        stay = self.env["collection.stay"]
        if not stay._filter_moves(move):
            return
        [bankruptcy] = stay._get_bankruptcies(stay._get_debtors(move))[:1]
        self.env["collection.blocked.attempt"]._log_refusal(
            bankruptcy,
            move.company_id,
            kind,
            move.name,
            move.collection_case_id,
            "portal",
        )
        raise UserError(
            self.env._(
                "Because of the insolvency proceedings, we may not make any "
                "agreement about this invoice. You do not need to do anything here. "
                "Please contact the trustee or your lawyer."
            )
        )

    @api.model
    def _log_contact(self, case, moves, visitor, form, outcome):
        """Write what came in to the log. A dispute keeps its files itself.

        :return: the collection.contact
        """
        files = [] if outcome == "dispute" else form.get("files") or []
        attachments = self._attach(files, case)
        contact = self.env["collection.contact"]._log(
            case,
            "portal",
            outcome,
            direction="in",
            partner=visitor,
            person=form["name"],
            user_id=False,
            subject=form.get("subject"),
            note=form["note"],
            moves=moves,
            files=attachments,
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
                    ("state", "in", PENDING_STATES),
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

    # ------------------------------------------------------------------
    # Accounts
    # ------------------------------------------------------------------

    @api.model
    def _get_account_case(self, customer, company, rows):
        """Find the case, opened now if something is newer than the last review.

        :param customer: res.partner record
        :param company: res.company record
        :param rows: collection.exposure records that the case has to know
        :return: the collection.case
        :raises UserError: when there is nothing open that a case could be about
        """
        account = self.env["collection.portal.account"]
        for _attempt in range(2):
            case = account._get_case(customer, company)
            if case and not rows.move_line_id - case.item_ids.move_line_id:
                return case
            today = company._get_collection_today()
            self.env["collection.scheduler"]._run(
                company, today, customer.ids, kind="changes"
            )
            self.env.invalidate_all()
        raise UserError(self.env._("We cannot record this here. Please contact us."))

    @api.model
    def _create_account_promises(self, customer, company, visitor, form):
        """Record promises for items of an account, one per currency.

        :param dict form: name, date, means, note, rows (collection.exposure records),
            amount (None: all of what is open of the rows); checked already
        :return: the collection.promise records
        """
        rows = form["rows"]
        case = self._get_account_case(customer, company, rows)
        contact = self._log_contact(case, rows.move_id, visitor, form, "promise")
        promises = self.env["collection.promise"]
        for currency, own in rows.grouped("currency_id").items():
            promises += promises.create(
                self._prepare_promise_vals(case, contact, form, currency, own)
            )
        waits = any(promise.state == "approve" for promise in promises)
        here = self._for_collector(case)
        title = (
            here.env._("Promise from the portal: approve it")
            if waits
            else here.env._("Promise from the portal")
        )
        self._notify_collector(
            case, title, visitor, form, "\n".join(promises.mapped("name"))
        )
        return promises

    @api.model
    def _prepare_promise_vals(self, case, contact, form, currency, rows):
        account = self.env["collection.portal.account"]
        whole = currency.round(sum(account._get_free(row) for row in rows))
        items = case.item_ids.filtered(
            lambda item: item.move_line_id in rows.move_line_id
        )
        line = {"date": form["date"], "amount": form["amount"] or whole}
        return {
            "case_id": case.id,
            "user_id": case._get_responsible().id,
            "person": form["name"],
            "contact_id": contact.id,
            "means": form["means"],
            "is_portal": True,
            "currency_id": currency.id,
            "item_ids": [Command.set(items.ids)],
            "line_ids": [Command.create(line)],
            "note": form["note"],
        }

    @api.model
    def _receive_document(self, customer, company, visitor, form):
        """Receive a document, or the proof that something was paid.

        A proof puts the items on hold until the money should have come in: once per
        item, as a file proves little.

        :param dict form: name, what (proof or other), note, files (name, content),
            rows (collection.exposure records), date_paid; checked already
        :return: the collection.contact
        """
        rows, is_proof = form["rows"], form["what"] == "proof"
        case = self._get_account_case(customer, company, rows)
        here = self._for_collector(case)
        title = (
            here.env._("Proof of payment from the portal: search for the payment")
            if is_proof
            else here.env._("Document from the portal")
        )
        outcome = "paid_already" if is_proof else "received"
        if form.get("date_paid"):
            day = format_date(here.env, form["date_paid"])
            form = {
                **form,
                "note": here.env._("Paid on %s.", day) + "\n" + form["note"],
            }
        contact = self._log_contact(case, rows.move_id, visitor, form, outcome)
        if is_proof:
            self._hold_for_proof(case, rows)
        self._notify_collector(
            case, title, visitor, form, attachments=contact.attachment_ids
        )
        return contact

    @api.model
    def _hold_for_proof(self, case, rows):
        """Wait for the money of what a proof of payment is about, once per item."""
        reason = self.env.ref("account_collections.reason_hold_proof", False)
        reason = reason or self.env["collection.reason"].search(
            [("kind", "=", "hold")], limit=1
        )
        items = case.item_ids.filtered(
            lambda item: item.move_line_id in rows.move_line_id
        )
        earlier = self.env["collection.hold"].search(
            [("item_ids", "in", items.ids), ("reason_id", "=", reason.id)]
        )
        if fresh := items - earlier.item_ids:
            self.env["collection.hold"].create(
                {
                    "case_id": case.id,
                    "scope": "items",
                    "item_ids": [Command.set(fresh.ids)],
                    "reason_id": reason.id,
                    "on_review": "resume",
                }
            )

    @api.model
    def _receive_message(self, customer, company, visitor, form):
        """Receive what a customer writes to the collector.

        :param dict form: name, subject, note, files (name, content); checked already
        :return: the collection.contact
        """
        rows = form["rows"]
        case = self._get_account_case(customer, company, rows)
        contact = self._log_contact(case, rows.move_id, visitor, form, "received")
        title = self._for_collector(case).env._("Message from the portal: answer it")
        self._notify_collector(
            case, title, visitor, form, attachments=contact.attachment_ids
        )
        return contact

    @api.model
    def _receive_preferences(self, customer, company, visitor, form):
        """Receive how, when, and whether by telephone a person wants to be contacted.

        :param visitor: the res.partner who is logged in, whom alone it concerns
        :param dict form: name, channel, hour_from, hour_to, no_calls, note; checked
        :return: the collection.contact
        """
        rows = form["rows"]
        case = self._get_account_case(customer, company, rows)
        visitor.sudo().write(
            {
                "collection_channel": form["channel"],
                "collection_hour_from": form["hour_from"],
                "collection_hour_to": form["hour_to"],
                "collection_no_calls": form["no_calls"],
            }
        )
        here = self._for_collector(case)
        lines = [form["note"], *here._get_preferences(visitor.with_env(here.env))]
        form = {**form, "note": "\n".join(line for line in lines if line)}
        contact = self._log_contact(case, rows.move_id, visitor, form, "received")
        self._notify_collector(
            case, here.env._("Contact preferences from the portal"), visitor, form
        )
        return contact

    @api.model
    def _get_preferences(self, person):
        """:return: list of sentences on how somebody wants to be contacted"""
        me = person.sudo()
        channels = dict(me._fields["collection_channel"]._description_selection(me.env))
        lines = []
        if me.collection_no_calls:
            lines.append(self.env._("Please do not call me."))
        if me.collection_channel:
            channel = channels[me.collection_channel]
            lines.append(self.env._("I prefer: %s.", channel))
        if me.collection_hour_to:
            lines.append(
                self.env._(
                    "I am best reached from %(start)s to %(end)s.",
                    start=format_duration(me.collection_hour_from),
                    end=format_duration(me.collection_hour_to),
                )
            )
        return lines or [self.env._("I no longer have any contact preferences.")]

    # ------------------------------------------------------------------
    # Shared
    # ------------------------------------------------------------------

    @api.model
    def _for_collector(self, case):
        """:return: this service in the language of who works the case, not in that of
        the customer who is filling in a form"""
        lang = case._get_collector().lang or case.company_id.partner_id.lang
        return self.with_context(lang=lang or "en_US")

    @api.model
    def _notify_collector(self, case, title, visitor, form, text="", attachments=None):
        """Notify the collector: a to-do, and a message on the case.

        :param case: collection.case record
        :param str title: what came in, in the collector's language
        :param visitor: the res.partner who is logged in, possibly empty
        :param dict form: name, subject and note as the customer wrote them
        :param str text: what there is to know besides
        :param attachments: ir.attachment records of the entry in the log
        """
        parts = [form["name"], text, form.get("subject"), form["note"]]
        body = plaintext2html("\n".join(part for part in parts if part))
        case._add_task(title, body)
        case.reply_unread = True
        case.message_post(
            subject=title,
            body=body,
            author_id=visitor.id or self.env.ref("base.partner_root").id,
            attachment_ids=(attachments or self.env["ir.attachment"]).ids,
        )

    # ------------------------------------------------------------------
    # Installment plans
    # ------------------------------------------------------------------

    @api.model
    def _preview_plan(self, customer, company, form):
        """Work out a proposal without making it.

        :param dict form: rows, mode, installment_count, installment_amount, rhythm,
            date_first, amount_down; checked already
        :return: dict: currency, total, lines (date, amount, is_down), and limit, the
            translated reason why it has to be approved, or False
        :raises UserError: when the terms make no schedule
        """
        case = self._get_account_case(customer, company, form["rows"])
        with self.env.cr.savepoint() as savepoint:
            plan = self.env["collection.installment.plan"].create(
                self._prepare_plan_vals(case, form)
            )
            lines = plan.line_ids.sorted(lambda line: (line.date, line.id))
            preview = {
                "currency": plan.currency_id,
                "total": plan.amount,
                "lines": [(line.date, line.amount, line.is_down) for line in lines],
                "limit": self._get_plan_limit(plan),
            }
            self.env.flush_all()
            savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        return preview

    @api.model
    def _create_plan(self, customer, company, visitor, form):
        """Record a proposal, and offer it at once if the policy allows it.

        :return: the collection.installment.plan: offered, or waiting for approval
        :raises UserError: when the terms make no schedule, or a proposal is open
        """
        rows = form["rows"]
        case = self._get_account_case(customer, company, rows)
        if self._find_open_proposal(case):
            raise UserError(
                self.env._(
                    "There is already a proposal. Please sign it, or talk to us."
                )
            )
        contact = self._log_contact(case, rows.move_id, visitor, form, "plan_wanted")
        vals = self._prepare_plan_vals(case, form)
        plan = self.env["collection.installment.plan"].create(
            {**vals, "contact_id": contact.id}
        )
        plan.action_offer()
        here = self._for_collector(case)
        title = (
            here.env._("Installments requested in the portal: approve")
            if plan.state == "approve"
            else here.env._("Installments requested in the portal: offered")
        )
        text = f"{plan.name}: {plan.currency_id.format(plan.amount)}"
        self._notify_collector(case, title, visitor, form, text)
        return plan

    @api.model
    def _get_plan_limit(self, plan):
        agreement = self.env["collection.installment.agreement"]
        if reason := agreement._get_cannot_offer_reason(plan):
            raise UserError(reason)
        return agreement._get_limit_exceeded(plan)

    @api.model
    def _find_open_proposal(self, case):
        """:return: the plans of a case that wait to be approved or signed"""
        return self.env["collection.installment.plan"].search(
            [("case_id", "=", case.id), ("state", "in", ("approve", "offered"))]
        )

    @api.model
    def _prepare_plan_vals(self, case, form):
        rows = form["rows"]
        items = case.item_ids.filtered(
            lambda item: item.move_line_id in rows.move_line_id
        )
        return {
            "case_id": case.id,
            "user_id": case._get_responsible().id,
            "is_portal": True,
            "currency_id": rows.currency_id.id,
            "item_ids": [Command.set(items.ids)],
            "mode": form["mode"],
            "installment_count": form["installment_count"],
            "installment_amount": form["installment_amount"],
            "rhythm": form["rhythm"],
            "date_first": form["date_first"],
            "amount_down": form["amount_down"],
            # Within a week, and not after the first installment.
            "date_down": min(
                fields.Date.add(case.company_id._get_collection_today(), days=7),
                form["date_first"],
            ),
            "note": form.get("note"),
        }
