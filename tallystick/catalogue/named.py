"""Whether a field that prose names is certainly that field, and its constraint one of its values.

Rules: prose names a nested property by its last name. It is certain only where the body has no
other of that name, in its arrays neither, and where requests send it at all. A rule on numbers
says nothing certain of a field whose schema takes texts, and the reverse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.sentences import Field
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import Operation, properties
from tallystick.reader.pointers import Path

_DEPTH = 12
_TWICE = 2
_TYPES: Mapping[type, set[str]] = {str: {"string"}, int: {"integer", "number"}, float: {"number"}}


def is_certain(document: Document, operation: Operation, field: Field) -> bool:
    """Whether no other property of the body is called as this field is."""
    if field.location != "body" or "." not in field.name:
        return True
    last = field.name.rpartition(".")[2]
    for schema in _bodies(operation):
        found = set(_places(document.at(schema), last))
        if len(found) > 1 or not all(is_sent for _, is_sent in found):
            return False
    return True


def _bodies(operation: Operation) -> Iterator[Path]:
    for media_type in operation.request_body.media_types if operation.request_body else ():
        if media_type.schema:
            yield media_type.schema


def _places(root: Node, name: str) -> Iterator[tuple[str, bool]]:
    """Where in a body properties of this name are, as dotted names, and whether requests send
    them. A schema that is used in many places is entered twice, which is enough to see that.
    """
    wanted = _letters(name)
    entered: Counter[Path] = Counter()
    waiting: list[tuple[Node, str, int]] = [(root, "", 0)]
    while waiting:
        node, prefix, depth = waiting.pop()
        if not isinstance(node.value, dict) or depth > _DEPTH or entered[node.path] >= _TWICE:
            continue
        entered[node.path] += 1
        for key, inside in node.map("properties"):
            place = f"{prefix}.{key}"
            if _letters(key) == wanted:
                is_sent = isinstance(inside.value, dict) and not inside.value.get("readOnly")
                yield place, is_sent
            waiting.append((inside, place, depth + 1))
        for keyword in ("items", "additionalProperties"):
            inner = node.get(keyword)
            if inner is not None:
                waiting.append((inner, f"{prefix}[]", depth + 1))
        for keyword in ("allOf", "anyOf", "oneOf"):
            waiting += [(branch, prefix, depth + 1) for branch in node.list(keyword)]


def takes(document: Document, operation: Operation, field: Field, constraint: Constraint) -> bool:
    """Whether the schema of a field takes values of the type that a constraint is about."""
    wanted = _TYPES.get(type(constraint.valid_values()[0]))
    schema = _schema(document, operation, field)
    types = schema.value.get("type") if schema and isinstance(schema.value, dict) else None
    named = {types} if isinstance(types, str) else set(types or ())
    return wanted is None or not named or bool(named & wanted)


def _schema(document: Document, operation: Operation, field: Field) -> Node | None:
    if field.location != "body":
        own = (
            p for p in operation.parameters if (p.location, p.name) == (field.location, field.name)
        )
        path = next((parameter.schema for parameter in own), None)
        return document.at(path) if path else None
    path = next(_bodies(operation), None)
    for key in field.name.split("."):
        path = dict(properties(document, path)).get(key) if path else None
    return document.at(path) if path else None


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
