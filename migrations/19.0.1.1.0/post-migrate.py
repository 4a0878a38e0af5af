"""What was in use before there were drafts stays in use."""

from odoo.tools import SQL


def migrate(cr, version):
    """Activate the policies that were there before drafts were.

    :param cr: the cursor of the upgrade
    :param str version: the version before; empty on a new installation
    """
    if version:
        cr.execute(SQL("UPDATE collection_policy SET state = 'active'"))
