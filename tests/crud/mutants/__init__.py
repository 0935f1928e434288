"""Faulty workshops that the suite must catch, and conformant ones on which it must be silent."""

from .answers import HEADERS, MEDIA_TYPES, PAGING, STATUSES
from .auth import AUTH
from .forms import FORMS
from .mutant import Mutant
from .state import STATE
from .strictness import STRICTNESS
from .validation import VALIDATION
from .variant import Variant
from .variants import VARIANTS

MUTANTS: tuple[Mutant, ...] = (
    *AUTH,
    *STATE,
    *VALIDATION,
    *STRICTNESS,
    *HEADERS,
    *MEDIA_TYPES,
    *STATUSES,
    *FORMS,
    *PAGING,
)

__all__ = ["MUTANTS", "VARIANTS", "Mutant", "Variant"]
