from . import history_insolvencies as history
from .part import Demo


class DemoInsolvencies(Demo):
    """Demo data: a customer who became bankrupt, and a rumor about another."""

    def _become_insolvent(self, offset):
        """Record the bankruptcies and rumors of a day, as a collector."""
        demo = self.with_user(self._user("collector"))
        for bankruptcy in self._on(history.BANKRUPTCIES, offset):
            demo._record_demo_bankruptcy(*bankruptcy)
        for name, _on, words in self._on(history.RUMORS, offset):
            demo.env["collection.bankruptcy"].create(
                {
                    "partner_id": self._customer(name).id,
                    "is_rumor": True,
                    "note": words,
                    "manager_id": self._user("manager").id,
                }
            )

    def _record_demo_bankruptcy(
        self, name, day, petition, court, number, chapter, meeting, words
    ):
        customer = self._customer(name)
        contact = self._at(self._day(day), 15, 5)["collection.contact"].create(
            {
                "case_id": customer.collection_case_id.id,
                "channel": "letter",
                "direction": "in",
                "outcome": "insolvency",
                "note": words,
            }
        )
        self.env["collection.bankruptcy"].create(
            {
                "partner_id": customer.id,
                "court_id": self.env.ref(f"account_collections.{court}").id,
                "case_number": number,
                "chapter": chapter,
                "date_petition": self._day(petition),
                "date_notice": self._day(day),
                "notice_means": "bnc",
                "contact_id": contact.id,
                "manager_id": self._user("manager").id,
                "trustee_id": self.env.ref("account_collections.demo_trustee").id,
                "date_meeting": self._day(meeting),
                "meeting_place": "By telephone",
            }
        )
