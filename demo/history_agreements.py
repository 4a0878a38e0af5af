"""What the demo customers promised, disputed and pay in installments; days count as in
``history``."""

# customer, taken on, promised for, share of what is open, by whom, means: of one day
PROMISES = [
    ("stonewall", -50, -45, 1.0, "Mr. Stone", "transfer"),
    ("sunshine", -19, -14, 1.0, "Office of the practice", "transfer"),
    ("old_harbor", -30, -24, 1.0, "Ms. Pelletier, accounting", "cheque"),
    ("lumiere", -8, 6, 1.0, "M. Renard", "transfer"),
    ("trio", -6, 9, 0.5, "Purchasing", "card"),
]
# customer, on, share of the oldest invoice, reason, the customer's words, what became
# of it (on day, decision, share accepted, cause, answer) or None while it is open
DISPUTES = [
    (
        "lastcall",
        -84,
        0.1,
        "reason_dispute_quality",
        "The mixing desk arrived scratched.",
        (
            -79,
            "reject",
            0.0,
            "reason_cause_none",
            "The desk left us in its sealed box, and the carrier's receipt that you"
            " signed names no damage. We ask you to settle the invoice in full.",
        ),
    ),
    (
        "granite",
        -66,
        0.05,
        "reason_dispute_quantity",
        "Four couplings were missing.",
        (
            -63,
            "accept",
            1.0,
            "reason_cause_picking",
            "You are right, four couplings stayed in our warehouse. Our credit note is"
            " on its way to you.",
        ),
    ),
    (
        "maple_street",
        -12,
        0.2,
        "reason_dispute_delivery",
        "Four of the desks have not been delivered.",
        None,
    ),
    (
        "echo",
        -2,
        0.25,
        "reason_dispute_quantity",
        "We never got the two light stands on this invoice.",
        None,
    ),
]
# customer, offered on, accepted by (None while the offer is open), amount as a share of
# what is open, the terms
SETTLEMENTS = [
    ("maple_street", -2, None, 0.9, {"reason": "Keeps a small school as a customer"}),
]
# customer, sent for signature on, signed by (None while it waits), the terms
TERMS = [
    (
        "granite",
        -98,
        "Gail Stone, owner",
        {"interest_kind": "points", "interest_points": 8.0, "lump_sum": 40.0},
    ),
    (
        "evergreen",
        -91,
        "Pat Woods, purchasing",
        {
            "interest_kind": "rate",
            "interest_rate": 9.0,
            "credit_limit": 60000.0,
            "costs": "The customer bears the fees of an agency or a lawyer that the"
            " law allows.",
        },
    ),
    (
        "fairview",
        -3,
        None,
        {"interest_kind": "rate", "interest_rate": 8.0, "credit_limit": 5000.0},
    ),
]
# customer, offered on, signed by (None while the offer is open), first date, terms
PLANS = [
    (
        "harvest",
        -39,
        "Luna Baker, owner",
        -33,
        {"installment_count": 5, "rhythm": "fortnightly"},
    ),
    (
        "copper",
        -32,
        "Carl Kupfer, manager",
        -11,
        {"amount_down": 300.0, "installment_count": 6, "rhythm": "fortnightly"},
    ),
    (
        "fairview",
        -1,
        None,
        29,
        {"installment_count": 3, "charge_kind": "charge", "charge": 30.0},
    ),
]
