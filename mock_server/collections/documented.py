"""Documented headers that speak of items and pages, each with a value that its schema takes."""

from __future__ import annotations

from typing import Any

from mock_server.collections.frames import FACTS, facts
from mock_server.collections.paging import ListPage
from mock_server.requests.request import Header
from tallystick.catalogue.collections import letters
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.schemas.validators import Validator

_RELATIONS = ("first", "prev", "next", "last")


class DocumentedHeaders:
    """The documented headers of an operation's responses."""

    def __init__(self, document: Document, operation: ContractOperation) -> None:
        self.validators: dict[str, dict[str, Validator | None]] = {
            response.status: {
                name.lower(): document.validators.at((*node.path, "schema"))
                if isinstance(node.value, dict) and "schema" in node.value
                else None
                for name, node in document.at(response.path).map("headers")
            }
            for response in operation.responses
        }

    def names(self, status: str) -> dict[str, Validator | None]:
        """The headers of a status, in lower case, with what holds them to their schemas."""
        return self.validators.get(status, {})

    def of(self, status: str, **values: list[Any]) -> tuple[Header, ...]:
        """Headers of a status, each with the first value that its schema takes."""
        found: list[Header] = []
        documented = self.names(status)
        for name, candidates in values.items():
            if name in documented:
                validator = documented[name]
                taken = (v for v in candidates if validator is None or validator.is_valid(v))
                value = next(taken, None)
                if value is not None:
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    found.append((name.encode("latin-1"), text.encode("latin-1", "replace")))
        return tuple(found)

    def of_page(self, status: str, page: ListPage, here: str) -> tuple[Header, ...]:
        """Totals and links in headers (RFC 8288)."""
        values: dict[str, list[Any]] = {}
        for name in self.names(status):
            plain = letters(name).removeprefix("x")
            if name == "link":
                rels = [rel for rel in _RELATIONS if rel in page.urls]
                links = [f'<{page.urls[rel]}>; rel="{rel}"' for rel in rels]
                values[name] = [", ".join(links or [f'<{here}>; rel="self"'])]
            elif plain in FACTS:
                found = facts(FACTS[plain], page, here)
                values[name] = [*found, *map(str, found)]
        return self.of(status, **values)
