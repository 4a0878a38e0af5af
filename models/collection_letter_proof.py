from odoo import api, models


class CollectionLetter(models.Model):
    """A letter can be seen again as it was, and says whether it still is."""

    _inherit = "collection.letter"

    @api.model_create_multi
    def create(self, vals_list):
        """Seal the words; who attaches a document takes its fingerprint instead."""
        for vals in vals_list:
            if vals.get("body") and not vals.get("sha256"):
                vals["sha256"] = self._fingerprint(str(vals["body"]).encode())
        return super().create(vals_list)

    def _get_sealed(self):
        """:return: bytes that the fingerprint was taken of: the document, else the
        words"""
        if self.attachment_id:
            return self.attachment_id.raw or b""
        return str(self.body or "").encode()

    def _get_check(self):
        """Compare what is stored with the fingerprint taken when it was sent.

        :return: pair of whether it matches and a translated sentence
        """
        self.ensure_one()
        if not self.sha256:
            return False, self.env._("No fingerprint was taken of this message.")
        if self._fingerprint(self._get_sealed()) == self.sha256:
            what = (
                self.env._("The stored document is the one that was sent.")
                if self.attachment_id
                else self.env._("The stored message is the one that was sent.")
            )
            return True, what
        return False, self.env._(
            "The stored document is not the one that was sent: its content was changed"
            " or is missing. Look for it in a backup."
        )

    def action_check(self):
        """Say whether the stored document still is the one that was sent."""
        matches, sentence = self._get_check()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if matches else "danger",
                "title": self.env._("Fingerprint"),
                "message": sentence,
                "sticky": not matches,
            },
        }
