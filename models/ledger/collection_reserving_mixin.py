from odoo import api, models


class CollectionReservingMixin(models.AbstractModel):
    """Something that takes open items off collection, in whole or in part.

    A new kind inherits this, and gets its name and its turn in ``RESERVING`` of
    ``collection_reserved_amount.py``.
    """

    _name = "collection.reserving.mixin"
    _description = "Reservations of Open Items"

    @api.model
    def _reservations_sql(self):
        """Say what is reserved now.

        Out: one row per record and item that it covers, with ``owner_id``, ``line_id``
        and ``amount``, the same on each row of an owner: what it reserves in all, in
        the currency of the items. How it lies on the items is not said here.

        :return: SQL
        """
        raise NotImplementedError

    @api.model
    def _reserving_sql(self):
        """:return: SQL that finds the records which reserve something now; nobody looks
        at its columns"""
        raise NotImplementedError
