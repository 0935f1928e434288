"""Schemas that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.contract import Contract
from tallystick.generation.bodies import examples
from tallystick.generation.values import make
from tallystick.judgement import Judgement
from tallystick.lint.objects import objects
from tallystick.lint.suggestions import REMOVE, Change, suggestion
from tallystick.reader.diagnostics import Diagnostic
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import properties
from tallystick.reader.pointers import Path, to_pointer
from tallystick.reader.schemas.patterns import match
from tallystick.reader.schemas.validators import first_error
from tallystick.reader.shapes import SCHEMA, members

_SHOWN = 3
_ANNOTATIONS = {
    *("title", "description", "default", "deprecated", "example", "examples", "$comment"),
    *("readOnly", "writeOnly", "xml", "externalDocs", "discriminator"),
}


def closed_all_of(contract: Contract) -> Iterator[Diagnostic]:
    """Schemas that `additionalProperties: false` closes to what an `allOf` around or beside it
    defines (JSON Schema 2020-12 core, section 10.3.2.3: the keyword sees only the `properties` and
    `patternProperties` of its own schema).
    """
    document = contract.document
    for kind, path, value in objects(document):
        if kind == SCHEMA and isinstance(value.get("allOf"), list):
            yield from _closed(document, Node(document, path, value))


def equal_branches(contract: Contract) -> Iterator[Diagnostic]:
    """Schemas of one `oneOf` that are equal but for annotations, which assert nothing (JSON Schema
    2020-12 core, section 7.7).
    """
    document = contract.document
    for kind, path, value in objects(document):
        if kind != SCHEMA or not isinstance(value.get("oneOf"), list):
            continue
        branches = [branch.value for branch in Node(document, path, value).list("oneOf")]
        asserted = [_asserted(branch) for branch in branches]
        for index, branch in enumerate(asserted):
            first = asserted.index(branch)
            if first != index:
                yield Diagnostic(
                    "equal-branches",
                    f"the schemas {first} and {index} of oneOf take the same values",
                    document.locate((*path, "oneOf", str(index))),
                )


def no_valid_value(contract: Contract) -> Iterator[Diagnostic]:
    """Schemas of responses for which the generator finds no valid value."""
    document = contract.document
    media_types = (
        media_type
        for operation in contract.operations
        for response in operation.responses
        for media_type in response.media_types
        if not examples(document, media_type)
    )
    places = (document.at(found.schema).path for found in media_types if found.schema)
    for path in dict.fromkeys(places):
        made = make(document, path)
        if not made.is_valid:
            error = first_error(document.validators.at(path), made.value)
            where = to_pointer(tuple(map(str, error.instance_path))) if error else ""
            keyword = f", by the keyword {error.kind.name!r}" if error and error.kind.name else ""
            yield Diagnostic(
                "no-valid-value",
                "no value was found that fits this schema; the nearest breaks it"
                f"{f' at {where}' if where else ''}{keyword}",
                document.locate(path),
            )


def _asserted(schema: Any) -> Any:
    """A schema without its annotations."""
    if not isinstance(schema, dict):
        return schema
    found = {
        name: sorted(value) if name == "required" else value
        for name, value in schema.items()
        if name not in _ANNOTATIONS and not name.startswith("x-")
    }
    for name, member in members(SCHEMA, found):
        if member.kind == SCHEMA:
            found[name] = _each(found[name], member.form)
    return found


def _each(value: Any, form: str) -> Any:
    if form == "one":
        return _asserted(value)
    if isinstance(value, dict):
        return {name: _asserted(inside) for name, inside in value.items()}
    return [_asserted(inside) for inside in value]


def _closed(document: Document, schema: Node) -> Iterator[Diagnostic]:
    branches = list(schema.list("allOf"))
    defined = [dict(properties(document, branch.path)) for branch in branches]
    own = _own(schema)
    for index, branch in enumerate(branches):
        others = [names for place, names in enumerate(defined) if place != index]
        yield from _refused(document, schema, branch, [own, *others])
    yield from _refused(document, schema, schema, defined)


def _refused(
    document: Document, schema: Node, closed: Node, others: list[dict[str, Path]]
) -> Iterator[Diagnostic]:
    """The diagnostic where `closed` refuses properties that the others define."""
    if not isinstance(closed.value, dict) or closed.value.get("additionalProperties") is not False:
        return
    names = {name: path for names in others for name, path in names.items()}
    refused = [
        name
        for name, path in names.items()
        if not _is_known(closed, name) and document.at(path).value is not False
    ]
    if refused:
        place = (*closed.path, "additionalProperties")
        shown = ", ".join(repr(name) for name in refused[:_SHOWN])
        more = f" and {len(refused) - _SHOWN} more" if len(refused) > _SHOWN else ""
        yield Diagnostic(
            "closed-all-of",
            f"additionalProperties: false refuses what the allOf defines: {shown}{more}",
            document.locate(place),
            _opened(document, schema.path, place),
        )


def _is_known(closed: Node, name: str) -> bool:
    """Whether a closed schema takes a property of this name."""
    patterns = closed.value.get("patternProperties")
    return name in _own(closed) or any(
        match(pattern, name) is not Judgement.INVALID
        for pattern in (patterns if isinstance(patterns, dict) else ())
    )


def _own(schema: Node) -> dict[str, Path]:
    own: Any = schema.value.get("properties")
    names = own if isinstance(own, dict) else ()
    return {name: (*schema.path, "properties", name) for name in names}


def _opened(document: Document, schema: Path, place: Path) -> str:
    removed = Change(place, REMOVE)
    if document.is_3_0:
        return suggestion(document, removed)
    return suggestion(document, removed, Change(schema, {"unevaluatedProperties": False}))
