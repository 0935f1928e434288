"""The extensions that an overlay or document may use, and no others.

`x-tallystick-cases` on a response, `x-tallystick-promises` and `x-tallystick-behaviour` on an
operation, `x-tallystick-problem` on the root. What they hold is checked here, so that a mistake
is reported with its line instead of being ignored. What `x-tallystick-collection` on a path or an
operation holds is checked in `collections`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tallystick.catalogue.constraints import Constraint, constraint_from_json
from tallystick.catalogue.sentences import FAULTS, KINDS, Field, Trigger
from tallystick.errors import ExtensionError, Source
from tallystick.reader.document import Document
from tallystick.reader.operations import DocumentedResponse, Operation
from tallystick.reader.pointers import Path

CASES = "x-tallystick-cases"
PROMISES = "x-tallystick-promises"
PROBLEM = "x-tallystick-problem"
BEHAVIOUR = "x-tallystick-behaviour"
COLLECTION = "x-tallystick-collection"
_PREFIX = "x-tallystick-"
_NAMES = (BEHAVIOUR, CASES, COLLECTION, PROBLEM, PROMISES)
STYLES = ("title", "type", "extension", "plain")


@dataclass(frozen=True, slots=True)
class ProblemStyle:
    """Where a problem (RFC 9457) carries the code: in `title`, as last part of `type`, in the
    extension member `code`, or nowhere (`plain`). `members` are added to every problem.
    """

    style: str = "title"
    members: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class DeclaredCase:
    """What `x-tallystick-cases` says of one code; None where it says nothing."""

    code: str
    path: Path
    description: str | None
    trigger: Trigger | None
    constraint: Constraint | None


@dataclass(frozen=True, slots=True)
class Promise:
    """What an operation's prose promises and a schema cannot say: its name, its parameters, and
    the sentence of the prose (`quote`). The contract tests know the names.
    """

    name: str
    parameters: Mapping[str, Any]
    quote: str
    source: Source


def check_names(document: Document) -> None:
    """Note each extension of ours that does not exist: most likely its name is misspelled."""
    texts = {id(parsed): parsed.text for parsed, _ in document.origins.values()}
    if not any(_PREFIX in text for text in (document.main.text, *texts.values())):
        return
    for path in _extensions(document.root, ()):
        if path[-1] not in _NAMES:
            what = f"{path[-1]} is not known; known are {', '.join(_NAMES)}"
            document.diagnostics.add("unknown-extension", what, document.locate(path))


def _extensions(value: Any, path: Path) -> Iterator[Path]:
    for name, child in _children(value):
        if name.startswith(_PREFIX):
            yield (*path, name)
        elif name not in {"example", "examples"}:
            yield from _extensions(child, (*path, name))


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(index), item) for index, item in enumerate(value))


def declared_cases(
    document: Document, operation: Operation, response: DocumentedResponse
) -> list[DeclaredCase]:
    """The cases that `x-tallystick-cases` of a response adds or corrects."""
    path = (*response.path, CASES)
    value = document.at(response.path).value.get(CASES, {})
    _expect(isinstance(value, dict), document, path, "must be a map of codes")
    return [_declared(document, operation, (*path, code), code) for code in value]


def _declared(document: Document, operation: Operation, path: Path, code: str) -> DeclaredCase:
    value = document.at(path).value or {}
    _expect(code.isprintable() and code == code.strip() != "", document, path, "needs a plain code")
    _expect(isinstance(value, dict), document, path, "must be a map")
    _known(value, {"description", "trigger", "constraint"}, document, path)
    description = value.get("description")
    _expect(description is None or isinstance(description, str), document, path, "needs a text")
    trigger = _trigger(value["trigger"], document, operation, path) if "trigger" in value else None
    constraint = (
        constraint_from_json(value["constraint"], document.locate((*path, "constraint")))
        if "constraint" in value
        else None
    )
    return DeclaredCase(code, path, description, trigger, constraint)


def _trigger(value: Any, document: Document, operation: Operation, path: Path) -> Trigger:
    path = (*path, "trigger")
    _expect(isinstance(value, dict), document, path, "must be a map with a 'kind'")
    _known(value, {"kind", "in", "name", "fault"}, document, path)
    kind = value.get("kind")
    _expect(kind in KINDS, document, path, f"needs a 'kind' of {', '.join(KINDS)}")
    if kind != "request":
        return Trigger(kind)
    place = Field(str(value.get("in")), str(value.get("name")))
    named = ", ".join(f"{item.location} {item.name}" for item in operation.fields)
    _expect(place in operation.fields, document, path, f"must name one of: {named}")
    _expect(value.get("fault") in FAULTS, document, path, f"needs a 'fault' of {', '.join(FAULTS)}")
    return Trigger("request", place, value["fault"])


def problem_style(document: Document) -> ProblemStyle:
    """The problem style that the document's root sets, or the default."""
    value = document.root.get(PROBLEM, {})
    path = (PROBLEM,)
    _expect(isinstance(value, dict), document, path, "must be a map")
    _known(value, {"style", "members"}, document, path)
    style = value.get("style", "title")
    _expect(style in STYLES, document, path, f"needs a 'style' of {', '.join(STYLES)}")
    members = value.get("members", {})
    _expect(isinstance(members, dict), document, path, "needs a map as 'members'")
    return ProblemStyle(style, MappingProxyType(members))


def behaviour(document: Document, operation: Operation) -> str | None:
    """The name of the behaviour that an operation asks the mock for."""
    value = operation.extensions.get(BEHAVIOUR)
    _expect(
        value is None or isinstance(value, str),
        document,
        (*operation.location, BEHAVIOUR),
        "must be the name of a behaviour",
    )
    return value


def promises(document: Document, operation: Operation) -> tuple[Promise, ...]:
    """The promises that an operation's prose makes: a list of names, or of maps from one name to
    its parameters.
    """
    path = (*operation.location, PROMISES)
    value = operation.extensions.get(PROMISES, [])
    _expect(isinstance(value, list), document, path, "must be a list of names")
    return tuple(_promise(document, (*path, str(index)), item) for index, item in enumerate(value))


def _promise(document: Document, path: Path, item: Any) -> Promise:
    shape = "needs a name, or a map from one name to its parameters"
    named = {item: {}} if isinstance(item, str) else item
    _expect(isinstance(named, dict) and len(named) == 1, document, path, shape)
    name, parameters = next(iter(named.items()))
    _expect(isinstance(parameters, dict), document, path, shape)
    rest = {key: value for key, value in parameters.items() if key != "quote"}
    quote = " ".join(str(parameters.get("quote", "")).split())
    return Promise(name, MappingProxyType(rest), quote, document.locate(path))


def _known(value: dict[str, Any], names: set[str], document: Document, path: Path) -> None:
    for name in value:
        wrong = f"does not know {name!r}; it knows {', '.join(sorted(names))}"
        _expect(name in names, document, (*path, name), wrong)


def _expect(holds: bool, document: Document, path: Path, wrong: str) -> None:
    if not holds:
        source: Source = document.locate(path)
        name = next((token for token in reversed(path) if token.startswith("x-")), path[-1])
        raise ExtensionError(f"{name} {wrong}.", source=source)
