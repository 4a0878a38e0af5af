"""The post office of `./dev demo`: takes every mail, delivers none.

Odoo hands its mails to it as to any mail server, so that the demo shows letters as
sent; each mail is kept as a file that mail programs open.
"""

import re
import socketserver
import threading
import time


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server for this machine only, on a free port, that fills a folder."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folder):
        """:param folder: where the mails are put"""
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def port(self):
        return self.server_address[1]

    def start(self):
        """Take mails from now on, until the program ends."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def keep(self, recipient, content):
        """Put one mail into the folder, under the time and whom it is for."""
        name = re.sub(r"[^\w@.+-]", "_", recipient)
        moment = time.strftime("%Y-%m-%d %H.%M.%S")
        # Several mails to one person in a second are counted.
        number = sum(1 for _ in self.folder.glob(f"{moment} {name}*"))
        suffix = f" {number + 1}" if number else ""
        (self.folder / f"{moment} {name}{suffix}.eml").write_bytes(content)


class _Conversation(socketserver.StreamRequestHandler):
    """What a mail server says: the few words of SMTP that Odoo needs."""

    def handle(self):
        recipient = "nobody"
        self._say("220 the demo's mailbox")
        while line := self.rfile.readline():
            words = line.decode(errors="replace").strip()
            command = words[:4].upper()
            if command == "RCPT":
                recipient = words.partition(":")[2].split(">")[0].strip(" <")
            if command == "DATA":
                self._say("354 end with a line with a point")
                self.server.keep(recipient, self._read_mail())
            self._say("221 good-bye" if command == "QUIT" else "250 OK")
            if command == "QUIT":
                return

    def _say(self, words):
        self.wfile.write(f"{words}\r\n".encode())

    def _read_mail(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            # A point at the beginning of a line travels doubled.
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)
