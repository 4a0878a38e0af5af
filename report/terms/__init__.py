from . import (
    collection_terms_document,
)
