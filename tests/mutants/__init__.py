"""Faulty implementations that the suite must catch, and correct ones on which it must be silent."""

from .body import BODY
from .codes import CODE
from .http_messages import HTTP
from .media_type import MEDIA_TYPE
from .mutant import Mutant
from .promises import PROMISES
from .robustness import ROBUSTNESS
from .state import STATE
from .status import STATUS
from .url_rules import URL_RULES
from .variant import Variant
from .variants import VARIANTS

MUTANTS: tuple[Mutant, ...] = (
    *STATUS,
    *MEDIA_TYPE,
    *BODY,
    *CODE,
    *URL_RULES,
    *PROMISES,
    *HTTP,
    *ROBUSTNESS,
    *STATE,
)

__all__ = ["MUTANTS", "VARIANTS", "Mutant", "Variant"]
