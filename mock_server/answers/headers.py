"""The documented headers of a response, with values.

Rules: each documented header is sent, required or not, with its example, else with a value made
from its schema, in style `simple` (OpenAPI 3.1.1 section 4.8.21). A `Content-Type` among them is
ignored, as the specification says. Headers whose syntax a standard fixes get a value of that
syntax, where the document gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.answers.encoding import json_text
from mock_server.requests.request import Header
from tallystick.generation.values import make
from tallystick.reader.document import Document, Node
from tallystick.reader.pointers import Path

_IGNORED = {"content-type", "content-length", "transfer-encoding", "connection"}
_UNSAFE = re.compile(r"[^\x20-\x7e\x80-\xff]")

STANDARD: Mapping[str, str] = {
    "cache-control": "no-cache",
    "content-disposition": 'attachment; filename="file"',
    "content-language": "en",
    "content-range": "bytes 0-0/1",
    "date": "Thu, 01 Jan 2026 00:00:00 GMT",
    "etag": '"notch-1"',
    "expires": "Thu, 01 Jan 2026 00:00:00 GMT",
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "link": '</>; rel="self"',
    "location": "/",
    "retry-after": "1",
    "set-cookie": "session=tally; Path=/",
    "vary": "Accept",
    "www-authenticate": "Bearer",
}
"""Values for headers of HTTP (RFC 9110, 9111, 8288, 6265) of which a schema says only `string`."""


_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that no field may have (RFC 9110 section 5.5)."""


def documented_headers(document: Document, response: Path) -> list[Header]:
    """The headers to send with a response, by its path."""
    return [
        (
            name.lower().encode("latin-1", "replace"),
            _CONTROLS.sub(" ", value).encode("latin-1", "replace"),
        )
        for name, node in document.at(response).map("headers")
        if name.lower() not in _IGNORED and isinstance(node.value, dict)
        for value in _values(document, name, node)
    ]


def _values(document: Document, name: str, node: Node) -> Iterator[str]:
    value = _value(document, name, node)
    values = value if name.lower() == "set-cookie" and isinstance(value, list) else [value]
    for one in values:
        yield _UNSAFE.sub("", _simple(one, explode=node.value.get("explode") is True)).strip()


def _value(document: Document, name: str, node: Node) -> Any:
    if "example" in node.value:
        return node.value["example"]
    for _, example in node.map("examples"):
        if isinstance(example.value, dict) and "value" in example.value:
            return example.value["value"]
    content = next(node.map("content"), None)
    if content is not None and "schema" in content[1].value:
        return json_text(make(document, (*content[1].path, "schema")).value)
    standard = STANDARD.get(name.lower(), "")
    if "schema" not in node.value:
        return standard or "tally"
    path = (*node.path, "schema")
    if standard and _takes(document, path, standard):
        return standard
    return make(document, path, name=name).value


def _takes(document: Document, path: Path, standard: str) -> bool:
    """Whether a schema gives no value itself, and takes the standard's."""
    schema = document.at(path).value
    if not isinstance(schema, dict) or schema.keys() & {"example", "examples", "default", "enum"}:
        return False
    return document.validators.at(path).is_valid(standard)


def _simple(value: Any, *, explode: bool) -> str:
    if isinstance(value, list):
        return ",".join(_simple(item, explode=False) for item in value)
    if isinstance(value, dict):
        mark = "=" if explode else ","
        return ",".join(f"{key}{mark}{_simple(item, explode=False)}" for key, item in value.items())
    return value if isinstance(value, str) else json_text(value)
