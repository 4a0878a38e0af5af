"""Who was charged for late payment in the demo's story."""

# customer, whether the invoice was posted, whether its lump sums were waived
CHARGES = [
    ("krueger", True, True),
]
