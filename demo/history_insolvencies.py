"""Which demo customers became insolvent; days count as in ``history``."""

# customer, first invoices of the story: entered on, due on, amount, what for
INVOICES = [
    ("ridgeline", -100, -70, 6480.0, "Shop fittings, first delivery"),
    ("ridgeline", -51, -21, 3150.0, "Shop fittings, second delivery"),
    ("ridgeline", -1, 13, 940.0, "Spare shelves, on new terms"),
]
# customer, recorded on, day of the petition, court, case number, chapter, meeting of
# creditors, what the incoming notice said
BANKRUPTCIES = [
    (
        "ridgeline",
        -2,
        -9,
        "court_cob",
        "26-10874-tbm",
        "7",
        24,
        "Notice of chapter 7 case from the Bankruptcy Noticing Center. Trustee: Harmon"
        " & Cole.",
    ),
]
# customer, heard on, what was heard
RUMORS = [
    (
        "lastcall",
        -2,
        "A supplier says that they have talked to a bankruptcy lawyer. Nothing on the"
        " docket yet.",
    ),
]
