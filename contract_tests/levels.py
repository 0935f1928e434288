"""How much an obligation weighs: by whom it is demanded."""

from __future__ import annotations

DOCUMENTED = "documented"
"""By the document."""
STANDARD = "standard"
"""By an RFC or the OpenAPI specification."""
ADVISORY = "advisory"
"""By good practice; never changes an exit code."""

LEVELS = (DOCUMENTED, STANDARD, ADVISORY)
"""The levels, the heaviest first."""
