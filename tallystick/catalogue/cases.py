"""The catalogue: every documented outcome of an operation, as a case.

Rules: codes come from four sources, in this order of trust: the extension, named examples,
branches of the error schema, lines of prose (`_SOURCES`; a new source is one function and one
row). A status with codes has a case for each code; one without has one case. Each case keeps
where it came from. Words and triggers that a source lacks are taken from the next that has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.extensions import declared_cases
from tallystick.catalogue.named import is_certain, takes
from tallystick.catalogue.prose import Suspect, read
from tallystick.catalogue.sentences import Trigger, infer
from tallystick.errors import Source
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import DocumentedResponse, Operation
from tallystick.reader.pointers import Path

CODE_MEMBERS = ("code", "errorCode", "error_code", "issue", "error", "name", "type", "title")
"""Members of an error body that hold its code, in the order in which they are looked at."""

TEXT_MEMBERS = ("detail", "message", "description", "error_description", "reason")
"""Those that hold its text for people."""

_CODE = re.compile(r"[A-Za-z][\w.\-]*")
_ANY_TEXT = re.compile(r".+", re.DOTALL)
_ONLY_CODES = {"code", "errorCode", "error_code", "issue"}
"""Members that hold nothing but a code, however it is spelled."""

_PLAIN_NAME = re.compile(r"(?i)(?:example|sample|default|case)")
"""How names of examples start that say nothing."""

_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Case:
    """One documented outcome of an operation: a status and, where there is one, an error code.

    `operation` is the operation's name, `http_status` the status code that it is sent with,
    `example` the path of the example that it was read from, `magic` the parameter value that asks
    the mock for it, such as `{"path.id": "…"}`. With a `variant` it is the case of a response with
    the named example as its body; with a *possible* code no one is held to it. Neither is among
    the cases of an operation.
    """

    operation: str
    status: str
    code: str | None
    description: str
    media_type: str | None
    trigger: Trigger | None
    constraint: Constraint | None
    source: Source
    http_status: int
    response: Path
    example: Path | None = None
    magic: Mapping[str, str] | None = None
    variant: str | None = None
    is_possible: bool = False

    @property
    def label(self) -> str:
        """The status, and the code where there is one: `409 Account.Closed`."""
        return self.status if self.code is None else f"{self.status} {self.code}"

    @property
    def is_success(self) -> bool:
        """Whether the status is below 400."""
        return self.http_status < 400

    def of_status(self, status: int, description: str) -> Case:
        """The case of the same response without its code, sent with this status."""
        return replace(
            self,
            http_status=status,
            code=None,
            description=description,
            trigger=None,
            constraint=None,
            example=None,
            magic=None,
        )

    def to_json(self) -> dict[str, Any]:
        """The form that `tallystick cases --format json` prints."""
        return {
            "operation": self.operation,
            "status": self.status,
            "code": self.code,
            "description": self.description,
            "media_type": self.media_type,
            "trigger": self.trigger.to_json() if self.trigger else None,
            "source": {
                "file": self.source.file,
                "pointer": self.source.pointer,
                "line": self.source.line,
            },
            "magic": dict(self.magic) if self.magic else None,
            **({"variant": self.variant} if self.variant else {}),
            **({"possible": True} if self.is_possible else {}),
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """A code that a source gave: the path of what holds it, and what the source says of it."""

    code: str
    path: Path
    description: str | None = None
    trigger: Trigger | None = None
    constraint: Constraint | None = None
    example: Path | None = None


_Source = Callable[[Document, Operation, DocumentedResponse], Iterator[_Found]]


def read_cases(document: Document, operation: Operation) -> Iterator[Case]:
    """The cases of an operation, in the document's order."""
    for response in operation.responses:
        found = _merge(
            item for source in _SOURCES for item in source(document, operation, response)
        )
        if found:
            for item in found:
                yield _case(document, operation, response, item)
        else:
            yield _plain_case(document, operation, response)


def suspects(document: Document, operation: Operation) -> Iterator[tuple[Source, Suspect]]:
    """The lines of prose that look like code lines and could not be read."""
    for response in operation.responses:
        for suspect in read(response.description, _names(operation))[1]:
            needle = suspect.line.split()[0]
            yield document.locate((*response.path, "description"), needle), suspect


def _merge(found: Iterator[_Found]) -> list[_Found]:
    """One of each code, in order of first mention; the more trusted source's word holds."""
    merged: dict[str, _Found] = {}
    for item in found:
        known = merged.get(item.code)
        merged[item.code] = item if known is None else _complete(known, item)
    return list(merged.values())


def _complete(known: _Found, other: _Found) -> _Found:
    return replace(
        known,
        description=known.description or other.description,
        trigger=known.trigger or other.trigger,
        constraint=known.constraint or other.constraint,
        example=known.example or other.example,
    )


def _case(
    document: Document, operation: Operation, response: DocumentedResponse, found: _Found
) -> Case:
    description = found.description or ""
    trigger, constraint = _inferred(document, operation, response, description)
    if found.trigger and found.trigger != trigger:
        constraint = None  # what the sentence says of another property does not hold here
    return Case(
        operation=operation.name,
        status=response.status,
        code=found.code,
        description=description,
        media_type=_media_type(response),
        trigger=found.trigger or trigger,
        constraint=found.constraint or constraint,
        source=document.locate(found.path, found.code),
        http_status=response.http_status,
        response=response.path,
        example=found.example,
    )


def _inferred(
    document: Document, operation: Operation, response: DocumentedResponse, text: str
) -> tuple[Trigger | None, Constraint | None]:
    """What the words of a case certainly mean in this operation."""
    trigger, constraint = infer(text, response.status, operation.fields)
    field = trigger.field if trigger else None
    if field and not is_certain(document, operation, field):
        return infer(text, response.status, ())
    if field and constraint and not takes(document, operation, field, constraint):
        constraint = None
    return trigger, constraint


def _plain_case(document: Document, operation: Operation, response: DocumentedResponse) -> Case:
    text = re.sub(r"\s+", " ", response.description).strip()
    trigger, constraint = _inferred(document, operation, response, text)
    if trigger is None and response.status in {"400", "422"}:
        trigger = Trigger("request", None, "invalid")
    return Case(
        operation=operation.name,
        status=response.status,
        code=None,
        description=text,
        media_type=_media_type(response),
        trigger=trigger,
        constraint=constraint,
        source=document.locate(response.path),
        http_status=response.http_status,
        response=response.path,
    )


def _media_type(response: DocumentedResponse) -> str | None:
    names = [media_type.name for media_type in response.media_types]
    json_like = [name for name in names if "json" in name.lower()]
    return next(iter(json_like or names), None)


def _from_extension(
    document: Document, operation: Operation, response: DocumentedResponse
) -> Iterator[_Found]:
    for declared in declared_cases(document, operation, response):
        yield _Found(
            declared.code,
            declared.path,
            declared.description,
            declared.trigger,
            declared.constraint,
        )


def _from_examples(
    document: Document, _: Operation, response: DocumentedResponse
) -> Iterator[_Found]:
    if response.http_status < 400:
        return
    for media_type in response.media_types:
        for name, example in document.at(media_type.path).map("examples"):
            code = _code_of_example(name, example)
            if code:
                value = example.value.get("value")
                detail = value.get("detail") if isinstance(value, dict) else None
                text = example.text("description") or example.text("summary") or detail
                text = text if isinstance(text, str) else None
                yield _Found(code, example.path, text, example=example.path)


def _code_of_example(name: str, example: Node) -> str | None:
    """The code that the body of a named example holds; where there is no body, the name."""
    if not isinstance(example.value, dict):
        return None
    if "value" in example.value:
        return _code_in(example.value["value"], _DEPTH)
    if "externalValue" in example.value or "dataValue" in example.value:
        return None
    return name if is_code(name, "name") and not _PLAIN_NAME.match(name) else None


def _code_in(value: Any, depth: int) -> str | None:
    """The code that a body holds: of a member that is named so, the outermost first."""
    if isinstance(value, list):
        found = (_code_in(item, depth - 1) for item in value) if depth else ()
        return next((code for code in found if code), None)
    if not isinstance(value, dict):
        return None
    for member in CODE_MEMBERS:
        text = value.get(member)
        if isinstance(text, str) and is_code(text, member):
            return text
    inside = (_code_in(item, depth - 1) for item in value.values()) if depth else ()
    return next((code for code in inside if code), None)


def is_code(text: str, member: str) -> bool:
    """Whether the text of a member is a code: in one that holds only codes any single word, in
    another what is spelled as codes are.
    """
    if _CODE.fullmatch(text) is None:
        return False
    return member in _ONLY_CODES or bool(read(f"`{text}` — text")[0])


def _from_branches(
    document: Document, _: Operation, response: DocumentedResponse
) -> Iterator[_Found]:
    if response.http_status < 400:
        return
    for media_type in response.media_types:
        if media_type.schema:
            schema = document.at(media_type.schema)
            yield from _pinned(schema, _DEPTH, frozenset(), branch=False)


def _pinned(schema: Node, depth: int, seen: frozenset[Path], *, branch: bool) -> Iterator[_Found]:
    """The codes that members of the schema pin by `const` or a one-value `enum`, in branches."""
    if not isinstance(schema.value, dict) or schema.path in seen or not depth:
        return
    seen |= {schema.path}
    properties = dict(schema.map("properties"))
    if branch:
        for member in CODE_MEMBERS:
            code = _pin(properties.get(member))
            if code:
                pinned = (_pin(properties.get(name), _ANY_TEXT) for name in TEXT_MEMBERS)
                text = next((text for text in pinned if text), None)
                text = text or schema.text("description") or schema.text("title")
                yield _Found(code, (*schema.path, "properties", member), text or None)
                return
    inside = list(properties.values())
    items = schema.get("items")
    for node in (*inside, *([items] if items else [])):
        yield from _pinned(node, depth - 1, seen, branch=branch)
    for keyword in ("oneOf", "anyOf", "allOf"):
        for node in schema.list(keyword):
            deeper = depth if keyword == "allOf" else depth - 1  # composing is no nesting
            yield from _pinned(node, deeper, seen, branch=branch or keyword != "allOf")


def _pin(schema: Node | None, shape: re.Pattern[str] = _CODE) -> str | None:
    """The one text that a schema takes, if it has this shape."""
    if schema is None or not isinstance(schema.value, dict):
        return None
    values = [schema.value["const"]] if "const" in schema.value else schema.value.get("enum") or []
    value = values[0] if len(values) == 1 else None
    return value if isinstance(value, str) and shape.fullmatch(value) else None


def _from_prose(
    _document: Document, operation: Operation, response: DocumentedResponse
) -> Iterator[_Found]:
    if response.http_status < 400:
        return
    for line in read(response.description, _names(operation))[0]:
        yield _Found(line.code, (*response.path, "description"), line.text)


def _names(operation: Operation) -> set[str]:
    return {part for field in operation.fields for part in (field.name, field.name.split(".")[-1])}


_SOURCES: tuple[_Source, ...] = (_from_extension, _from_examples, _from_branches, _from_prose)
