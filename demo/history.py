"""What has happened to the demo customers, and what people did about it.

Days count from the last working day: -30 is thirty days before it. Customers go by
their XML id without ``partner_``. Every date is far enough from the next change of
stage for a weekend in between not to matter.
"""

# When the first open invoice of the story was written.
FIRST_DAY = -126

# customer: months since the first invoice, months between two, amount, and by how many
# days each was paid late in turn.
PAST = {
    "meadowbrook": (22, 5, 1150.0, (-3, 0, -1)),
    "corner_flowers": (14, 4, 310.0, (2, 0)),
    "fairview": (30, 6, 2400.0, (4, -2, 9)),
    "granite": (26, 8, 3900.0, (18, 25)),
    "stonewall": (12, 3, 4800.0, (31, 40, 52)),
    "lastcall": (32, 9, 5200.0, (12, 33)),
    "old_harbor": (18, 6, 2900.0, (9, 17)),
    "lakeside": (34, 9, 2750.0, (0, 3)),
    "maple_street": (28, 7, 900.0, (12, 15)),
    "boomerang": (20, 6, 1600.0, (-5, 1)),
    "riddle": (15, 5, 2200.0, (5, 2)),
    "swift": (13, 4, 690.0, (1, 0)),
    "evergreen": (40, 2, 34000.0, (3, 8, 0, 6)),
    "krueger": (18, 6, 2600.0, (-4, -8)),
    "lumiere": (16, 5, 3100.0, (6, 11)),
    "trio": (27, 10, 6000.0, (0, -2)),
    "sunshine": (24, 8, 1700.0, (14, 22)),
    "bounce": (11, 4, 640.0, (7,)),
    "echo": (13, 5, 880.0, (1, 4)),
}

# customer, entered on, due on, amount, what for
INVOICES = [
    ("meadowbrook", -25, 5, 1240.0, "Service of the ovens"),
    ("corner_flowers", -33, -3, 420.0, "Gift boxes"),
    ("fairview", -43, -13, 2850.0, "Examination chairs"),
    ("fairview", -18, 12, 640.0, "Waiting room chairs"),
    ("granite", -70, -40, 4120.0, "Rental of scaffolding"),
    ("granite", -28, 2, 1380.0, "Safety nets"),
    ("stonewall", -92, -62, 5900.0, "Renovation of the lobby"),
    ("stonewall", -89, -59, 2300.0, "Lighting of the stairways"),
    ("lastcall", -125, -95, 7450.0, "Stage and sound equipment"),
    ("old_harbor", -80, -50, 3275.0, "Refit of the harbor office"),
    ("hidden_lane", -38, -8, 380.0, "Display cases"),
    ("lakeside", -63, -33, 3600.0, "Banquet tables"),
    ("maple_street", -56, -26, 1150.0, "Desks for two classrooms"),
    ("maple_street", -43, -13, 980.0, "Whiteboards"),
    ("boomerang", -46, -16, 1890.0, "Tents, spring collection"),
    ("riddle", -48, -18, 3400.0, "Conference room furniture"),
    ("swift", -39, -9, 760.0, "Parcel shelves"),
    ("evergreen", -45, -15, 6400.0, "Shop fittings, Tacoma"),
    ("evergreen", -12, 18, 18000.0, "Shop fittings, Spokane"),
    ("kickstart", -84, -84, 1500.0, "Workbenches"),
    ("kickstart", -5, -6, 8900.0, "Laboratory furniture"),
    ("lumiere", -54, -24, 1450.0, "Easels"),
    ("sunshine", -60, -30, 1980.0, "Reception desk"),
    ("bounce", -39, -9, 640.0, "Lockers"),
    ("echo", -47, -17, 1120.0, "Backdrops and stands"),
    ("harvest", -76, -46, 3000.0, "Counters and shelves"),
    ("copper", -72, -42, 2100.0, "Tables for the tasting room"),
]
# The same in the other currency.
FOREIGN_INVOICES = [
    ("lumiere", -54, -24, 5200.0, "Exhibition lighting"),
    ("krueger", -40, -10, 2760.0, "Workshop cabinets"),
]
# customer, entered on, amount, what for: in installments of 30, 60 and 90 days
INSTALLMENT_INVOICES = [("trio", -70, 9000.0, "Showroom on installments")]
# customer, entered on, amount, what for
CREDIT_NOTES = [
    ("boomerang", -14, 1950.0, "Tents returned"),
    ("fairview", -9, 120.0, "Stool returned"),
]
# customer, on, amount, whether it is matched with the oldest invoice
PAYMENTS = [
    ("kickstart", -83, 1500.0, True),
    ("trio", -41, 3060.0, True),
    ("sunshine", -15, 1980.0, True),
    ("riddle", -9, 1000.0, False),
    ("harvest", -33, 600.0, True),
    ("harvest", -18, 600.0, True),
    ("harvest", -5, 600.0, True),
    ("copper", -24, 300.0, True),
]
# customer, on: pays the oldest invoice online, and the bank takes its time
PENDING_PAYMENTS = [("swift", -2)]

# customer, from, review on, reason, whether only the oldest invoice, note
HOLDS = [
    (
        "lakeside",
        -16,
        4,
        "reason_hold_clarify",
        False,
        "Two tables came with scratches. The warehouse is finding out what happened.",
    ),
    (
        "maple_street",
        -10,
        0,
        "reason_hold_dispute",
        True,
        "Says that two of the desks are missing. Delivery note asked for.",
    ),
]

# What customers said when called: outcome, reason for non-payment, note.
CALLS = {
    "granite": (
        "hardship",
        "reason_np_cash",
        "Two building sites are paid late. Wants to settle when the town has paid.",
    ),
    "stonewall": (
        "promise",
        "reason_np_approval",
        "The owner has to sign. Promised the money for the end of the week.",
    ),
    "lastcall": (
        "reached",
        "reason_np_difficulty",
        "Lost two large bookings. Would not name a date.",
    ),
    "old_harbor": (
        "message_left",
        False,
        "Left a message with the office, asked for a call back.",
    ),
    "lakeside": (
        "dispute",
        "reason_np_dissatisfied",
        "Unhappy with two of the tables. Wants them looked at first.",
    ),
    "maple_street": (
        "dispute",
        "reason_np_dispute",
        "Says that two of the desks never arrived.",
    ),
    "riddle": (
        "paid_already",
        "reason_np_misunderstanding",
        "Has paid 1,000 without naming the invoice. The rest comes next month.",
    ),
    "lumiere": (
        "reached",
        "reason_np_invoice",
        "Had not seen the invoice. Asked for a copy; thanked us for calling.",
    ),
    "sunshine": (
        "promise",
        "reason_np_forgotten",
        "It had slipped. Pays this week; thanked her for her frankness.",
    ),
}
# customer, on, channel, direction, outcome, note: beside the steps of the ladder
CONTACTS = [
    (
        "harvest",
        -40,
        "phone",
        "in",
        "plan_wanted",
        "A new oven took all the cash. Could pay 600 every second week.",
    ),
    (
        "stonewall",
        -30,
        "phone",
        "out",
        "no_answer",
        "Nothing has come in. Rang twice.",
    ),
    (
        "stonewall",
        -16,
        "phone",
        "out",
        "refused",
        "Mr. Stone says that he pays when he pays. Stayed courteous, named the date.",
    ),
    (
        "lastcall",
        -50,
        "email",
        "in",
        "plan_wanted",
        "Asks for six installments. Offered three; no answer since.",
    ),
    (
        "granite",
        -12,
        "email",
        "in",
        "received",
        "Thanks for the patience. The town has not paid yet.",
    ),
]

# customer, on, answer to the last e-mail
REPLIES = [
    (
        "echo",
        -2,
        "Hello,\n\nwe never got the two light stands on this invoice. We will pay as"
        " soon as they are here, or right away without them. What do you prefer?"
        "\n\nBest regards\n",
    ),
]

# What still waits for somebody when the demo opens: customer and channel.
OPEN_STEPS = {
    ("fairview", "phone"),
    ("kickstart", "phone"),
    ("granite", "letter"),
    ("stonewall", "certified"),
    ("lastcall", "task"),
    # The letter that its bankruptcy stopped.
    ("ridgeline", "certified"),
}
# Whose letter lies in the printer tray, and whose reminder came back.
UNPOSTED_LETTERS = {"old_harbor"}
BOUNCES = {"bounce"}
