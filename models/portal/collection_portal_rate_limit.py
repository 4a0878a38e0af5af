from datetime import timedelta

from odoo import api, fields, models

# A person who fills in forms does not send more; a program does.
POSTS_PER_HOUR = 40
# Previews are asked for while somebody is typing.
PREVIEWS_PER_HOUR = 300
KEEP_FOR = timedelta(days=1)


class CollectionPortalRateLimit(models.Model):
    """One row per form that a customer sent, to limit how many there are in an hour.

    Counted per person who is logged in, and per document for those who came by a link.
    Managers may look at it; rows are deleted after a day.
    """

    _name = "collection.portal.rate.limit"
    _description = "Forms Sent from the Portal"
    _order = "id desc"

    sender = fields.Char(required=True, readonly=True, index=True)

    @api.model
    def _count(self, sender, limit=POSTS_PER_HOUR):
        """Count a form that was sent.

        :param str sender: who sent it: the user, or the document of the link
        :param int limit: how many are allowed in an hour
        :return: whether it is still within the limit
        """
        since = fields.Datetime.now() - timedelta(hours=1)
        domain = [("sender", "=", sender), ("create_date", ">", since)]
        if self.search_count(domain, limit=limit) >= limit:
            return False
        self.create({"sender": sender})
        return True

    @api.autovacuum
    def _gc_posts(self):
        """Delete what no limit looks at any more."""
        self.search([("create_date", "<", fields.Datetime.now() - KEEP_FOR)]).unlink()
