# isort: off
from . import (
    case,
    decision,
    contact,
    letter,
    correspondence,
    step,
    agreement,
    claim,
)
