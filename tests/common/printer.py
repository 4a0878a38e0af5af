import socket
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.account_collections.models.common import ir_actions_report
from odoo.addons.base.models.ir_actions_report import _wkhtml

HANG = "sleep 60 & echo $! > {folder}/pid; wait"


class SilentServer:
    """Takes every connection and never answers; knows who asked."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = []
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def listen(self):
        while True:
            try:
                self.asked.append(self.socket.accept())
            except OSError:
                return

    def __exit__(self, *_exception):
        self.socket.close()
        for connection, _address in self.asked:
            connection.close()


class PrinterMixin:
    """Something else in the place of wkhtmltopdf."""

    def break_wkhtmltopdf(self, script, **values):
        """Have a program of ours in the place of wkhtmltopdf."""
        folder = Path(self.enterContext(TemporaryDirectory()))
        program = folder / "wkhtmltopdf"
        real = _wkhtml().bin
        program.write_text(
            "#!/bin/sh\n" + script.format(real=real, folder=folder, **values)
        )
        program.chmod(0o755)
        broken = _wkhtml()._replace(bin=str(program))
        self.enterContext(patch.object(ir_actions_report, "_wkhtml", lambda: broken))
        return folder
