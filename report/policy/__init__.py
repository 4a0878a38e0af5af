from . import (
    collection_policy_document,
)
