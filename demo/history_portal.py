"""What the demo customers said in the portal; days count as in ``history``."""

# customer, on, amount of the newest invoice, reason, the customer's words
DISPUTES = [
    (
        "fairview",
        -3,
        45.0,
        "reason_dispute_price",
        "We had agreed on free delivery for this order.",
    ),
]
# customer, on, subject, words
MESSAGES = [
    (
        "trio",
        -5,
        "Change of address",
        "From next month on, please send invoices to our new office.",
    ),
]
# customer, on: they have looked at their account by the link of the last message
OPENINGS = [("stonewall", -8), ("stonewall", -6), ("stonewall", -1)]
