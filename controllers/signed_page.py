from odoo.exceptions import MissingError, UserError
from odoo.http import request

from .portal import MAX_ID, is_token_of
from .portal_form import MAX_TEXT


class SignedPage:
    """The page of something that customers read and sign; see
    ``collection.signed.mixin``.

    Who may see it: a portal user of its customer, the holder of the link with its
    token, and our own people who may read the record. Only customers sign. Everything
    that is written goes through the record's own methods.
    """

    def __init__(self, model, states):
        self.model = model
        # What a customer gets to see: not drafts, nor what waits for a manager.
        self.states = states

    @property
    def records(self):
        """The model, as superuser: what is read of it is limited by the methods."""
        return request.env[self.model].sudo()

    def get_domain(self):
        """Answer what the visitor may see when logged in."""
        return [
            ("partner_id", "=", self._get_customer().id or 0),
            ("state", "in", self.states),
            ("date_offered", "!=", False),
        ]

    def find(self, record_id, access_token):
        """Answer a record that the visitor may see, as superuser.

        :raises MissingError: for every other one, existing or not
        """
        if record_id > MAX_ID:
            raise MissingError(request.env._("This page does not exist."))
        record = self.records.browse(record_id).exists()
        if not record or record.state not in self.states or not record.date_offered:
            raise MissingError(request.env._("This page does not exist."))
        if is_token_of(record, access_token):
            return record
        # Our own people look at it; they cannot sign, see ``may_act``.
        is_reader = not request.env.user.share and record.with_user(
            request.env.user
        ).has_access("read")
        if not (is_reader or self.is_own(record)):
            raise MissingError(request.env._("This page does not exist."))
        return record

    def _get_customer(self):
        """:return: the customer whose account it is, none for the public"""
        # Says only whose account it is, by the one rule of the whole portal.
        account = request.env["collection.portal.account"].sudo()
        return account._get_customer(request.env.user)

    def is_own(self, record):
        """Answer whether it is the account of who is logged in."""
        customer = self._get_customer()
        return bool(customer) and customer == record.partner_id

    def may_act(self, record):
        """Answer whether the visitor may sign or decline: a customer, not one of our
        own people, and not too many times in an hour."""
        user = request.env.user
        if not user.share:
            return False
        who = f"{record._name} {record.id}" if user._is_public() else f"user {user.id}"
        return request.env["collection.portal.rate.limit"].sudo()._count(who)

    def get_values(self, record, access_token, cannot_sign):
        """Answer what the page and the form to sign need.

        :param cannot_sign: sentence on why it cannot be signed, or False
        """
        user = request.env.user
        return {
            "record": record,
            "token": access_token,
            "cannot_sign": cannot_sign,
            "is_signable": user.share and not cannot_sign,
            "is_own": self.is_own(record),
            "sign_url": self._get_url(record, "/sign", document=record.document_sha256),
            "decline_url": self._get_url(record, "/decline"),
            "document_url": self._get_url(record, "/document"),
            "default_name": "" if user._is_public() else user.name,
        }

    def _get_url(self, record, suffix="", **params):
        """:return: the address of the page, or of what lies below it; for our own
        people without the secret of the customer"""
        if not request.env.user.share:
            return f"{record.access_url}{suffix}"
        query = "".join(f"&{key}={value}" for key, value in params.items())
        return record.get_portal_url(suffix=suffix, query_string=query)

    def respond(self, template, values):
        """Answer a page that is not cached."""
        response = request.render(f"account_collections.{template}", values)
        response.headers["Cache-Control"] = "no-store"
        return response

    def send_document(self, record_id, access_token):
        """Answer the document: the signed one if there is one, else the offered one."""
        try:
            record = self.find(record_id, access_token)
        except MissingError:
            return request.redirect("/my")
        document = record.signed_document_id or record.document_id
        if not document:
            return request.redirect(self._get_url(record))
        stream = request.env["ir.binary"]._get_stream_from(document)
        response = stream.get_response(as_attachment=False)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def sign(self, record_id, access_token, name, signature):
        """Take a signature; the address says which document was shown.

        :return: dict for the widget
        """
        args = request.httprequest.args
        try:
            record = self.find(record_id, access_token or args.get("access_token"))
        except MissingError:
            return {"error": request.env._("This page does not exist.")}
        if not self.may_act(record):
            return {
                "error": request.env._("You cannot sign here now. Please try later.")
            }
        record = record.with_company(record.company_id)
        try:
            with request.env.cr.savepoint():
                error = record.env["collection.signature"]._sign(
                    record,
                    name if isinstance(name, str) else "",
                    signature,
                    str(args.get("document") or ""),
                    request.httprequest.remote_addr,
                    request.httprequest.user_agent.string,
                )
        except UserError as refusal:
            error = str(refusal)
        if error:
            return {"error": error}
        return {
            "force_refresh": True,
            "redirect_url": self._get_url(record, message="signed"),
        }

    def decline(self, record_id, access_token, reason, decline):
        """Note that the customer does not want it.

        :param decline: function of record and reason that notes it
        """
        try:
            record = self.find(record_id, access_token)
        except MissingError:
            return request.redirect("/my")
        reason = str(reason or "").replace("\x00", "").strip()[:MAX_TEXT]
        may = self.may_act(record) and record.state == "offered" and reason
        if not may:
            return request.redirect(self._get_url(record, error=1))
        decline(record.with_company(record.company_id), reason)
        return request.redirect(self._get_url(record))
