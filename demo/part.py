"""What all parts of the demo are: code that acts in an environment."""


class Demo:
    """A part of the demo. It is no model, so that databases without demo data have
    nothing of it.

    :param env: the environment to act in: its company, its user, its day
    """

    def __init__(self, env):
        self.env = env

    def with_context(self, **context):
        """:return: the same, with more in the context"""
        return type(self)(self.env(context={**self.env.context, **context}))

    def with_company(self, company):
        """:return: the same, in another company"""
        others = self.env.context.get("allowed_company_ids", [])
        allowed = dict.fromkeys([company.id, *others])
        return self.with_context(allowed_company_ids=list(allowed))

    def with_user(self, user):
        """:return: the same, as another user with no more than their rights"""
        return type(self)(self.env(user=user, su=False))
