# isort: off
from . import (
    common,
    case,
    decision,
    contact,
    letter,
    correspondence,
    step,
    agreement,
    claim,
)
