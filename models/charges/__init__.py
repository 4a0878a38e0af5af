"""What late payment costs: reference rates, rules of law and contract, charges.

Calls ``ledger``, ``stay``, ``policy`` and ``common``. Who is told of it, and when,
is not known here, see ``letter`` and ``run``.
"""

# isort: off
from . import (
    collection_reference_rate,
    collection_charge_cap,
    collection_charge_rule,
    collection_charge_tier,
    res_partner,
)
