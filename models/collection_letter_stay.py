from odoo import models


class CollectionLetter(models.Model):
    """Messages about what a bankruptcy stays do not leave."""

    _inherit = "collection.letter"

    def _stop_for_stay(self):
        """Cancel what is queued, and pull what is on paper and not yet posted."""
        self._cancel_queued()
        self.filtered(
            lambda letter: letter.delivery_state in ("to_print", "printed")
        )._set_paper_state("cancelled")

    def _get_problem_text(self):
        """A message that the stay has stopped is no problem to be solved."""
        stay = self.env["collection.stay"]
        if self.delivery_state == "cancelled" and stay._filter_moves(self.move_ids):
            return False
        return super()._get_problem_text()

    def action_print(self):
        """Print letters; what was sent may be printed for the file at any time."""
        for letter in self:
            if letter.delivery_state in ("to_print", "printed", "cancelled"):
                letter._check_stay("print")
        return super().action_print()

    def action_send_by_post(self):
        """Hand letters over to the postal service, unless a stay forbids them."""
        for letter in self:
            letter._check_stay("post")
        return super().action_send_by_post()

    def _take_back(self, reason):
        """What the postal service gives back is not printed under a stay."""
        stay = self.env["collection.stay"]
        stayed = self.filtered(lambda letter: stay._filter_moves(letter.move_ids))
        stayed._set_post_state("cancelled", failure_reason=reason, post_order=False)
        return super(CollectionLetter, self - stayed)._take_back(reason)

    def _check_stay(self, kind):
        self.env["collection.stay"]._check_moves(
            self.move_ids, kind, self.subject or self.display_name, self.case_id
        )

    def _set_paper_state(self, state, **vals):
        if state in ("printed", "posted"):
            for letter in self:
                letter._check_stay("print" if state == "printed" else "post")
        return super()._set_paper_state(state, **vals)
