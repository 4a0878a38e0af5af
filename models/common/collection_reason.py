from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionReason(models.Model):
    """Vocabulary: why a step is skipped, a case is held or an entry is voided."""

    _name = "collection.reason"
    _description = "Collection Reason"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("hold", "Hold"),
            ("skip", "Skipped step"),
            ("nonpayment", "Reason for non-payment"),
            ("dispute", "Reason of a dispute"),
            ("cause", "Root cause of a dispute"),
            ("waiver", "Waived late charges"),
        ],
        required=True,
        default="hold",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    review_days = fields.Integer(
        "Review after (days)",
        default=14,
        aggregator=None,
        help="Proposed review date of a hold with this reason.",
    )

    _review_positive = models.Constraint(
        "CHECK (review_days >= 1)", "A hold is reviewed after at least one day."
    )
    _review_within_reach = models.Constraint(
        "CHECK (review_days <= 3650)",
        "A hold is reviewed within 3650 days, ten years.",
    )
    _name_unique = models.Constraint(
        "UNIQUE (kind, name)", "There is already a reason with this name."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        """The call screen refers to the shipped reasons by their external ids."""
        if self & self.env["ir.model.data"]._get_shipped_by_collections(self._name):
            raise ValidationError(
                self.env._(
                    "This reason came with Collections, which may need it. Archive "
                    "it instead."
                )
            )
