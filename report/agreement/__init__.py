from . import (
    collection_installment_document,
    collection_installment_forecast,
    collection_settlement_document,
)
