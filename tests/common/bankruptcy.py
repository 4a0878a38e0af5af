from .promise import PromiseCommon


class BankruptcyCommon(PromiseCommon):
    """A customer with something open, courts, and bankruptcies recorded on a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.court = cls.env.ref("account_collections.court_deb")
        cls.other_court = cls.env.ref("account_collections.court_nysb")
        cls.collector = cls.make_user(
            "collector_stay", "account_collections.group_collection_user"
        )

    @classmethod
    def make_bankruptcy(cls, partner=None, day=None, env=None, **vals):
        """Record a bankruptcy, with a petition of the Monday the tests start from.

        :param day: the day on which it is recorded
        """
        env = env or cls.env
        vals = {
            "partner_id": (partner or cls.customer).id,
            "court_id": cls.court.id,
            "date_petition": cls.today,
            **vals,
        }
        return cls.as_of(env["collection.bankruptcy"], day).create(vals)

    @classmethod
    def happen(cls, bankruptcy, kind, day=None, env=None, **vals):
        """Record what happened in a bankruptcy; as a manager if no env is given."""
        env = env or cls.env
        event = cls.as_of(env["collection.bankruptcy.event"], day).create(
            {
                "bankruptcy_id": bankruptcy.id,
                "kind": kind,
                "date": day or cls.today,
                "note": "Docket entry 12",
                **vals,
            }
        )
        cls.env.invalidate_all()
        return event

    @classmethod
    def collector_env(cls):
        """Answer the environment of a collector who is no manager."""
        return cls.env(user=cls.collector, context={})

    @classmethod
    def statuses(cls, *moves):
        """Answer what the exposure says of the open items of moves."""
        rows = cls.env["collection.exposure"]
        found = [
            rows.search([("move_id", "=", move.id)]).mapped("status") for move in moves
        ]
        return [status for [status] in found]
