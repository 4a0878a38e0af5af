from markupsafe import escape
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, parse_contact_from_email


class CollectionInbox(models.Model):
    """Mail to the collections address whose sender no case is known for.

    A person assigns it to the case it belongs to, where it becomes an entry of the
    contact log and pauses the steps, or leaves it. Collectors work the inbox.
    """

    _name = "collection.inbox"
    _description = "Unassigned Collections Mail"
    _inherit = ["collection.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Subject", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    email_from = fields.Char("From", readonly=True)
    partner_id = fields.Many2one("res.partner", "Sender", readonly=True)
    date = fields.Datetime("Received", readonly=True)
    note = fields.Text("Text", readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", "Original", readonly=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        "collection.case",
        check_company=True,
        help="Proposed when the subject names one.",
    )
    contact_id = fields.Many2one("collection.contact", "Entry", readonly=True)
    state = fields.Selection(
        [("new", "To assign"), ("assigned", "Assigned"), ("ignored", "Not ours")],
        "Status",
        required=True,
        readonly=True,
        default="new",
        index=True,
    )

    @api.model
    def _receive(self, msg_dict, company):
        """Keep a mail, and ask the responsible person to assign it.

        :param dict msg_dict: the message as the mail gateway parsed it
        :param company: res.company whose address it was sent to
        :return: the collection.inbox
        """
        Case = self.env["collection.case"]
        mail = Case._get_mail()
        # The mail gateway writes the inbox, with whatever rights it runs.
        letter = self.sudo().create(
            {
                "name": msg_dict.get("subject") or self.env._("(no subject)"),
                "company_id": company.id,
                "email_from": msg_dict.get("email_from"),
                "partner_id": msg_dict.get("author_id") or False,
                "date": company._get_collection_moment(),
                "note": html2plaintext(msg_dict.get("body") or "").strip(),
                "case_id": self._propose_case(msg_dict, company).id,
            }
        )
        if mail is not None:
            letter.attachment_id = letter.env["ir.attachment"].create(
                {
                    "name": f"{letter.name}.eml",
                    "raw": self.env["collection.account.link"]._strip_mail(mail),
                    "mimetype": "message/rfc822",
                    "res_model": letter._name,
                    "res_id": letter.id,
                }
            )
        letter._ask_responsible()
        return letter

    @api.model
    def _propose_case(self, msg_dict, company):
        """:return: the open case whose number the subject names, possibly empty"""
        words = (msg_dict.get("subject") or "").replace(",", " ").split()
        return self.env["collection.case"].search(
            [
                ("name", "in", words),
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
            ],
            limit=1,
        )

    def _ask_responsible(self):
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            self.company_id._get_collection_today(),
            summary=self.env._("Assign the mail to a case"),
            note=escape(self.email_from or ""),
            user_id=self.company_id._get_collection_responsible().id,
        )

    def action_assign(self):
        """Log the mail in the case that was chosen, and pause its steps."""
        self.ensure_one()
        self.check_access("write")
        case = self.case_id
        if not case:
            raise UserError(self.env._("Choose the case this mail belongs to."))
        self._check_new()
        # Who works the inbox files what is in it; readonly for everybody by hand.
        mail = self.sudo()
        contact = case._log_mail(
            {"subject": mail.name, "email_from": mail.email_from},
            mail.partner_id,
            "received",
            date=mail.date,
            note=mail.note,
            attachment_ids=[fields.Command.set(mail.attachment_id.ids)],
        )
        case._pause_for_reply()
        mail.write({"state": "assigned", "contact_id": contact.id})
        mail.activity_feedback(["mail.mail_activity_data_todo"])
        return case._get_records_action()

    def action_keep_sender(self):
        """Take down the sender as a contact of the customer whose case it is."""
        self.ensure_one()
        if not self.case_id:
            raise UserError(self.env._("Choose the case this mail belongs to."))
        name, email = parse_contact_from_email(self.email_from)
        return self.case_id._open_address_correction(
            partner_id=False, name=name or email, email=email
        )

    def action_ignore(self):
        """Leave the mail: it has nothing to do with collections."""
        self.check_access("write")
        self._check_new()
        self._write_protected({"state": "ignored"})
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])

    def _check_new(self):
        if any(mail.state != "new" for mail in self):
            raise UserError(self.env._("This mail has already been dealt with."))
