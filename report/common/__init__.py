from . import (
    collection_signature_document,
)
