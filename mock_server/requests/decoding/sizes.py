"""How large a body may be: the mock's own limit, but never below what the document allows.

Rules: a document allows what its schema does, by `maxLength` and `maxItems`, and what it names as a
size where it describes the request body or its 413 ("at most 5 MB"). A text counts as its longest
encoding, so the limit may be above the document's, never below. What the schema itself refuses is
for validation to refuse. Where neither the user nor the document sets a limit, files may be larger
than other bodies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mock_server.requests.decoding.shapes import branches, identity, shape_at
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType, Operation

DEFAULT = 1024**2
"""The largest body where nobody sets a limit, in bytes."""

FILES = 32 * 1024**2
"""The same where an operation takes files."""

LARGEST = 256 * 1024**2
"""What is kept in memory at the most, in bytes, whatever the document says."""

_NAMED = re.compile(r"(?<![\w.])(\d{1,9}(?:\.\d{1,3})?)\s?([KMG])i?B\b", re.IGNORECASE)
_UNITS: Mapping[str, int] = {"K": 1024, "M": 1024**2, "G": 1024**3}
_FILE = re.compile(
    r"(?:image|audio|video|font|model|multipart)/.*"
    r"|application/(?:octet-stream|pdf|zip|gzip|x-gzip|x-tar)",
    re.IGNORECASE,
)
"""Media types of files."""

_DEPTH = 6
"""How deep a schema is looked at; one may hold itself."""

_WIDEST = 12
"""Bytes of one character: two escapes in JSON, or four bytes, each escaped, in a form."""


def body_limit(document: Document, operation: Operation, given: int | None) -> int:
    """The largest body that an operation takes, in bytes: at least what the document allows, and
    what the user has given, if anything.
    """
    default = DEFAULT if given is None else given
    media_types = operation.request_body.media_types if operation.request_body else ()
    allowed = [_allowed(document, media_type, default) for media_type in media_types]
    named = list(_named(document, operation))
    if given is None and not named and any(_has_files(document, each) for each in media_types):
        default = FILES
    return max(default, min(LARGEST, max([*allowed, *named], default=0)))


def raised(document: Document, operations: Iterable[Operation], given: int) -> dict[str, int]:
    """The limits of the operations of which the document allows larger bodies than the user."""
    limits = {each.name: body_limit(document, each, given) for each in operations}
    return {name: limit for name, limit in limits.items() if limit > given}


def _has_files(document: Document, media_type: MediaType) -> bool:
    """Whether a body may be, or hold, a file of which the schema does not bound the size."""
    is_file = _FILE.fullmatch(media_type.name) is not None
    if media_type.schema is None:
        return is_file
    sizes = _Sizes(document)
    bound = sizes.of(document.schema_at(media_type.schema), _DEPTH)
    return sizes.has_open_file or (is_file and not bound)


def _named(document: Document, operation: Operation) -> Iterator[int]:
    """The sizes that the document names."""
    words = [response.description for response in operation.responses if response.status == "413"]
    body = document.at(operation.location).get("requestBody")
    words += [body.text("description")] if body else []
    for number, unit in (found for text in words for found in _NAMED.findall(text)):
        yield int(float(number) * _UNITS[unit.upper()])


def _allowed(document: Document, media_type: MediaType, default: int) -> int:
    """The size of the largest body that a schema allows; 0 where it sets no bound."""
    if media_type.schema is None:
        return 0
    size = _Sizes(document).of(document.schema_at(media_type.schema), _DEPTH)
    is_whole = shape_at(document, media_type.schema).is_plain_text
    # What stands around values is small beside them.
    return size if is_whole or not size else size + default


class _Sizes:
    """The sizes of schemas; those that many refer to are looked at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.known: dict[tuple[int, int], int] = {}
        self.has_open_file = False

    def of(self, schema: Any, depth: int) -> int:
        """The bytes of the bounded texts of a value."""
        if not depth:
            return 0
        key = (identity(schema, self.document.dereferenced), depth)
        if key not in self.known:
            found = branches(schema, self.document.dereferenced)
            self.known[key] = sum(self._of_branch(branch, depth - 1) for branch in found)
        return self.known[key]

    def _of_branch(self, branch: Mapping[str, Any], depth: int) -> int:
        self.has_open_file |= _is_binary(branch) and "maxLength" not in branch
        size = _number(branch.get("maxLength")) * (1 if _is_binary(branch) else _WIDEST)
        size += sum(self.of(inside, depth) for inside in branch.get("properties", {}).values())
        most = _number(branch.get("maxItems"))
        return size + (most * self.of(branch["items"], depth) if most and "items" in branch else 0)


def _is_binary(schema: Mapping[str, Any]) -> bool:
    """Whether a text is a file, or one in Base64, which has no characters of several bytes."""
    return "contentEncoding" in schema or schema.get("format") in ("binary", "byte", "base64")


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0
