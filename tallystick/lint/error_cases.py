"""What makes the documented errors of a contract weak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tallystick.catalogue.cases import CODE_MEMBERS, TEXT_MEMBERS, Case
from tallystick.catalogue.extensions import CASES
from tallystick.contract import Contract, ContractOperation
from tallystick.lint.suggestions import Change, suggestion
from tallystick.reader.diagnostics import Diagnostic
from tallystick.reader.document import Document
from tallystick.reader.operations import DocumentedResponse, properties
from tallystick.reader.pointers import Path, look_up, to_pointer

_SETTLED = {"405", "406", "413", "415"}
"""Statuses whose trigger RFC 9110 says: the mock answers with them by itself."""

_PROBLEM: Mapping[str, Any] = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "required": ["title", "status"],
            "properties": {
                "type": {"type": "string", "format": "uri-reference"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
            },
        }
    }
}
"""The content of an error in a contract that has none: problem details (RFC 9457)."""


def without_body(contract: Contract) -> Iterator[Diagnostic]:
    """Errors that document no body. An answer to HEAD has none (RFC 9110 section 9.3.2)."""
    content = None
    for operation, response in _errors(contract):
        if response.media_types or operation.method == "head" or not _is_certain(response):
            continue
        content = content or _usual_content(contract)
        change = Change(response.path, {"content": content})
        yield Diagnostic(
            "error-without-body",
            f"{response.status} documents no body",
            contract.document.locate(response.path),
            suggestion(contract.document, change),
        )


def nothing_required(contract: Contract) -> Iterator[Diagnostic]:
    """Schemas of errors that require nothing, each once."""
    document = contract.document
    seen: set[Path] = set()
    for _, response in _errors(contract):
        for media_type in response.media_types:
            if media_type.schema is None or "json" not in media_type.name.lower():
                continue
            schema = document.at(media_type.schema)
            if schema.path in seen:
                continue
            seen.add(schema.path)
            if document.validators.at(media_type.schema).is_valid({}):
                yield Diagnostic(
                    "nothing-required",
                    "this schema of errors requires no member",
                    document.locate(schema.path),
                    _requirement(document, schema.path, schema.value),
                )


def _requirement(document: Document, path: Path, schema: Any) -> str:
    if not isinstance(schema, dict):
        return ""  # an overlay can add no member to `true`
    names = list(dict.fromkeys(name for name, _ in properties(document, path)))
    if {"title", "status"} <= set(names):  # problem details (RFC 9457)
        return suggestion(document, Change(path, {"required": ["title", "status"]}))
    chosen = [
        next((name for name in members if name in names), None)
        for members in (CODE_MEMBERS, TEXT_MEMBERS)
    ]
    required = [name for name in chosen if name] or names[:1]
    if required:
        return suggestion(document, Change(path, {"required": required}))
    made = {"required": ["code"], "properties": {"code": {"type": "string"}}}
    return suggestion(document, Change(path, {"type": "object", **made}))


def without_error(contract: Contract) -> Iterator[Diagnostic]:
    """Operations that document no error."""
    failing = {id(operation) for operation, _ in _errors(contract)}
    made: dict[str, Mapping[str, Any]] = {}
    for operation in contract.operations:
        if not operation.responses or id(operation) in failing:
            continue
        status, text = _likely_error(operation)
        if status not in made:
            made[status] = _usual_response(contract, status, text)
        change = Change(operation.location, {"responses": {status: made[status]}})
        yield Diagnostic(
            "operation-without-error",
            "the operation documents no error",
            contract.document.locate(operation.location),
            suggestion(contract.document, change),
        )


def _likely_error(operation: ContractOperation) -> tuple[str, str]:
    """The status of an error that an operation has most likely, and its description."""
    if any(parameter.location == "path" for parameter in operation.parameters):
        return "404", "There is nothing of this id."
    if operation.parameters or operation.request_body:
        return "400", "The request is not valid."
    return "default", "Something went wrong."


def _usual_response(contract: Contract, status: str, text: str) -> Mapping[str, Any]:
    """The response to which most operations refer for a status, or one like other errors."""
    shared = _usual(
        reference
        for operation, response in _errors(contract)
        if response.status == status
        and (reference := _reference(contract.document, (*operation.location, "responses", status)))
    )
    return (
        {"$ref": shared} if shared else {"description": text, "content": _usual_content(contract)}
    )


def two_statuses(contract: Contract) -> Iterator[Diagnostic]:
    """Codes that an operation documents under two statuses."""
    for operation in contract.operations:
        cases: dict[str, list[Case]] = {}
        for case in operation.cases:
            if case.code and case.status.isdecimal():
                cases.setdefault(case.code, []).append(case)
        for code, found in cases.items():
            if len(found) > 1:
                statuses = " and ".join(case.status for case in found)
                yield Diagnostic(
                    "code-under-two-statuses",
                    f"{code} stands under {statuses}",
                    found[1].source,
                    _renamed(contract.document, found[1]),
                )


def _renamed(document: Document, case: Case) -> str:
    """Give the code of the later status a name of its own, where it stands."""
    new = f"{case.code}_{case.status}"
    response = document.at(case.response)
    description = response.text("description")
    if case.code and case.code in description:
        changed = description.replace(case.code, new)
        return suggestion(document, Change(response.path, {"description": changed}))
    return suggestion(
        document,
        Change(response.path, {CASES: {new: {"description": case.description}}}),
        comment=f"and remove {case.code} at {case.source}",
    )


def unknown_triggers(contract: Contract) -> Iterator[Diagnostic]:
    """Errors of which nothing says what triggers them. Those of one response are one group."""
    for operation in contract.operations:
        codes: dict[Path, list[Case]] = {}
        for case in operation.cases:
            if case.is_success or case.trigger is not None:
                continue
            if case.code is not None:
                codes.setdefault(case.response, []).append(case)
            elif case.status.isdecimal() and case.status not in _SETTLED:
                yield _unknown(case)
        for response, cases in codes.items():
            stated = _triggers(contract.document, response, cases)
            for case in cases:
                yield _unknown(case, stated, to_pointer(response))


def _unknown(case: Case, stated: str = "", group: str = "") -> Diagnostic:
    message = f"nothing says what triggers {case.label}"
    return Diagnostic("unknown-trigger", message, case.source, stated, group)


def _triggers(document: Document, response: Path, cases: list[Case]) -> str:
    kind = "upstream" if cases[0].http_status >= 500 else "state"
    declared = {case.code: {"trigger": {"kind": kind}} for case in cases}
    comment = "kind: caller, resource, state or upstream; or request with in, name and fault"
    return suggestion(document, Change(response, {CASES: declared}), comment=comment)


# --- what the contract's errors usually look like


def _errors(contract: Contract) -> Iterator[tuple[ContractOperation, DocumentedResponse]]:
    for operation in contract.operations:
        for response in operation.responses:
            if response.http_status >= 400:
                yield operation, response


def _is_certain(response: DocumentedResponse) -> bool:
    """Whether a response is an error for certain: `default` may stand for any status."""
    return response.status.lower() != "default"


def _usual_content(contract: Contract) -> Mapping[str, Any]:
    """The content that most errors of the contract have, where their schema is a component."""
    usual = _usual(
        (media_type.name, reference)
        for _, response in _errors(contract)
        for media_type in response.media_types
        if media_type.schema and (reference := _reference(contract.document, media_type.schema))
    )
    return {usual[0]: {"schema": {"$ref": usual[1]}}} if usual else _PROBLEM


def _usual(values: Iterator[Any]) -> Any:
    """The most frequent value; None where there are none."""
    return next((value for value, _ in Counter(values).most_common(1)), None)


def _reference(document: Document, path: Path) -> str:
    try:
        value = look_up(document.root, path)
    except LookupError:
        return ""
    reference = value.get("$ref") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) else ""
