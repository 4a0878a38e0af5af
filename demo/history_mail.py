"""Mail to the collections address of the demo whose sender is not on file.

Days count from the last working day.
"""

# sender, on, subject, text
STRANGERS = [
    (
        "Kim Alvarez <kim.alvarez@bookkeepers.example.com>",
        -3,
        "Your reminder to Old Harbor Marine",
        "Good morning,\n\nwe have taken over the books of the Old Harbor. Please send"
        " us a statement of the account; we settle what is due with the next run.\n",
    ),
    (
        "Office Supplies Weekly <news@supplies.example.com>",
        -2,
        "Ten percent off this week only",
        "Paper, toner and more at prices you will not believe.\n",
    ),
]
