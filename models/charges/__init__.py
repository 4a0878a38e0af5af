"""What late payment costs: reference rates, rules of law and contract, charges.

Calls ``terms``, ``ledger``, ``stay``, ``policy`` and ``common``. Who is told of it,
and when, is not known here, see ``letter`` and ``run``.
"""

# isort: off
from . import (
    collection_reference_rate,
    collection_charge_cap,
    collection_charge_rule,
    collection_charge_tier,
    collection_charge,
    collection_charge_calculation,
    collection_charge_table,
    collection_charge_booking,
    collection_charge_follow_up,
    collection_charge_analysis,
    collection_policy,
    collection_stage,
    collection_charge_words,
    account_move,
    res_partner,
)
