"""HTML pages of the mock: rendered by Jinja2, escaped, and without inline script.

Rules: whatever a document or a request says is shown as text. A page loads nothing from anywhere
but the mock, runs only its own script file, and cannot be framed (CSP 3; a board in a foreign
frame could be clicked by trickery).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_TEMPLATES = Path(__file__).with_name("templates")
STATIC_FILES = Path(__file__).with_name("static")

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        # A hosted page goes on to its caller's URL, which browsers count as part of the form's
        # submission; so the form's own address cannot be the only one.
        "form-action 'self' http: https:"
    ),
    # With "no-referrer", a browser would hide the origin of the page's own forms, too, and the
    # guard asks for it (Fetch standard, section 3.1).
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Pages:
    """The templates of a folder, on top of those that all pages share."""

    def __init__(self, folder: Path = _TEMPLATES) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([folder, _TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, name: str, **context: Any) -> str:
        """A rendered template."""
        return self._environment.get_template(name).render(**context)

    def page(self, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A rendered template as answer."""
        return HTMLResponse(self.text(name, **context), status, headers=_HEADERS)
