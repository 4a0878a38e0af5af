from . import collection_charge_waive
