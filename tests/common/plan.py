import base64

from odoo.fields import Command

from .promise import PromiseCommon

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00"
    b"\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x1b"
    b"\xb6\xeeV\x00\x00\x00\x00IEND\xaeB`\x82"
)
SIGNATURE = base64.b64encode(PNG).decode()


class PlanCommon(PromiseCommon):
    """Installment plans made, offered and signed on given days, and nights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write(
            {
                "plan_months_max": 0,
                "plan_installment_min": 0,
                "plan_tolerance_days": 2,
                "plan_tolerance_amount": 0,
                "plan_cure_days": 5,
                "plan_remind_days": 0,
                "plan_remind_late_days": 0,
            }
        )

    @classmethod
    def make_plan(cls, moves, *dates, day=None, env=None, **vals):
        """Propose a plan.

        :param moves: the covered invoices
        :param dates: pairs of day (relative to ``today``) and amount; by the terms in
            ``vals`` if none
        :param day: the day on which it is proposed
        """
        items = cls.get_items(moves)
        if dates:
            vals["rhythm"] = "free"
            vals["line_ids"] = [
                Command.create({"date": cls.day(offset), "amount": amount})
                for offset, amount in dates
            ]
        return cls.as_of((env or cls.env)["collection.installment.plan"], day).create(
            {
                "case_id": items.case_id.id,
                "currency_id": items.currency_id.id,
                "item_ids": [Command.set(items.ids)],
                **vals,
            }
        )

    @classmethod
    def offer(cls, plan, day=None):
        cls.as_of(plan, day).action_offer()
        cls.env.invalidate_all()
        return plan

    @classmethod
    def sign(cls, plan, day=None, **wrong):
        """Sign as the portal does; answer why it was refused, or False."""
        plan = cls.as_of(plan.with_env(cls.root), day)
        vals = {
            "name": "Paula Payer",
            "signature": SIGNATURE,
            "sha256": plan.document_sha256,
            "ip": "192.0.2.7",
            "agent": "Browser of a test",
            **wrong,
        }
        answer = plan.env["collection.signature"]._sign(plan, **vals)
        cls.root.flush_all()
        cls.env.invalidate_all()
        return answer

    @classmethod
    def accept(cls, plan, day=None):
        """Put a plan in force without its documents, which take time to make."""
        own = cls.as_of(plan.sudo(), day)
        agreement = own.env["collection.installment.agreement"]
        own._set_state("offered", **agreement._prepare_lateness_vals(own))
        own._set_state("accepted")
        own._activate()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def start(cls, moves, *dates, day=None, **vals):
        """Propose, offer and sign a plan, all on one day."""
        plan = cls.make_plan(moves, *dates, day=day, **vals)
        cls.offer(plan, day)
        assert not cls.sign(plan, day)
        return plan

    @classmethod
    def night(cls, offset, company=None):
        result = super().night(offset, company)
        day = cls.day(offset)
        company = company or cls.company
        reminder = cls.as_of(cls.root["collection.installment.reminder"], day)
        reminder._follow_up(company, day)
        cls.root.flush_all()
        cls.env.invalidate_all()
        return result

    @classmethod
    def nights(cls, first, last):
        for offset in range(first, last + 1):
            cls.night(offset)

    @classmethod
    def get_letters(cls, customer=None):
        """Answer the subjects of what was written to a customer about plans."""
        letters = cls.env["collection.letter"].search(
            [
                ("customer_id", "=", (customer or cls.customer).id),
                ("stage_id", "=", False),
            ],
            order="id",
        )
        return letters.mapped("subject")
