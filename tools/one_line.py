"""Texts for the headers of e-mails. Pure Python, no ORM."""


def on_one_line(text):
    r"""Return a text without line breaks: a name may have some, a header may not.

    :param str text: any text, or what stands for none

    >>> on_one_line("Invoices  of\n March")
    'Invoices of March'
    >>> on_one_line(None)
    """
    return text and " ".join(text.split())
