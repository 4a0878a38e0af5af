from . import (
    collection_step_skip,
)
