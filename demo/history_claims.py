"""What was claimed in the insolvencies of the demo; days count as in ``history``."""

# customer, entered on, due on, amount, what for
INVOICES = [
    ("lantern", -100, -85, 4200.0, "Lamps, spring order"),
    ("lantern", -93, -78, 1850.0, "Lamps, second delivery"),
]
# As in ``history_insolvencies``.
BANKRUPTCIES = [
    (
        "lantern",
        -73,
        -76,
        "court_cob",
        "26-10233-mer",
        "7",
        -40,
        "Notice of chapter 7 case. Assets are expected to pay a small dividend.",
    ),
]
# customer, prepared on, filed on (False: a draft), number in the register
CLAIMS = [
    ("lantern", -71, -66, "14-1"),
    ("ridgeline", -1, False, False),
]
# customer, on, share of the allowed amount expected in percent, dividend, reference
DIVIDENDS = [("lantern", -5, 15.0, 605.0, "First interim dividend")]
# What every claim of the demo says.
ANSWERS = {
    "basis": "Goods sold and delivered",
    "is_acquired": "no",
    "known_filer": "no",
    "is_amending": "no",
    "has_account": "no",
    "is_lease": "no",
    "has_setoff": "no",
    "has_priority": "no",
    "is_secured": "no",
}
