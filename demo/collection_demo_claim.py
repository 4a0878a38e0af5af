from . import history_claims as history
from .part import Demo


class DemoClaims(Demo):
    """Demo data: a claim that is being prepared, and one that paid a dividend."""

    def _claim(self, offset):
        """Prepare and file the claims of a day, and receive its dividends."""
        for bankruptcy in self._on(history.BANKRUPTCIES, offset):
            self.with_user(self._user("collector"))._record_demo_bankruptcy(*bankruptcy)
        for name, *_rest in self._on(history.CLAIMS, offset):
            self._prepare_demo_claim(name)
        filings = [
            (name, filed, number)
            for name, _day, filed, number in history.CLAIMS
            if filed
        ]
        for name, filed, number in self._on(filings, offset):
            # Without its packet: a demo starts without anything being printed.
            claim = self._get_demo_claim(name).with_user(self._user("manager"))
            claim._set_state("ready")
            claim._file(self._day(filed), number, "electronic")
        for dividend in self._on(history.DIVIDENDS, offset):
            self._receive_demo_dividend(*dividend)

    def _get_demo_claim(self, name):
        return self.env["collection.claim"].search(
            [("partner_id", "=", self._customer(name).id)], limit=1
        )

    def _prepare_demo_claim(self, name):
        bankruptcy = self.env["collection.bankruptcy"].search(
            [("partner_id", "=", self._customer(name).id)], limit=1
        )
        collector = self._user("collector")
        claim = (
            self.env["collection.claim"]
            .with_user(collector)
            .create({"bankruptcy_id": bankruptcy.id, "signer_id": collector.id})
        )
        claim.write(history.ANSWERS)

    def _receive_demo_dividend(self, name, day, percent, amount, reference):
        claim = self._get_demo_claim(name).with_user(self._user("manager"))
        claim._decide(self._day(day), claim.amount_total, "Allowed as filed.")
        claim.percent_expected = percent
        payment = self._pay([(self._customer(name), self._day(day), amount)])
        claim.env["collection.claim.distribution"].create(
            {
                "claim_id": claim.id,
                "date": self._day(day),
                "reference": reference,
                "payment_id": payment.id,
            }
        )
        self._match(payment, self._open_invoices(name)[:1])
