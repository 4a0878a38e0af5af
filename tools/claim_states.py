"""The states of a claim, and the ways between them.

>>> set(TRANSITIONS) == {state for state, _label in STATES}
True
>>> sorted(TRANSITIONS["draft"])
['ready', 'withdrawn']
"""

STATES = [
    ("draft", "Draft"),
    ("ready", "Ready to file"),
    ("filed", "Filed"),
    ("objected", "Objected to"),
    ("allowed", "Allowed"),
    ("reduced", "Allowed in part"),
    ("disallowed", "Disallowed"),
    ("amended", "Amended"),
    ("transferred", "Transferred"),
    ("withdrawn", "Withdrawn"),
    ("closed", "Closed"),
]
# The court does not have it yet.
UNFILED_STATES = ("draft", "ready")
# In the court's register of claims, and replaced by no other version.
REGISTERED_STATES = ("filed", "objected", "allowed", "reduced", "disallowed")
DIVIDEND_STATES = ("filed", "allowed", "reduced")
# Which states a claim may go to from each one. What was decided can be reconsidered.
TRANSITIONS = {
    "draft": {"ready", "withdrawn"},
    "ready": {"draft", "filed", "withdrawn"},
    "filed": {
        "objected",
        "allowed",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "objected": {
        "allowed",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
    },
    "allowed": {
        "objected",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "reduced": {
        "objected",
        "allowed",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "disallowed": {"allowed", "reduced", "amended", "closed"},
    "amended": set(),
    "transferred": set(),
    "withdrawn": set(),
    "closed": set(),
}
