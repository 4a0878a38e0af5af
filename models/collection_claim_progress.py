from odoo import Command, models
from odoo.exceptions import AccessError, UserError

# Which states a claim may go to from each one. What was decided can be reconsidered.
TRANSITIONS = {
    "draft": {"ready", "withdrawn"},
    "ready": {"draft", "filed", "withdrawn"},
    "filed": {
        "objected",
        "allowed",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "objected": {
        "allowed",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
    },
    "allowed": {
        "objected",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "reduced": {
        "objected",
        "allowed",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "disallowed": {"allowed", "reduced", "amended", "closed"},
    "amended": set(),
    "transferred": set(),
    "withdrawn": set(),
    "closed": set(),
}


class CollectionClaim(models.Model):
    """The way of a claim: ready, filed, objected to, decided, amended, closed."""

    _inherit = "collection.claim"

    def _get_state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env))[state]

    def _check_manager(self):
        """:raises AccessError: for everybody but managers of collections"""
        group = "account_collections.group_collection_manager"
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(
                self.env._("Only a manager of collections takes this step of a claim.")
            )

    def _set_state(self, state, **vals):
        """Change the state along ``TRANSITIONS``.

        :raises UserError: when a claim cannot go there from where it is
        """
        self.check_access("write")
        for claim in self:
            if state not in TRANSITIONS[claim.state]:
                raise UserError(
                    self.env._(
                        "The claim is “%(old)s” and cannot become “%(new)s”.",
                        old=self._get_state_label(claim.state),
                        new=self._get_state_label(state),
                    )
                )
        # Readonly fields are written by nobody by hand; the right was checked above.
        self.sudo().write({"state": state, **vals})

    def action_ready(self):
        """Everything was looked at: the claim can be filed."""
        self._check_manager()
        for claim in self:
            claim._check_complete()
        self._set_state("ready")

    def action_draft(self):
        """Work on it again."""
        self._set_state("draft")

    def action_close(self):
        """The proceedings pay nothing any more."""
        self._check_manager()
        for claim in self:
            today = claim.company_id._get_collection_today()
            claim._set_state("closed", date_closed=today)

    def _file(self, date, register_number, method, receipt=None):
        """Note that the claim was filed; what it amends does not stand any more.

        :param date: the day it was filed
        :param str register_number: number and version in the claims register
        :param str method: how
        :param receipt: ir.attachment record
        :raises UserError: before the petition, or without its packet
        """
        self.ensure_one()
        self._check_manager()
        # The petition or the ledger may have changed since it was ready.
        self._check_current()
        if date < self.date_petition:
            raise UserError(
                self.env._("A claim is filed after the petition, not before.")
            )
        self._set_state(
            "filed",
            date_filed=date,
            register_number=register_number,
            method=method,
            receipt_id=receipt.id if receipt else False,
        )
        self.previous_id.filtered(
            lambda claim: "amended" in TRANSITIONS[claim.state]
        )._set_state("amended")
        self._take_over_distributions()

    def _object(self, date_answer_due, reason):
        """Note an objection, and put its answer on somebody's list.

        :param date date_answer_due: by when to answer
        :param str reason: what is objected
        """
        self.ensure_one()
        self._set_state("objected", date_answer_due=date_answer_due, objection=reason)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_answer_due,
            self.env._("Answer the objection to the claim"),
            note=reason,
            user_id=(self.user_id or self.env.user).id,
        )

    def _decide(self, date, amount, reason):
        """Note what the court decided.

        :param float amount: what is allowed, in the claim's currency
        :raises UserError: when more is allowed than was claimed
        """
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(amount, self.amount_total) > 0 or compare(amount, 0) < 0:
            raise UserError(
                self.env._(
                    "Between nothing and %s can be allowed: that was claimed.",
                    self.currency_id.format(self.amount_total),
                )
            )
        if self.currency_id.is_zero(amount):
            state = "disallowed"
        else:
            state = "reduced" if compare(amount, self.amount_total) else "allowed"
        vals = {"amount_allowed": amount, "date_decided": date, "decision": reason}
        if state == self.state:
            # The court changed the amount, not the kind of its decision.
            self.check_access("write")
            self.sudo().write(vals)
        else:
            self._set_state(state, **vals)

    def _amend(self, reason):
        """Draft the next version; this one stands until that one is filed.

        :return: the new collection.claim
        """
        self.ensure_one()
        if "amended" not in TRANSITIONS[self.state]:
            self._set_state("amended")
        if self.next_ids.filtered(lambda claim: claim.state != "withdrawn"):
            raise UserError(self.env._("An amendment of this claim is under way."))
        self.check_access("write")
        versions = [self.version, *self._find_others().mapped("version")]
        # A copy, its lineage written by the program.
        return (
            self.sudo()
            .copy(
                {
                    "previous_id": self.id,
                    "version": max(versions) + 1,
                    "amendment_reason": reason,
                    "percent_expected": self.percent_expected,
                    "user_id": self.env.uid,
                }
            )
            .with_env(self.env)
        )

    def copy_data(self, default=None):
        """Take the answers, the hand-made lines and the documents along."""
        result = super().copy_data(default)
        for claim, vals in zip(self, result, strict=True):
            for name, records in claim._get_kept_by_amendment().items():
                vals[name] = [
                    Command.create(record_vals) for record_vals in records.copy_data()
                ]
        return result
