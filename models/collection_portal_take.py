from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_duration, plaintext2html


class CollectionPortal(models.AbstractModel):
    """What a customer tells us about the account as a whole.

    Each of these is an entry of the contact log, a message and a to-do on the case, and
    takes effect at once. The portal has checked whose account it is.
    """

    _inherit = "collection.portal"

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
            self.env["collection.planner"]._run(
                company, today, customer.ids, kind="changes"
            )
            self.env.invalidate_all()
        raise UserError(self.env._("We cannot note this here. Please contact us."))

    @api.model
    def _take_account_promise(self, customer, company, visitor, form):
        """Take down a promise for items of an account, one per currency.

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
        self._tell(case, title, visitor, form, "\n".join(promises.mapped("name")))
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
            "user_id": case._get_collector().id or self.env.uid,
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
    def _take_document(self, customer, company, visitor, form):
        """Take a document, or the proof that something was paid.

        A proof puts the items on hold until the money should have come in: once per
        item, for a file is easily made.

        :param dict form: name, what (proof or other), note, files (name, content),
            rows (collection.exposure records), date_paid; checked already
        :return: the collection.contact
        """
        rows, is_proof = form["rows"], form["what"] == "proof"
        case = self._get_account_case(customer, company, rows)
        here = self._for_collector(case)
        title = (
            here.env._("Proof of payment from the portal: look for the money")
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
        self._tell(case, title, visitor, form, attachments=contact.attachment_ids)
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
    def _take_message(self, customer, company, visitor, form):
        """Take what a customer writes to the collector.

        :param dict form: name, subject, note, files (name, content); checked already
        :return: the collection.contact
        """
        rows = form["rows"]
        case = self._get_account_case(customer, company, rows)
        contact = self._log_contact(case, rows.move_id, visitor, form, "received")
        title = self._for_collector(case).env._("Message from the portal: answer it")
        self._tell(case, title, visitor, form, attachments=contact.attachment_ids)
        return contact

    @api.model
    def _take_wishes(self, customer, company, visitor, form):
        """Take how, when, and whether by telephone a person wants to be contacted.

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
        lines = [form["note"], *here._get_wishes(visitor.with_env(here.env))]
        form = {**form, "note": "\n".join(line for line in lines if line)}
        contact = self._log_contact(case, rows.move_id, visitor, form, "received")
        self._tell(
            case, here.env._("Wishes from the portal: how to contact"), visitor, form
        )
        return contact

    @api.model
    def _get_wishes(self, person):
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
        return lines or [self.env._("No special wishes any more.")]

    # ------------------------------------------------------------------
    # What they have in common
    # ------------------------------------------------------------------

    @api.model
    def _for_collector(self, case):
        """:return: this service in the language of who works the case, not in that of
        the customer who is filling in a form"""
        lang = case._get_collector().lang or case.company_id.partner_id.lang
        return self.with_context(lang=lang or "en_US")

    @api.model
    def _tell(self, case, title, visitor, form, text="", attachments=None):
        """Tell the collector: a to-do, and a message on the case.

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
