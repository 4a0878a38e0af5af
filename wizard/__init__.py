# isort: off
from . import (
    common,
    charges,
    case,
    decision,
    contact,
    letter,
    correspondence,
    step,
    agreement,
    claim,
)
