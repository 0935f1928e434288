"""Checks that no response discloses the inside of a service: stack traces, source paths, secrets.

RFC 9457 section 5 warns of it: details of a problem, a stack dump above all, may help to compromise
a system.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf

from contract_tests.checks.context import CheckContext, Violation
from contract_tests.http.walk import strings

_TRACES = re.compile(
    r"""Traceback\ \(most\ recent\ call\ last\)           # Python
      | ^[ \t]*File\ "[^"\n]+",\ line\ \d+                   # Python
      | ^[ \t]*at\ [\w$.<>`\[\],]+\([^()\n]*\)               # Java, .NET, JavaScript
      | ^[ \t]*at\ (?:async\ )?(?:[\w$.<>\[\]]+\ )*
        \(?(?:file://|node:|/|[A-Za-z]:\\)[^\n]*:\d+:\d+\)?
      | (?:^|\s)---\ End\ of\ (?:inner\ exception\ )?stack\ trace
      | ^goroutine\ \d+\ \[
      | ^\#\d+\ (?:/|[A-Za-z]:\\)[^\n]*\(\d+\):           # PHP
      | ^[ \t]*(?:from\ )?[\w./-]+\.rb:\d+:in\ [`']          # Ruby
      | thread\ '[^']*'\ (?:\(\d+\)\ )?panicked\ at       # Rust
    """,
    re.VERBOSE | re.MULTILINE,
)
_SOURCES = "py|pyc|java|kt|scala|cs|vb|fs|js|mjs|cjs|ts|jsx|tsx|rb|php|go|rs|c|cc|cpp|h|ex|exs|erl"
_PATH = re.compile(
    rf"(?:file:/+|(?<![\w./:-])(?:/|[A-Za-z]:[\\/]))(?:[\w.@ -]{{1,100}}[\\/]){{1,20}}"
    rf"[\w.@-]{{1,100}}\.(?:{_SOURCES})\b"
)
_URL = re.compile(r"(?<![A-Za-z0-9+.-])(?!file:)[A-Za-z][A-Za-z0-9+.-]*://\S+")
_ATTRIBUTE = re.compile(r"\b(?:src|href)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
"""What a page loads is an address of the site, and no file of the service."""

_QUERY = re.compile(
    r"\b(?:SELECT\b.{1,200}\bFROM|INSERT INTO|UPDATE\b.{1,60}\bSET|DELETE FROM)\s+\S+"
)
_SHORTEST_SECRET = 6
_LONGEST, _MOST_VALUES = 64 * 2**10, 10_000


def no_stack_trace(context: CheckContext) -> Violation | None:
    """No response holds a stack trace."""
    return Violation("the response holds a stack trace") if _TRACES.search(_text(context)) else None


def no_source_path(context: CheckContext) -> Violation | None:
    """No response names a source file of the service."""
    text = _ATTRIBUTE.sub("", _URL.sub("", _text(context)))
    for match in _PATH.finditer(text):
        if match[0] not in context.sent:
            return Violation(f"the response names a source file: {match[0]}")
    return None


def no_query(context: CheckContext) -> Violation | None:
    """No response holds a query of the database."""
    match = _QUERY.search(_text(context))
    return Violation(f"the response holds a query: {match[0][:60]}") if match else None


def no_secret(context: CheckContext) -> Violation | None:
    """No response gives back a secret that the request was sent with."""
    secrets = [secret for secret in context.secrets if len(secret) >= _SHORTEST_SECRET]
    if not secrets:
        return None
    texts = (context.response.body.decode("utf-8", "replace"), *_strings(context, inf))
    if any(secret in text for text in texts for secret in secrets):
        return Violation("the response gives a secret of the request back")
    return None


def _text(context: CheckContext) -> str:
    """The body, with the line ends and quotes that JSON escapes as they were, and the headers; not
    more than a person would read, since the target says how much there is.
    """
    inside = "\n".join(_strings(context, _MOST_VALUES))
    body = context.response.body[:_LONGEST].decode("utf-8", "replace")
    return f"{body}\n{inside[:_LONGEST]}"


def _strings(context: CheckContext, most: float) -> Iterator[str]:
    yield from context.response.headers.values()
    yield from strings(context.value, most)
