from . import (
    collection_signature_paper,
)
