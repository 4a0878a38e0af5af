import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, html2plaintext, parse_contact_from_email

from ...tools.channels import channel_of
from ...tools.one_line import on_one_line

REPORT_LETTER = "account_collections.action_report_letter"
REPORT_STATEMENT = "account_collections.action_report_statement"


class CollectionDispatcher(models.AbstractModel):
    """Make the messages of a batch of steps and put them into Odoo's queues.

    ``_prepare`` renders and gives the invoices the tokens of their portal links;
    ``_send`` writes mail, letter, contact and attachments for the whole batch at once.
    """

    _name = "collection.dispatcher"
    _description = "Messages of Collection Steps"

    # ------------------------------------------------------------------
    # Rendering
    # ------------------------------------------------------------------

    @api.model
    def _prepare(self, steps, histories):
        """Render the messages and documents of a batch.

        :param steps: collection.step records whose recipient can be reached
        :param dict histories: what each message lists, a list of dicts of texts
        :return: dict per step: values for the templates, html, and pdf (name, bytes)
            or None
        :raises UserError: when there is nothing to ask for, or a document fails
        """
        message = self.env["collection.message.composer"]
        mailed = steps.filtered(self._is_mailed)
        prepared = {}
        for step, values in message._prepare(steps, histories, mailed).items():
            if not values["items"]:
                raise UserError(
                    self.env._("%s: there is nothing to list.", step.display_name)
                )
            is_text = step.channel == "sms"
            prepared[step] = {
                "values": values,
                "html": values["words"] if is_text else message._render_email(values),
                "pdf": None,
            }
        self._render_documents(prepared)
        return prepared

    @api.model
    def _is_mailed(self, step):
        """:return: whether an e-mail goes out: the step itself, or with the letter"""
        if step.channel == "email":
            return True
        can_reach = self.env["collection.recipient"]._can_reach
        return (
            channel_of(step.channel).is_paper
            and step.stage_id.with_email
            and can_reach(step.recipient_id, "email")
        )

    @api.model
    def _render_documents(self, prepared):
        """Add the letters on paper, and the statements that go with e-mails."""
        statement = self.env["collection.statement"]
        documents = {REPORT_LETTER: {}, REPORT_STATEMENT: {}}
        for step, message in prepared.items():
            values = message["values"]
            if channel_of(step.channel).is_paper:
                documents[REPORT_LETTER][step] = values
            elif step.channel == "email" and values["attached"] == "statement":
                documents[REPORT_STATEMENT][step] = statement._get_values(
                    values, values["exposures"]
                )
        for report, members in documents.items():
            if not members:
                continue
            pdfs = self.env["ir.actions.report"]._render_collection_pdf(
                report, {step.id: values for step, values in members.items()}
            )
            for step, values in members.items():
                if report == REPORT_LETTER:
                    self.env["ir.actions.report"]._check_collection_name(
                        pdfs[step.id], step.recipient_id.name or ""
                    )
                name = self._get_file_name(report, values)
                prepared[step]["pdf"] = (name, pdfs[step.id])

    @api.model
    def _get_file_name(self, report, values):
        """:return: file name in the recipient's language"""
        case, stage = values["case"], values["step"].stage_id
        is_statement = report == REPORT_STATEMENT
        title = values["subject"] if is_statement else stage.name
        day = fields.Date.to_string(case.company_id._get_collection_today())
        return f"{title} {case.name} {day}.pdf".replace("/", "-")

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def _send(self, steps, prepared):
        """Write everything that belongs to the messages of a batch.

        :param steps: collection.step records
        :param dict prepared: what ``_prepare`` answered
        """
        # Letters are nobody's to write by hand; the step was checked by the execution.
        letters = (
            self.env["collection.letter"]
            .sudo()
            .create([self._prepare_letter_vals(step, prepared[step]) for step in steps])
        )
        by_step = dict(zip(steps, letters, strict=True))
        self._attach_documents(by_step, prepared)
        self._queue_mails(
            {step: letter for step, letter in by_step.items() if self._is_mailed(step)},
            prepared,
        )
        for step, letter in by_step.items():
            if step.channel == "sms":
                self._queue_text(letter)
            step._write_protected({"letter_id": letter.id})
        self._say_missing_invoices(by_step)
        self._log_contacts(by_step)

    @api.model
    def _say_missing_invoices(self, by_step):
        """Say on the case which invoices were to be attached and have no PDF yet."""
        for step, letter in by_step.items():
            if not (step.stage_id.attach_invoices and self._is_mailed(step)):
                continue
            missing = self._get_own_invoices(letter).filtered(
                lambda move: not move.sudo().invoice_pdf_report_id
            )
            if missing:
                step.case_id.message_post(
                    body=self.env._(
                        "“%(subject)s” went without the PDF of %(invoices)s: none has"
                        " been made yet. Print or send these invoices once, and they"
                        " are attached from then on.",
                        subject=letter.subject,
                        invoices=", ".join(missing.mapped("name")),
                    )
                )

    @api.model
    def _get_own_invoices(self, letter):
        return letter.move_ids.filtered(
            lambda move: move.commercial_partner_id == letter.case_id.partner_id
        )

    @api.model
    def _prepare_letter_vals(self, step, message):
        values, is_paper = message["values"], channel_of(step.channel).is_paper
        recipient = values["recipient"]
        return {
            "case_id": step.case_id.id,
            "company_id": step.company_id.id,
            "stage_id": step.stage_id.id,
            "channel": step.channel,
            "partner_id": recipient.id,
            "address": self.env["collection.recipient"]._get_sent_to(
                recipient, step.channel
            ),
            "lang": values["lang"],
            "subject": values["subject"],
            "body": message["html"],
            "move_ids": [fields.Command.set(values["moves"].ids)],
            "delivery_state": "to_print" if is_paper else "queued",
        }

    @api.model
    def _attach_documents(self, by_step, prepared):
        documents = [
            (letter, *prepared[step]["pdf"])
            for step, letter in by_step.items()
            if prepared[step]["pdf"]
        ]
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": name,
                        "raw": content,
                        "mimetype": "application/pdf",
                        "res_model": "collection.letter",
                        "res_id": letter.id,
                    }
                    for letter, name, content in documents
                ]
            )
        )
        for (letter, _name, content), attachment in zip(
            documents, attachments, strict=True
        ):
            letter.write(
                {
                    "attachment_id": attachment.id,
                    "sha256": letter._fingerprint(content),
                }
            )

    # ------------------------------------------------------------------
    # E-mail and text messages: Odoo's own queues
    # ------------------------------------------------------------------

    @api.model
    def _queue_mails(self, by_step, prepared):
        """Put the e-mails into Odoo's queue, which sends them after the commit.

        :param dict by_step: collection.letter per collection.step
        :param dict prepared: what ``_prepare`` answered
        """
        if not by_step:
            return
        letters = self.env["collection.letter"].concat(*by_step.values())
        self._write_mails(
            letters,
            [
                self._prepare_step_mail_vals(step, letter, prepared[step])
                for step, letter in by_step.items()
            ],
        )
        self._queue_copies(by_step)

    @api.model
    def _write_mails(self, letters, vals_list):
        """Write the mails that deliver letters.

        :param letters: collection.letter records
        :param list vals_list: values of the mail.mail of each
        """
        senders = self._prepare_sender_vals(letters.case_id)
        vals_list = [
            {**vals, **senders[letter.case_id.id]}
            for letter, vals in zip(letters, vals_list, strict=True)
        ]
        # The queue belongs to the administrator; the content is the letter's own.
        mails = self.env["mail.mail"].sudo().create(vals_list)
        for mail, letter in zip(mails, letters, strict=True):
            letter.write(
                {"mail_id": mail.id, "mail_message_id": mail.mail_message_id.id}
            )
        self._notify(letters)
        # Whoever may have a message sent may wake up the queue that sends it.
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _notify(self, letters):
        """Show on the messages of the cases whether the e-mails have arrived."""
        self.env["mail.notification"].sudo().create(
            [
                {
                    "author_id": letter.mail_message_id.author_id.id,
                    "mail_message_id": letter.mail_message_id.id,
                    "mail_mail_id": letter.mail_id.id,
                    "res_partner_id": letter.partner_id.id,
                    "notification_type": "email",
                    "is_read": True,
                }
                for letter in letters
            ]
        )

    @api.model
    def _prepare_step_mail_vals(self, step, letter, message):
        """:return: values of the mail of a step, with its attachments"""
        return {
            **self._prepare_mail_vals(
                letter, message["values"]["words"], message["html"]
            ),
            "attachment_ids": [
                fields.Command.link(attachment.id)
                for attachment in self._get_attachments(letter, step)
            ],
        }

    @api.model
    def _prepare_mail_vals(self, letter, words, html):
        """A mail about the case, so that a reply lands there. The log of the case shows
        the words only; the whole message is on the letter."""
        company = letter.company_id
        return {
            "model": "collection.case",
            "res_id": letter.case_id.id,
            "record_name": letter.case_id.display_name,
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "message_type": "email_outgoing",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "subject": letter.subject,
            "body": words,
            "body_html": html,
            "recipient_ids": [fields.Command.link(letter.partner_id.id)],
            "is_notification": True,
            "auto_delete": False,
            "state": "outgoing",
        }

    @api.model
    def _get_author(self, case):
        """:return: res.partner who writes: the collector, else the company, else who is
        responsible there; the first who has an e-mail address"""
        company = case.company_id
        author = case._get_collector().partner_id | company.partner_id
        if not any(author.mapped("email_normalized")):
            # Without an address nothing would leave at all.
            author |= company._get_collection_responsible().partner_id
            author |= self.env.user.partner_id
        return author.filtered("email_normalized")[:1] or company.partner_id

    @api.model
    def _prepare_sender_vals(self, cases):
        """:return: dict of values of mails per case id: who writes, and the address
        that a reply goes to"""
        authors = {case.id: self._get_author(case) for case in cases}
        replies = cases._notify_get_reply_to_batch(
            defaults={id_: author.email_formatted for id_, author in authors.items()},
            author_ids={id_: author.id for id_, author in authors.items()},
        )
        # In place of a name that is too long, Odoo puts that of whoever runs this.
        return {
            id_: {
                "author_id": author.id,
                "email_from": on_one_line(author.email_formatted),
                "reply_to": on_one_line(
                    replies[id_]
                    if parse_contact_from_email(replies[id_])[0] == author.name
                    else email_normalize(replies[id_])
                ),
            }
            for id_, author in authors.items()
        }

    @api.model
    def _get_attachments(self, letter, step):
        """:return: the letter's document, and the stored PDFs of its own invoices"""
        attachments = letter.attachment_id
        if step.stage_id.attach_invoices:
            # Stored invoice PDFs are read for the customer they were made for.
            invoices = self._get_own_invoices(letter).sudo()
            attachments |= invoices.invoice_pdf_report_id
        return attachments

    @api.model
    def _log_contacts(self, by_step):
        # What was sent is the program's to write down, for whoever approved it.
        self.env["collection.contact"].sudo().create(
            [
                letter._prepare_log_vals(
                    "sent",
                    step_id=step.id,
                    user_id=step.approved_user_id.id or self.env.uid,
                )
                for step, letter in by_step.items()
            ]
        )

    @api.model
    def _merge_documents(self, letters):
        """:return: bytes of one PDF with the documents of several letters, in their
        order"""
        streams = [
            io.BytesIO(letter.attachment_id.raw)
            for letter in letters
            if letter.attachment_id
        ]
        with self.env["ir.actions.report"]._merge_pdfs(streams) as merged:
            return merged.getvalue()

    # ------------------------------------------------------------------
    # Queue
    # ------------------------------------------------------------------

    @api.model
    def _queue_copies(self, by_step):
        """Send copies as mails of their own: a colleague's wrong address must not keep
        a customer from getting the message."""
        copies = [
            {
                "mail_message_id": letter.mail_message_id.id,
                "body_html": letter.body,
                "email_to": address,
                # Deleting the copy must not take the message with it.
                "is_notification": True,
                "auto_delete": True,
            }
            for step, letter in by_step.items()
            if (address := self._get_copy(step))
        ]
        if copies:
            self.env["mail.mail"].sudo().create(copies)

    @api.model
    def _get_copy(self, step):
        """:return: address that gets a copy, from the stage's setting, or False"""
        if step.stage_id.copy_to == "collector":
            return step.case_id._get_collector().email_formatted
        if step.stage_id.copy_to == "salesperson":
            people = (
                step.partner_id.user_id | step.case_id.item_ids.move_id.invoice_user_id
            )
            return people.filtered("active")[:1].email_formatted
        return False

    @api.model
    def _queue_text(self, letter):
        """Put a text message into Odoo's queue; the case shows it in its log."""
        partner = letter.partner_id
        message = letter.case_id._message_sms(
            html2plaintext(letter.body).strip(),
            partner_ids=partner.ids,
            sms_pid_to_number={partner.id: letter.address},
            put_in_queue=True,
        )
        letter.mail_message_id = message
