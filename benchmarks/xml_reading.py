"""XML bodies as the values that they were written from, for the judge.

Rules: it is written from the specification (OpenAPI 3.1.1 section 4.8.26), and shares nothing with
what writes XML. A property is the child, or with `attribute` the attribute, of its name or of
`xml.name`; a list is its items, inside one element where `wrapped`. Elements that no property
names are kept, so that a schema can refuse them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

Parts = Callable[[Any], Iterator[Mapping[str, Any]]]
"""Gives a schema, what it refers to, and its branches."""


def value(element: Element, schema: Any, parts: Parts) -> Any:
    """The value that an element stands for. Raises ValueError where it has another name."""
    name = _xml(schema, parts).get("name")
    namespace = _xml(schema, parts).get("namespace")
    if name is not None and element.tag != _qualified(name, namespace):
        raise ValueError(f"its root is {element.tag}, not {_qualified(name, namespace)}")
    return _value(element, schema, parts)


def _value(element: Element, schema: Any, parts: Parts) -> Any:
    properties = {
        name: inner
        for part in parts(schema)
        for name, inner in (part.get("properties") or {}).items()
    }
    items = next((part["items"] for part in parts(schema) if "items" in part), None)
    if items is not None:
        return [_value(child, items, parts) for child in element]
    if not properties and not len(element) and not element.attrib:
        return _text(element.text or "", schema, parts)
    found: dict[str, Any] = {}
    known: set[str] = set()
    for name, inner in properties.items():
        tag, members = _member(element, name, inner, parts)
        known.add(tag)
        if members is not None:
            found[name] = members
    others = [child for child in element if child.tag not in known]
    return found | {child.tag: _value(child, {}, parts) for child in others}


def _member(element: Element, name: str, schema: Any, parts: Parts) -> tuple[str, Any]:
    """The tag that a property has, and its value; None where it is not there."""
    xml = _xml(schema, parts)
    tag = _qualified(xml.get("name", name), xml.get("namespace"))
    if xml.get("attribute") is True:
        text = element.get(tag)
        return tag, None if text is None else _text(text, schema, parts)
    items = next((part["items"] for part in parts(schema) if "items" in part), None)
    if items is None or xml.get("wrapped") is True:
        child = element.find(tag)
        return tag, None if child is None else _value(child, schema, parts)
    inside = _xml(items, parts)
    tag = _qualified(inside.get("name", name), inside.get("namespace"))
    children = element.findall(tag)
    return tag, [_value(child, items, parts) for child in children] if children else None


def _xml(schema: Any, parts: Parts) -> Mapping[str, Any]:
    """The `xml` object of a schema, or of what it is composed of."""
    return next((part["xml"] for part in parts(schema) if isinstance(part.get("xml"), dict)), {})


def _qualified(name: str, namespace: str | None) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _text(text: str, schema: Any, parts: Parts) -> Any:
    """A text as its schema takes it: XML has no types."""
    kinds = [part.get("type") for part in parts(schema)]
    if any(kind == "string" or (isinstance(kind, list) and "string" in kind) for kind in kinds):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
