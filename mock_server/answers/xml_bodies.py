"""JSON values as XML, as the `xml` objects of their schema say (OpenAPI 3.1.1 section 4.8.26).

Rules: an element has the name of its property, or `xml.name`; the root that of its schema, or of
the component. `attribute` makes an attribute of a property. A list is its items, each under the
list's name, inside one element more where `wrapped`. `namespace` and `prefix` qualify a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tallystick.generation.flattening import Flattener, Schema

_NO_NAME = re.compile(r"[^\w.\-:]")
_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def to_xml(value: Any, schema: Any, flattener: Flattener) -> str:
    """An XML document of a value of this schema."""
    flat = flattener.flat(schema)
    reference = schema.get("$ref", "") if isinstance(schema, dict) else ""
    name = reference.rpartition("/")[2] or "root"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(
        _Writer(flattener).elements(value, flat, name, is_root=True)
    )


class _Writer:
    def __init__(self, flattener: Flattener) -> None:
        self.flattener = flattener

    def elements(
        self, value: Any, flat: Schema, name: str, *, is_root: bool = False
    ) -> Iterator[str]:
        """The elements of a value: one, or, of a list that is not wrapped, one for each item."""
        xml = _xml(flat)
        if isinstance(value, list):
            items = self.flattener.flat(flat.get("items", {}))
            inner = str(_xml(items).get("name") or name)
            pieces = (piece for item in value for piece in self.elements(item, items, inner))
            if not (is_root or xml.get("wrapped")):
                # OpenAPI 3.1.1: a list's own name counts only where the list is wrapped.
                yield from pieces
                return
            outer = str(xml.get("name") or name)
            yield _element(_qualified(outer, xml), _namespace(xml), "".join(pieces))
            return
        own = _qualified(str(xml.get("name") or name), xml)
        if isinstance(value, Mapping):
            attributes, content = self._members(value, flat)
            yield _element(own, _namespace(xml) + attributes, content)
        else:
            yield _element(own, _namespace(xml), _text(value))

    def _members(self, value: Mapping[str, Any], flat: Schema) -> tuple[str, str]:
        """The attributes and the elements of an object's members."""
        attributes, content = "", ""
        properties = flat.get("properties") or {}
        for key, item in value.items():
            inner = self.flattener.flat(properties.get(key, {}))
            xml = _xml(inner)
            if xml.get("attribute") and not isinstance(item, list | Mapping):
                name = _qualified(str(xml.get("name") or key), xml)
                attributes += f" {name}={quoteattr(_plain(item))}"
            else:
                content += "".join(self.elements(item, inner, key))
        return attributes, content


def _xml(flat: Schema) -> Mapping[str, Any]:
    found = flat.get("xml")
    return found if isinstance(found, dict) else {}


def _qualified(name: str, xml: Mapping[str, Any]) -> str:
    plain = _NO_NAME.sub("_", name)
    plain = plain if re.match(r"[^\W\d]|_", plain) else f"_{plain}"
    prefix = _NO_NAME.sub("_", str(xml.get("prefix") or ""))
    return f"{prefix}:{plain}" if prefix else plain


def _namespace(xml: Mapping[str, Any]) -> str:
    if not xml.get("namespace"):
        return ""
    prefix = _NO_NAME.sub("_", str(xml.get("prefix") or ""))
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    return f" {name}={quoteattr(str(xml['namespace']))}"


def _element(name: str, attributes: str, content: str) -> str:
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else _CONTROL.sub("", str(value))


def _text(value: Any) -> str:
    return escape(_plain(value))
