from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.outcomes import meaning

NEXT_STEPS = [
    ("call", "Call again"),
    ("address", "Correct the address"),
    ("promise", "Take down the promise"),
    ("dispute", "Take down the dispute"),
    ("plan", "Offer installments"),
    ("insolvency", "Look into the insolvency"),
    ("payment", "Look for the payment"),
    ("escalate", "Decide on the next stage"),
    ("reply", "Answer"),
]
# What may be added or put right while the memory is fresh.
COMPLETABLE = frozenset(
    {
        *("note", "duration", "reason_id", "partner_id", "person", "subject"),
        *("attachment_ids", "move_ids", "date_follow_up", "follow_up"),
    }
)
COMPLETE_MINUTES = 60


class CollectionContact(models.Model):
    """What follows from an entry, and its completion within the hour."""

    _inherit = "collection.contact"

    next_step = fields.Selection(NEXT_STEPS, compute="_compute_next_step")
    date_follow_up = fields.Date("Follow up on", help="The day to come back to it.")
    follow_up = fields.Char("To do then")
    can_complete = fields.Boolean(compute="_compute_can_complete")

    @api.depends("outcome")
    def _compute_next_step(self):
        for contact in self:
            contact.next_step = meaning(contact.outcome).next_step

    @api.depends("logged_date", "user_id", "is_void", "outcome")
    @api.depends_context("uid")
    def _compute_can_complete(self):
        for contact in self:
            contact.can_complete = not contact._get_cannot_complete_reason()

    def _get_cannot_complete_reason(self):
        """:return: translated sentence why the user may not complete this entry, or
        False"""
        limit = fields.Datetime.add(self.logged_date, minutes=COMPLETE_MINUTES)
        if self.user_id != self.env.user or self.letter_id:
            return self.env._("Only who wrote an entry completes it.")
        if not meaning(self.outcome).by_hand:
            return self.env._(
                "What was sent is written down by the program, not by hand."
            )
        if self.is_void:
            return self.env._("The entry is void.")
        if self._get_moment() > limit:
            return self.env._(
                "An entry is completed within an hour. Void it and log a new one."
            )
        return False

    def action_complete(self, values):
        """Complete an entry of one's own, within the hour; the version before it stays
        sealed.

        :param dict values: values of fields in ``COMPLETABLE``; files and invoices are
            added, none is taken away
        :raises UserError: when it is too late, or another person's entry
        """
        self.ensure_one()
        self.check_access("write")
        if reason := self._get_cannot_complete_reason():
            raise UserError(reason)
        if values.keys() - COMPLETABLE:
            raise AccessError(
                self.env._("Of an entry, only what was left out can be completed.")
            )
        for name in ("attachment_ids", "move_ids"):
            if name in values:
                values = {**values, name: self._only_added(name, values[name])}
        self._revise("completion", values)
        self._check_invoices()
        self._claim_evidence()
        if "date_follow_up" in values:
            self._follow_up()

    def action_open_complete(self):
        """Ask for what is to be added to the entry."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete the entry"),
            "res_model": "collection.contact.complete",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contact_id": self.id},
        }

    def _claim_evidence(self):
        """Give the entries the files uploaded for them: who reads one, reads both."""
        for contact in self:
            # Whoever may write the entry gives it the files that he uploaded; the
            # program those that it made.
            files = contact.sudo().attachment_ids.filtered(
                lambda file: (
                    not file.res_id
                    and (self.env.su or file.create_uid == self.env.user)
                )
            )
            files.write({"res_model": self._name, "res_id": contact.id})

    @api.model
    def _only_added(self, name, commands):
        """:return: commands that add to what there is
        :raises UserError: when something would be taken away or changed"""
        added = []
        for command, *rest in commands:
            if command == fields.Command.LINK:
                added.append(rest[0])
            elif command == fields.Command.SET:
                added += rest[1]
            else:
                raise UserError(self.env._("Evidence is added, not taken away."))
        self.env[self._fields[name].comodel_name].browse(added).check_access("read")
        return [fields.Command.link(id_) for id_ in added]

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        contacts._claim_evidence()
        contacts._follow_up()
        return contacts

    def _follow_up(self):
        """Take the case off the worklist as long as the outcome says, and make the
        activity that was asked for."""
        talks = self.filtered(lambda contact: meaning(contact.outcome).by_hand)
        for contact in talks:
            case, today = contact.case_id, contact.company_id._get_collection_today()
            days = meaning(contact.outcome).off_days
            later = fields.Date.add(today, days=days) if days else False
            day = contact.date_follow_up or later
            # Who may log a contact puts the case aside; a field nobody writes by hand.
            if day or contact.direction == "out":
                case.sudo().date_follow_up = day
            if contact.date_follow_up:
                case._add_task(
                    contact.follow_up or contact._get_next_step_label(),
                    contact.summary or "",
                    contact.date_follow_up,
                )

    def _get_next_step_label(self):
        labels = dict(self._fields["next_step"]._description_selection(self.env))
        return labels.get(self.next_step) or self.env._("Follow up")
