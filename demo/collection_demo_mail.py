from datetime import UTC, datetime, time
from email.message import EmailMessage

from . import history_mail
from .part import Demo


class DemoMail(Demo):
    """Demo data: mail from people nobody knows, at hours of the day."""

    def _at(self, day, hour, minute):
        """:return: the environment at a moment (UTC) of a day"""
        moment = datetime.combine(day, time(hour, minute), tzinfo=UTC)
        return self.env(context={**self.env.context, "collection_now": moment})

    def _receive_strangers(self, offset):
        """Have the mail gateway take in what came to the collections address."""
        clock = self._at(self._day(offset), 15, 5)
        for number, (sender, _on, subject, text) in enumerate(
            self._on(history_mail.STRANGERS, offset)
        ):
            mail = EmailMessage()
            mail["From"] = sender
            mail["To"] = "collections@demo.example.com"
            mail["Subject"] = subject
            mail["Message-Id"] = f"<stranger-{offset}-{number}@demo.example.com>"
            mail.set_content(text)
            clock["mail.thread"].message_process(
                "collection.case",
                mail.as_string(),
                custom_values={"company_id": self.env.company.id},
            )
