"""Credentials that only the prose of a document speaks of.

Rules: a sentence counts where it says that a credential is sent, not where it merely has the
word (an API may be about API keys), nor where it denies it. A new form is one row of `_FORMS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tallystick.contract import Contract, ContractOperation
from tallystick.lint.suggestions import Change, suggestion
from tallystick.reader.diagnostics import Diagnostic
from tallystick.reader.document import Document, Node
from tallystick.reader.pointers import Path

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_DENIED = re.compile(
    r"\b(?:no|without)\s+(?:\w+\s+)?(?:authentication|authori[sz]ation|credentials?|api|token|bearer)"
    r"|(?:\bnot|n't)\s+(?:need|require)",
    re.IGNORECASE,
)
_SENT = (
    r"(?:header\b|authenticat|authori[sz]|\b(?:using|pass|provide|send|include|supply|requires?"
    r"|needs?|missing|invalid)\s+(?:an?\s+|your\s+|the\s+|or\s+invalid\s+|valid\s+)*api)"
)
_KEY = r"\b(?:api[-_ ]?(?:key|token)|x-[\w-]*key)\b"
_NAME = re.compile(r"\b(x-[\w-]*(?:key|token|auth)[\w-]*|api-key)\b", re.IGNORECASE)

_FORMS: tuple[tuple[str, re.Pattern[str], Mapping[str, Any]], ...] = tuple(
    (what, re.compile(pattern, re.IGNORECASE | re.DOTALL), scheme)
    for what, pattern, scheme in (
        (
            "a bearer token",
            r"\bbearer[\s`'\"]+(?:access[\s-]+)?(?:token|auth)|\bauthorization\W{1,4}bearer\b",
            {"type": "http", "scheme": "bearer"},
        ),
        (
            "basic authentication",
            r"\b(?:http\s+)?basic\s+auth(?:entication|orization)?\b",
            {"type": "http", "scheme": "basic"},
        ),
        (
            "an API key",
            rf"{_KEY}.*{_SENT}|{_SENT}.*{_KEY}|{_SENT}[-_ ]?(?:key|token)\b",
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        ),
        (
            "an Authorization header",
            r"\bauthorization[`'\"*]*\s+(?:http\s+|request\s+)?header\b"
            r"|\bheader\s+[`'\"*]*authorization\b",
            {"type": "http", "scheme": "bearer"},
        ),
    )
)
"""What prose speaks of, how it says so, and the security scheme that it means."""


def in_prose(contract: Contract) -> Iterator[Diagnostic]:
    """The places where prose speaks of credentials, while no scheme is declared."""
    document = contract.document
    components = Node(document, (), document.root).get("components")
    if components is not None and any(components.map("securitySchemes")):
        return
    for path, text in _prose(contract):
        if found := _found(text):
            what, needle, scheme = found
            yield Diagnostic(
                "security-in-prose",
                f"the prose speaks of {what}, and no security scheme is declared",
                document.locate(path, needle),
                _declaration(document, scheme),
            )


def _found(text: str) -> tuple[str, str, Mapping[str, Any]] | None:
    """What a text speaks of, a word of it there, and the scheme."""
    for sentence in _SENTENCE.split(text):
        for what, pattern, scheme in () if _DENIED.search(sentence) else _FORMS:
            if match := pattern.search(sentence):
                return what, match[0].split()[0], _named(scheme, sentence)
    return None


def _named(scheme: Mapping[str, Any], sentence: str) -> Mapping[str, Any]:
    name = _NAME.search(sentence)
    if scheme["type"] != "apiKey" or name is None:
        return scheme
    return {**scheme, "name": name[1]}


def _prose(contract: Contract) -> Iterator[tuple[Path, str]]:
    """Where authors write about credentials."""
    document = contract.document
    root = Node(document, (), document.root)
    info = root.get("info")
    for node in (*([info] if info else []), *root.list("tags")):
        yield (*node.path, "description"), node.text("description")
    seen: set[Path] = set()
    for operation in contract.operations:
        for path in _places(operation):
            if path not in seen:
                seen.add(path)
                node = document.at(path[:-1])
                yield path, node.text(path[-1])


def _places(operation: ContractOperation) -> Iterator[Path]:
    for member in ("summary", "description"):
        yield (*operation.location, member)
    for parameter in operation.parameters:
        if parameter.location == "header":
            yield (*parameter.path, "description")
    for response in operation.responses:
        if response.status in ("401", "403"):
            yield (*response.path, "description")


def _declaration(document: Document, scheme: Mapping[str, Any]) -> str:
    name = "apiKey" if scheme["type"] == "apiKey" else scheme["scheme"]
    declared = {"components": {"securitySchemes": {name: scheme}}, "security": [{name: []}]}
    return suggestion(document, Change((), declared))
