from datetime import timedelta

from .base import CollectionCommon


class ClaimCommon(CollectionCommon):
    """A customer whose petition was filed two weeks before the Monday of the tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Bankrupt")
        cls.petition = cls.day(-14)
        cls.court = cls.make_court()
        cls.company.partner_id.write({"street": "Harbor 1", "city": "Ghent"})

    @classmethod
    def make_court(cls, **vals):
        """Create a court of the United States."""
        return cls.env["collection.court"].create(
            {
                "name": "District of Tests",
                "code": "tests",
                "is_us": True,
                "country_id": cls.env.ref("base.us").id,
                **vals,
            }
        )

    @classmethod
    def make_bankruptcy(cls, customer=None, petition=None, **vals):
        """Record a bankruptcy as of the day after its petition."""
        petition = petition or cls.petition
        Bankruptcy = cls.env["collection.bankruptcy"].with_context(
            collection_as_of=petition + timedelta(days=1)
        )
        return Bankruptcy.create(
            {
                "partner_id": (customer or cls.customer).id,
                "court_id": cls.court.id,
                "case_number": "26-10001",
                "chapter": "7",
                "date_petition": petition,
                **vals,
            }
        ).with_env(cls.env)

    @classmethod
    def make_claim(cls, bankruptcy=None, env=None, day=None, **vals):
        """Prepare a claim as of a day."""
        Claim = (env or cls.env)["collection.claim"].with_context(
            collection_as_of=day or cls.today
        )
        bankruptcy = bankruptcy or cls.make_bankruptcy()
        return Claim.create(
            {"bankruptcy_id": bankruptcy.id, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def answer_all(cls, claim):
        """Answer everything Official Form 410 asks for."""
        claim.write(
            {
                "basis": "Goods sold",
                "is_acquired": "no",
                "known_filer": "no",
                "is_amending": "no",
                "has_account": "no",
                "is_secured": "no",
                "is_lease": "no",
                "has_setoff": "no",
                "has_priority": "no",
                "has_goods": "no",
                "signer_capacity": "creditor",
                "signer_name": "Jane Credit",
                "signer_title": "Credit manager",
                "signer_company": cls.company.name,
                "signer_address": "Harbor 1, Ghent",
                "signer_phone": "+32 1",
                "signer_email": "jane@example.com",
                "date_signed": cls.today,
            }
        )
        return claim

    @classmethod
    def make_filed(cls, claim=None, day=None, number="22-1"):
        """Bring a claim to the court, without printing its packet."""
        claim = claim or cls.make_claim()
        claim._set_state("ready")
        claim._file(day or cls.today, number, "electronic")
        return claim
