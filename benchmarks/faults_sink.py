"""A mail server that misbehaves as it is told, in a process of its own.

It writes a line for each message whose data it has got: its Message-Id, and whether it
has answered that it takes it.
"""

import json
import random
import time
from pathlib import Path
from typing import NamedTuple

from ..tests.common import smtp_server

# What may happen to a message per manner of the server, and how often in a hundred.
MANNERS = {
    "well": (),
    "refuses": (
        (15, {"RCPT": (450, "4.2.0 greylisted")}),
        (10, {"END": (451, "4.3.0 try again later")}),
        (10, {"RCPT": (550, "5.1.1 no such mailbox")}),
    ),
    "breaks": (
        (10, {"DATA": "close"}),
        (10, {"MIDDLE": True}),
        (10, {"AFTER": True}),
        (30, {"SLOW": 0.5}),
    ),
}


class Taken(NamedTuple):
    """A message whose data the server has got."""

    reference: str
    is_answered: bool


class Session(smtp_server.Session):
    """Each message has a fate of its own."""

    def do_mail(self, rest):
        self.server.draw()
        super().do_mail(rest)

    def do_data(self, rest):
        time.sleep(self.server.faults.get("SLOW", 0))
        super().do_data(rest)


class Sink(smtp_server.SmtpServer):
    """The server. The file ``manner`` in its folder says how it behaves by now."""

    def __init__(self, folder):
        super().__init__()
        self.RequestHandlerClass = Session
        self.folder = Path(folder)
        # What comes in is written down, see append().
        self.envelopes = self

    def draw(self):
        """Decide what happens to the next message."""
        self.faults, chance = {}, random.uniform(0, 100)
        for share, faults in MANNERS[(self.folder / "manner").read_text()]:
            if chance < share:
                self.faults = faults
                return
            chance -= share

    def handle_error(self, request, client_address):
        """Nothing is wrong with a client that was killed."""

    def append(self, envelope):
        """Write down a message; a line is written at once or not at all."""
        is_refused = self.faults.get("AFTER") or self.faults.get("END")
        line = json.dumps([str(envelope.message["Message-Id"]).strip(), not is_refused])
        with (self.folder / "mails").open("a") as file:
            file.write(line + "\n")


def set_manner(folder, manner):
    """Have the server of a folder behave like that, a key of ``MANNERS``."""
    (Path(folder) / "manner").write_text(manner)


def read_mails(folder):
    """Answer a list of what the server has got, oldest first."""
    path = Path(folder) / "mails"
    lines = path.read_text().splitlines() if path.exists() else []
    return [Taken(*json.loads(line)) for line in lines]
