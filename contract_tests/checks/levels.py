"""How much a check weighs: by whom it is demanded."""

from __future__ import annotations

DOCUMENTED = "documented"
"""By the document."""
STANDARD = "standard"
"""By an RFC or the OpenAPI specification."""
DIFFERENCE = "difference"
"""By the document, shown by a second implementation: the two differ, and one of them is right."""
ADVISORY = "advisory"
"""By good practice; never changes an exit code."""

LEVELS = (DOCUMENTED, STANDARD, DIFFERENCE, ADVISORY)
"""The levels, the heaviest first."""
