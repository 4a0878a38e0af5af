from .plan import SIGNATURE


class SigningCommon:
    """What customers sign, signed on given days."""

    @classmethod
    def sign(cls, record, day=None, **wrong):
        """Sign as the portal does; answer why it was refused, or False."""
        own = cls.as_of(record.with_env(cls.root), day)
        vals = {
            "name": "Paula Payer",
            "signature": SIGNATURE,
            "sha256": own.document_sha256,
            "ip": "192.0.2.7",
            "agent": "Browser of a test",
            **wrong,
        }
        answer = own.env["collection.signature"]._sign(own, **vals)
        cls.root.flush_all()
        cls.env.invalidate_all()
        return answer
