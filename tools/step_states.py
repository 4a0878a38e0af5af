"""The states of a step, for every room that counts or shows steps.

>>> sorted(set(OPEN_STATES) - {state for state, _label in STATES})
[]
"""

STATES = [
    ("approve", "To approve"),
    ("planned", "Planned"),
    ("todo", "To do"),
    ("done", "Done"),
    ("skipped", "Skipped"),
    ("cancelled", "Dropped"),
    ("failed", "Failed"),
]

# A case has at most one of these at a time.
OPEN_STATES = ("planned", "approve", "todo", "failed")
