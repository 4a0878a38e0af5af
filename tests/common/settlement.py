from odoo.fields import Command

from .promise import PromiseCommon
from .signing import SigningCommon


class SettlementCommon(SigningCommon, PromiseCommon):
    """Settlements drawn up, offered and signed on given days, and nights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.policy.settlement_manager_max = 40

    @classmethod
    def as_user(cls, kind, record):
        env = cls.env(user=cls.users[kind], context={"collection_as_of": cls.today})
        return record.with_env(env)

    @classmethod
    def make_settlement(cls, moves, amount, *dates, day=None, env=None, **vals):
        """Draw up a settlement.

        :param moves: the covered invoices
        :param amount: what is to be paid; by the share in ``vals`` if None
        :param dates: pairs of day (relative to ``today``) and amount; one if none
        """
        items = cls.get_items(moves)
        if amount:
            vals["amount"] = amount
        if dates:
            vals["line_ids"] = [
                Command.create({"date": cls.day(offset), "amount": part})
                for offset, part in dates
            ]
        model = cls.as_of((env or cls.env)["collection.settlement"], day)
        return model.create(
            {
                "case_id": items.case_id[:1].id,
                "currency_id": items.currency_id[:1].id,
                "item_ids": [Command.set(items.ids)],
                "date_first": cls.day(14),
                "date_offer_end": cls.day(10),
                **vals,
            }
        )

    @classmethod
    def start(cls, moves, amount, *dates, day=None, **vals):
        """Draw up, offer and sign a settlement, all on one day."""
        settlement = cls.make_settlement(moves, amount, *dates, day=day, **vals)
        cls.as_of(settlement, day).action_offer()
        reason = cls.sign(settlement, day)
        assert not reason, reason
        return settlement

    @classmethod
    def night(cls, offset, company=None):
        result = super().night(offset, company)
        offer = cls.root["collection.settlement.offer"]
        cls.as_of(offer, cls.day(offset))._follow_up(
            company or cls.company, cls.day(offset)
        )
        cls.root.flush_all()
        cls.env.invalidate_all()
        return result
