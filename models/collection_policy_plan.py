from odoo import fields, models


class CollectionPolicy(models.Model):
    """How much of an installment plan a collector may offer; above it a manager
    approves. And when a plan is late."""

    _inherit = "collection.policy"

    plan_months_max = fields.Integer(
        "Plans up to (months)", default=6, help="Zero: no limit."
    )
    plan_installment_min = fields.Monetary(
        "Smallest installment", default=50, help="Zero: no limit."
    )
    plan_down_min = fields.Float(
        "Down payment at least (%)",
        default=0,
        help="Share of the covered amount. Zero: none is needed.",
    )
    plan_amount_max = fields.Monetary(
        "Plans up to (amount)", default=0, help="Zero: no limit."
    )
    plan_default_max = fields.Integer(
        "Defaults allowed before",
        default=0,
        help="A customer who defaulted more often on plans gets one from a manager"
        " only.",
    )
    plan_offer_days = fields.Integer(
        "Offer valid for (days)",
        default=14,
        help="Never longer than until the first date of its schedule.",
    )
    plan_tolerance_days = fields.Integer(
        "Tolerance of installments (days)",
        default=5,
        help="Days after the date within which an installment is still in time.",
    )
    plan_tolerance_amount = fields.Monetary(
        "Tolerance of installments (amount)",
        default=1,
        help="Up to this amount, what is missing does not make a plan late.",
    )
    plan_missed_max = fields.Integer(
        "Missed installments allowed",
        default=0,
        help="A notice is sent when more installments than these are missing.",
    )
    plan_cure_days = fields.Integer(
        "Time to cure (days)",
        default=7,
        help="From the notice on; when they have passed the plan is in default.",
    )
    plan_current = fields.Boolean(
        "New invoices must stay current",
        help="An overdue invoice outside the plan puts it in notice, too.",
    )
    plan_raise_stage = fields.Boolean(
        "Resume one stage higher",
        help="After a default the items resume one stage above the one they had.",
    )
    plan_remind_days = fields.Integer(
        "Remind of installments (days before)", default=3, help="Zero: no reminder."
    )
    plan_remind_late_days = fields.Integer(
        "Remind of missed installments (days after)",
        default=2,
        help="Zero: no reminder. The notice follows after the tolerance.",
    )

    _plan_limits = models.Constraint(
        "CHECK (plan_months_max >= 0 AND plan_installment_min >= 0"
        " AND plan_down_min >= 0 AND plan_down_min < 100 AND plan_amount_max >= 0"
        " AND plan_default_max >= 0 AND plan_offer_days >= 1"
        " AND plan_tolerance_days >= 0 AND plan_tolerance_amount >= 0"
        " AND plan_missed_max >= 0 AND plan_cure_days >= 1"
        " AND plan_remind_days >= 0 AND plan_remind_late_days >= 0)",
        "The limits of installment plans cannot be negative; an offer is valid, and"
        " there is time to cure, for at least one day.",
    )
