"""The body that an implementation would send for a case.

Rules: an example of the document comes first; an error is a problem in the contract's style where
its schema takes one; what is made is valid against the schema, or the nearest to it.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tallystick.catalogue.cases import CODE_MEMBERS, TEXT_MEMBERS, Case
from tallystick.contract import Contract, ContractOperation
from tallystick.generation.believable.failures import error_members
from tallystick.generation.problem import MEDIA_TYPE, problem
from tallystick.generation.values import Wish, holds, is_valid, make
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType, property_names

WITHOUT_CONTENT = (204, 205, 304)
"""Statuses of answers that have no content (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5)."""


def names(cases: Sequence[Case]) -> dict[str, Case]:
    """The cases of an operation by the name that exports give them: the code, or the status where
    there is none; both, where that means several cases.
    """
    counts = Counter(_short(case) for case in cases)
    short = {case.label: _short(case) for case in cases}
    return {
        name if counts[name] == 1 else case.label: case
        for case, name in ((case, short[case.label]) for case in cases)
    }


def _short(case: Case) -> str:
    return case.status if case.code is None else case.code


def media_types(operation: ContractOperation, case: Case) -> tuple[MediaType, ...]:
    """The media types in which a case may be sent; none where it has no body."""
    if case.http_status in WITHOUT_CONTENT:
        return ()
    found = (r.media_types for r in operation.responses if r.status == case.status)
    return next(found, ())


def media_type(operation: ContractOperation, case: Case) -> MediaType | None:
    """The media type of a case, if it has a body."""
    return next((m for m in media_types(operation, case) if m.name == case.media_type), None)


def concrete(name: str) -> str:
    """A media type to send where the document has a range (OpenAPI 3.1.1 section 4.8.17)."""
    return "application/json" if "*" in name else name


def is_json(media_type: MediaType) -> bool:
    """Whether bodies of a media type are JSON."""
    return "json" in concrete(media_type.name).lower()


def body(contract: Contract, case: Case, media_type: MediaType) -> Any:
    """The body of a case, as a JSON value; of another media type a string."""
    value = content(contract, case, media_type)
    return value if is_json(media_type) or isinstance(value, str) else json.dumps(value)


def content(contract: Contract, case: Case, media_type: MediaType) -> Any:
    """The value that the body of a case is written from: documented examples as they are, else one
    that the schema takes, else the nearest to it.
    """
    last: Any = {}
    for value in _documented(contract, case, media_type):
        return value
    for value in _candidates(contract, case, media_type):
        if media_type.schema is None or is_valid(contract.document, media_type.schema, value):
            return value
        last = value
    return last


def _documented(contract: Contract, case: Case, media_type: MediaType) -> Iterator[Any]:
    """The examples that are about the case: its own; those that hold its code; where it has no
    code, all.
    """
    yield from _own_example(contract, case, media_type)
    for name, value in examples(contract.document, media_type).items():
        if case.code is None or name == case.code or holds(value, case.code):
            yield value


def _candidates(contract: Contract, case: Case, media_type: MediaType) -> Iterator[Any]:
    text = case.description or case.label
    if is_json(media_type) and not case.is_success and is_problem(contract.document, media_type):
        yield problem(case.http_status, text, code=case.code, style=contract.problem)
    if media_type.schema is None:
        yield {} if is_json(media_type) else text
        return
    if not is_json(media_type) and not case.is_success:
        yield text  # where the schema is one of a text
    for value in examples(contract.document, media_type).values():
        yield from _telling(case, value, says_all=bool(case.code and holds(value, case.code)))
    by_status = error_members(case.http_status)["code"]
    for value in _made(contract, case, media_type):
        # A code that is that of the status was made, and says nothing of the words beside it.
        is_branch = bool(case.code and holds(value, case.code)) and case.code not in by_status
        yield from _telling(case, value, says_all=is_branch)


def _own_example(contract: Contract, case: Case, media_type: MediaType) -> Iterator[Any]:
    """The value of the example that the case was read from, where it is of this media type."""
    for _, example in contract.document.at(media_type.path).map("examples"):
        if example.path == case.example and "value" in example.value:
            yield _meant(contract.document, media_type, example.value["value"])


def _made(contract: Contract, case: Case, media_type: MediaType) -> Iterator[Any]:
    if media_type.schema is not None:
        for with_optional in (True, False):
            wish = Wish(
                with_optional=with_optional,
                code=case.code or "",
                status=0 if case.is_success else case.http_status,
                is_long=case.is_success,
            )
            yield make(contract.document, media_type.schema, wish=wish).value


def examples(document: Document, media_type: MediaType) -> dict[str, Any]:
    """The documented examples by name; the name of a lone `example` is empty."""
    node = document.at(media_type.path).value
    if isinstance(node, dict) and "example" in node:
        return {"": _meant(document, media_type, node["example"])}
    return {
        name: _meant(document, media_type, example["value"])
        for name, example in media_type.examples.items()
        if isinstance(example, dict) and "value" in example
    }


def _meant(document: Document, media_type: MediaType, example: Any) -> Any:
    """An example as it is; one of JSON that is written as a text means the value that the text
    holds, where the schema takes that and not the text.
    """
    if not isinstance(example, str) or media_type.schema is None or not is_json(media_type):
        return example
    if is_valid(document, media_type.schema, example):
        return example
    try:
        value = json.loads(example)
    except ValueError:
        return example
    return value if is_valid(document, media_type.schema, value) else example


def is_problem(document: Document, media_type: MediaType) -> bool:
    """Whether a schema means a problem: by its media type, or because it has such members."""
    if media_type.name.lower() == MEDIA_TYPE or media_type.schema is None:
        return True
    return {"title", "status"} <= set(property_names(document, media_type.schema, 0))


def _telling(case: Case, value: Any, *, says_all: bool) -> Iterator[Any]:
    """The value with the code and the text of an error where such schemas have them, and as it
    is: a schema may not take them. One that says all is left as it is.
    """
    if not case.is_success and not says_all:
        coded = _replaced(value, CODE_MEMBERS, case.code) if case.code else value
        if case.description:
            yield with_text(coded, case.description, has_code=case.code is not None)
        yield coded
    yield value


def with_text(value: Any, words: str, *, has_code: bool = False) -> Any:
    """The body of an error with these words in the member for its text. An `error` is such a
    member where nothing else is, and where it does not hold the code.
    """
    return _replaced(value, TEXT_MEMBERS if has_code else (*TEXT_MEMBERS, "error"), words)


def _replaced(value: Any, members: Sequence[str], words: str) -> Any:
    """The value with other words in the outermost text that is in one of these members."""
    layer: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while layer:
        for path, inside in layer:
            for name in members if isinstance(inside, dict) else ():
                if isinstance(inside.get(name), str):
                    return _put(value, (*path, name), words)
        layer = [((*path, key), item) for path, inside in layer for key, item in _inside(inside)]
    return value


def _inside(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _put(value: Any, path: tuple[Any, ...], words: str) -> Any:
    if not path:
        return words
    changed = copy.copy(value)
    changed[path[0]] = _put(value[path[0]], path[1:], words)
    return changed
