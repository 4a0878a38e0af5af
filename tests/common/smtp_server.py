"""A small mail server for tests: it takes what is sent to it and keeps it."""

import socketserver
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server


@dataclass
class Envelope:
    """A message as it went over the wire."""

    sender: str
    recipients: list
    message: EmailMessage


class Session(socketserver.StreamRequestHandler):
    """One conversation of RFC 5321, as far as ``smtplib`` needs it."""

    is_gone = False

    def handle(self):
        self.reset()
        self.answer(*self.server.faults.get("CONNECT", (220, "ready")))
        while line := self.rfile.readline().decode().strip():
            verb, _space, rest = line.partition(" ")
            handler = getattr(self, f"do_{verb.lower()}", None)
            fault = self.server.faults.get(verb.upper())
            if fault == "close":
                break
            if fault:
                self.answer(*fault)
            elif handler:
                handler(rest)
            else:
                self.answer(502, "not implemented")
            if verb.upper() == "QUIT" or self.is_gone:
                break

    def reset(self):
        self.sender, self.recipients = "", []

    def answer(self, code, text):
        self.wfile.write(f"{code} {text}\r\n".encode())

    def do_ehlo(self, _rest):
        self.answer(250, "localhost")

    do_helo = do_noop = do_ehlo

    def do_quit(self, _rest):
        self.answer(221, "bye")

    def do_rset(self, _rest):
        self.reset()
        self.answer(250, "ok")

    def do_mail(self, rest):
        self.sender = self.get_address(rest)
        self.answer(250, "ok")

    def do_rcpt(self, rest):
        address = self.get_address(rest)
        if address in self.server.refused:
            self.answer(550, "no such mailbox")
            return
        self.recipients.append(address)
        self.answer(250, "ok")

    def do_data(self, _rest):
        self.answer(354, "go on")
        if self.server.faults.get("MIDDLE"):
            self.is_gone = bool(self.rfile.readline())
            return
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                # The client is gone, and with it the message.
                self.is_gone = True
                return
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.SMTP)
        self.server.envelopes.append(Envelope(self.sender, self.recipients, message))
        self.reset()
        if self.server.faults.get("AFTER"):
            self.is_gone = True
            return
        self.answer(*self.server.faults.get("END", (250, "taken")))

    @staticmethod
    def get_address(rest):
        return rest.partition("<")[2].partition(">")[0]


class SmtpServer(socketserver.ThreadingTCPServer):
    """Listen on a free local port and keep the messages.

    Use it as a context manager. ``refused`` are addresses that do not exist.
    ``faults`` are answers instead of the usual ones, a pair of number and text per
    verb, "CONNECT" or "END" (of the data); "close" instead of a pair hangs up. It hangs
    up in the middle of the data with "MIDDLE", and before it answers to them with
    "AFTER".
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.envelopes, self.refused, self.faults = [], set(), {}

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()


class MailServerCase:
    """For tests that send mail for real, to a server that listens here."""

    def start_mail_server(self):
        """Have Odoo send to a server of this test, and to no other."""
        self.smtp = self.enterContext(SmtpServer())
        self.addCleanup(self.forget_handovers)
        # Odoo sends nothing in tests; here it shall.
        self.enterContext(
            patch.object(IrMail_Server, "_disable_send", lambda _s: False)
        )
        servers = self.root["ir.mail_server"]
        servers.search([]).active = False
        servers.create(
            {
                "name": "Test",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.smtp.port,
                "smtp_encryption": "none",
            }
        )

    def forget_handovers(self):
        """Remove what is noted outside of the transaction of a test."""
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM collection_mail_handover")

    def run_queue(self):
        """Send what waits in Odoo's queue; answer what arrived."""
        self.smtp.envelopes.clear()
        self.root["mail.mail"].process_email_queue()
        return list(self.smtp.envelopes)
