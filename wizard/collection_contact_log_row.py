from odoo import fields, models
from odoo.exceptions import UserError

X2MANY = ("one2many", "many2many")


class CollectionContactLog(models.TransientModel):
    """One call after the other: the screen stays, the customer changes."""

    _inherit = "collection.contact.log"

    is_in_row = fields.Boolean("In a row", readonly=True)
    passed_case_ids = fields.Many2many(
        "collection.case",
        "collection_contact_log_passed_rel",
        string="Had their turn",
        readonly=True,
    )

    def action_log_next(self):
        """Log this contact and go on with the next call of the worklist."""
        self.ensure_one()
        self._write_entry()
        if self._needs_form("promise") or self._needs_form("dispute"):
            return self._get_next_action()
        return self._go_on()

    def action_log_summary(self):
        """Log this contact and write to the customer what was agreed."""
        self.ensure_one()
        if not self.contact_id:
            self._write_entry()
        return self._open_summary()

    def action_next(self):
        """Go on with the next call, without logging this one."""
        self.ensure_one()
        self.case_id._leave_call()
        return self._go_on()

    def action_take_over(self):
        """Call this customer all the same; the colleague sees it."""
        self.ensure_one()
        self.case_id.check_access("write")
        self.case_id._take_call(by_force=True)

    def action_open_case(self):
        """Open the case, with everything there is on it."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def _open_summary(self):
        if reason := self.env["collection.summary"]._get_cannot_send_reason(
            self.contact_id
        ):
            raise UserError(reason)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Summary for the customer"),
            "res_model": "collection.call.summary",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_log_id": self.id,
                "default_contact_id": self.contact_id.id,
            },
        }

    def _go_on(self):
        """:return: nothing when the screen shows the next customer now; else the
        worklist, with a word that it is done"""
        passed = self.passed_case_ids | self.case_id
        case = self.env["collection.case"]._find_next_call(passed)
        if not case:
            return self._tell_done()
        case._take_call()
        step = case._find_talk()
        # Whose turn it was is written by the screen, not by hand.
        self.sudo().write(self._prepare_fresh_vals(case, step, passed))
        return False

    def _prepare_fresh_vals(self, case, step, passed):
        """:return: values of an empty screen for another customer"""
        keep = {*models.MAGIC_COLUMNS, "channel", "date", "direction", "partner_id"}
        empty = {
            name: [fields.Command.clear()] if field.type in X2MANY else False
            for name, field in self._fields.items()
            if field.store and name not in keep
        }
        defaults = self.default_get(["direction", "promise_means", "date"])
        return {
            **empty,
            **defaults,
            "case_id": case.id,
            "action_id": step.id,
            "channel": step.channel or "phone",
            "passed_case_ids": [fields.Command.set(passed.ids)],
            "is_in_row": True,
        }

    def _tell_done(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_case_action_calls"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("That was the last call of the worklist."),
                "next": {**action, "target": "main"},
            },
        }
