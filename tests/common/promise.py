from odoo.fields import Command

from .base import CollectionCommon


class PromiseCommon(CollectionCommon):
    """A customer with a case, promises and disputes taken on given days, and nights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Promiser")
        cls.policy = cls.make_policy(
            {"days": 1}, {"days": 20, "gap_days": 5}, {"days": 40}, quiet_days=1
        )
        cls.reason_dispute = cls.env.ref("account_collections.reason_dispute_price")
        cls.reason_cause = cls.env["collection.reason"].search(
            [("kind", "=", "cause")], limit=1
        )

    @classmethod
    def as_of(cls, record, day=None):
        """Answer the records with the day that counts as today."""
        return record.with_context(collection_as_of=day or cls.today)

    @classmethod
    def night(cls, offset, company=None):
        """Simulate the night of a day: review, plan, follow up."""
        company, day = company or cls.company, cls.day(offset)
        cls.plan(day, company)
        for model in ("collection.promise", "collection.dispute"):
            cls.as_of(cls.root[model], day)._follow_up(company, day)
        cls.root.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def make_promise(cls, moves, *dates, day=None, env=None, **vals):
        """Take a promise.

        :param moves: the covered invoices
        :param dates: pairs of day (relative to ``today``) and amount
        :param day: the day on which it is taken
        """
        items = cls.get_items(moves)
        env = env or cls.env
        return cls.as_of(env["collection.promise"], day).create(
            {
                "case_id": items.case_id.id,
                "item_ids": [Command.set(items.ids)],
                "line_ids": [
                    Command.create({"date": cls.day(offset), "amount": amount})
                    for offset, amount in dates
                ],
                **vals,
            }
        )

    @classmethod
    def make_dispute(cls, move, amount=None, day=None, env=None, **vals):
        """Open a dispute about an invoice; about all that is open if no amount."""
        vals = {
            "move_id": move.id,
            "reason_id": cls.reason_dispute.id,
            "cause_id": cls.reason_cause.id,
            **vals,
        }
        if amount is not None:
            vals["amount"] = amount
        return cls.as_of((env or cls.env)["collection.dispute"], day).create(vals)

    @classmethod
    def resolve(cls, dispute, day=None, **vals):
        """Resolve a dispute as the form does."""
        wizard = cls.as_of(cls.env["collection.dispute.resolve"], day).create(
            {
                "dispute_id": dispute.id,
                "cause_id": cls.reason_cause.id,
                "answer": "<p>We have looked into it.</p>",
                **vals,
            }
        )
        return wizard.action_resolve()

    @classmethod
    def get_rows(cls, moves):
        """Answer what the exposure says of invoices, in order of their due dates."""
        cls.env.flush_all()
        cls.env.invalidate_all()
        return cls.env["collection.exposure"].search([("move_id", "in", moves.ids)])

    def assert_exposure(self, move, **expected):
        """Compare columns of the exposure of an invoice with one due item."""
        row = self.get_rows(move)
        self.assertEqual(
            {
                name: row[name] if name == "status" else round(row[name], 6)
                for name in expected
            },
            expected,
        )

    def assert_state(self, promise, state, received=None):
        promise.invalidate_recordset()
        self.assertEqual(promise.state, state)
        if received is not None:
            self.assertAlmostEqual(promise.amount_received, received)

    def get_summaries(self, record):
        """Answer the summaries of the to-dos of a record."""
        record.invalidate_recordset()
        return sorted(record.sudo().activity_ids.mapped("summary"))
