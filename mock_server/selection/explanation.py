"""Explaining an answer: which rules were tried, why this case won, and how to get each other one.

Rules: nothing is computed before somebody asks. What is proposed is tried on the recorded request
by the mock's own checks before it is shown: a proposal that does not give the case is none. What
may be a credential is not shown: by the name of its header or query member, or because a security
scheme of the operation names it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import orjson

from mock_server.mock import Mock
from mock_server.requests.bodies import MalformedBodyError, read_json
from mock_server.requests.decoding.sizes import body_limit
from mock_server.requests.errors import RequestCheck, shown_query
from mock_server.requests.request import HEADERS, Request
from mock_server.requests.security import security_of
from mock_server.requests.validation import checks
from mock_server.selection.own_answers import violations_of_entry
from mock_server.selection.selector import UNMOCKABLE
from mock_server.state.journal import MOST_REQUESTS, Entry, Received
from mock_server.state.sessions import Session
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

RULES: Mapping[str, str] = {
    "header": "a Prefer header with code or example",
    "address": "an address that starts with /~case/",
    "magic value": "a magic value in the path",
    "queued force": "a force that waits for such a request",
    "authentication": "missing, wrong or expired credentials",
    "request": "an error in the request",
    "permission": "a caller who may not do this",
    "caller": "who calls",
    "resource": "what the path names",
    "state": "the state that it is in",
    "upstream": "what is behind the service",
    "collection": "what the collection keeps",
    "success": "nothing else",
}
"""The rules of the selection table, in its order, each with what it looks for."""

_SECRET = ("authorization", "cookie", "proxy-authorization")
_SECRET_WORDS = ("key", "token", "secret", "session", "password", "auth")
_LEFT_OUT = ("host", "content-length", "connection", "accept-encoding", "user-agent")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A request to be: the recorded one with changes. `body` is None where it has no JSON object;
    `before` is a call to the control API that goes before it.
    """

    path: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None
    changes: tuple[str, ...] = ()
    before: tuple[str, str, Mapping[str, Any]] | None = None

    def changed(self, change: str, **parts: Any) -> Sketch:
        """With one change more, in words."""
        return replace(self, changes=(*self.changes, change), **parts)


def explain(mock: Mock, session: Session, entry: Entry, base_url: str) -> dict[str, Any]:
    """An entry of the journal with the rules that were tried, and how to get each other case by
    commands to this base URL. Of a request that is not kept any more, the rules alone.
    """
    operation = next((o for o in mock.contract.operations if o.name == entry.operation), None)
    rules = list(_rules(entry, mock, operation)) if operation else []
    explained = {**entry.to_json(), "session": session.name or None, "rules": rules, "others": []}
    received = session.journal.request(entry.number)
    if received is None:
        return {**explained, "note": _dropped(session, entry)}
    explained |= {
        "headers": _shown_headers(received, keys_of(operation)),
        "body": received.body.decode("utf-8", "replace"),
    }
    if operation is None:
        return explained
    own = session.journal.own_answer(entry.number)
    if own is not None:
        violated = violations_of_entry(mock.contract, operation, entry, own)
        explained["own"] = {**own.to_json(), "violations": violated}
    if entry.rule == UNMOCKABLE:
        return {**explained, "note": "This operation cannot be mocked: the answer says why."}
    explainer = Explainer(mock, session, operation, entry, received, base_url)
    return {
        **explained,
        "curl": explainer.curl(explainer.recorded),
        "others": [explainer.way_to(case) for case in operation.cases if case.label != entry.case],
    }


def _dropped(session: Session, entry: Entry) -> str:
    """Why the details of a request are not kept any more."""
    if entry.number <= session.journal.count - MOST_REQUESTS:
        return f"Only the last {MOST_REQUESTS} requests are kept whole."
    return "The details of this request were dropped: the mock's memory was full (--memory)."


def _rules(entry: Entry, mock: Mock, operation: ContractOperation) -> Iterator[dict[str, str]]:
    behaviour = mock.behaviour(operation)
    asked = {"caller", "resource", "state", "upstream"} - set(behaviour.rules if behaviour else ())
    outcome = "did not apply"
    if not mock.auth or security_of(operation) is None:
        asked |= {"authentication", "permission"}
    if mock.collections.operation(operation) is None:
        asked.add("collection")
    for rule in (rule for rule in RULES if rule not in asked):
        if rule == entry.rule:
            yield {"rule": rule, "looks_for": RULES[rule], "outcome": "decided"}
            outcome = "not tried"
        else:
            yield {"rule": rule, "looks_for": RULES[rule], "outcome": outcome}


class Explainer:
    """Finds ways to the cases of an operation, from one recorded request."""

    def __init__(
        self,
        mock: Mock,
        session: Session,
        operation: ContractOperation,
        entry: Entry,
        received: Received,
        base_url: str,
    ) -> None:
        self.mock, self.session, self.operation = mock, session, operation
        self.entry, self.received, self.base_url = entry, received, base_url
        security = security_of(operation) if mock.auth else None
        limit = body_limit(mock.contract.document, operation, mock.max_body)
        self.checks: tuple[RequestCheck, ...] = (
            *([security.unauthenticated] if security else ()),
            *checks(mock.contract.document, operation, limit),
            *([security.forbidden] if security else ()),
        )
        headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in received.headers}
        self.recorded = Sketch(_path_of(operation, entry), headers, _json_object(received.body))

    def way_to(self, case: Case) -> dict[str, Any]:
        """The smallest change to the request that gives a case."""
        for sketch in self._proposals(case):
            if self._gives(sketch, case):
                return {
                    "case": case.label,
                    "changes": list(sketch.changes),
                    "curl": self.curl(sketch),
                }
        forced = self.recorded.changed(
            f"send the header Prefer: {_preference(case)}",
            headers={**self.recorded.headers, "prefer": _preference(case)},
        )
        return {"case": case.label, "changes": list(forced.changes), "curl": self.curl(forced)}

    def _proposals(self, case: Case) -> Iterator[Sketch]:
        """Honest requests that may give a case, the smallest change first."""
        honest = self._unforced(self.recorded)
        mended = self._mended(honest)
        field = case.trigger.field if case.trigger else None
        for sketch in (honest, mended):
            if case.is_success:
                yield sketch
            elif field is not None and field.location == "body" and sketch.body is not None:
                yield from self._erroneous(sketch, case, field.name)
        behaviour = self.mock.behaviour(self.operation)
        call = behaviour.bring_about(case, mended.path) if behaviour else None
        if call is not None:
            method, path, body = call
            change = f"first {method} {path} with {orjson.dumps(body).decode()}"
            yield replace(mended, changes=(change, *mended.changes), before=call)

    def _erroneous(self, sketch: Sketch, case: Case, name: str) -> Iterator[Sketch]:
        body = dict(sketch.body or {})
        if case.trigger and case.trigger.fault == "missing":
            if name in body:
                del body[name]
                yield sketch.changed(f"leave out {name}", body=body)
            return
        for value in case.constraint.invalid_values()[:1] if case.constraint else ():
            yield sketch.changed(f"set {name} to {value!r}", body={**body, name: value})

    def _unforced(self, sketch: Sketch) -> Sketch:
        """Without the header, the address or the magic value that forced a case."""
        headers = {name: value for name, value in sketch.headers.items() if name != "prefer"}
        if self.entry.rule == "header":
            sketch = sketch.changed("leave out the header Prefer", headers=headers)
        elif self.entry.rule == "address":
            sketch = sketch.changed("leave /~case/… out of the address")
        elif self.entry.rule == "magic value":
            plain = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"
            name = next(iter(_magic(self.operation)), "")
            path = {**sketch.path, name: plain}
            sketch = sketch.changed(f"use another {name}, such as {plain}", path=path)
        elif self.entry.rule == "queued force":
            sketch = sketch.changed("wait until the queued forces are played")
        return sketch

    def _mended(self, sketch: Sketch) -> Sketch:
        """With every property that a case is about set to a valid value."""
        for case in self.operation.cases:
            field = case.trigger.field if case.trigger else None
            if field is None or field.location != "body" or case.constraint is None:
                continue
            body = sketch.body or {}
            if (
                sketch.body is None
                or case.constraint.refuser()(body.get(field.name))
                or not body.get(field.name)
            ):
                value = case.constraint.valid_values()[0]
                sketch = sketch.changed(
                    f"set {field.name} to {value!r}", body={**body, field.name: value}
                )
        return sketch

    def _gives(self, sketch: Sketch, case: Case) -> bool:
        """Whether the mock's own checks take a sketch for a case."""
        headers = {n.encode(): v.encode("latin-1") for n, v in sketch.headers.items()}
        scope = {HEADERS: headers, "query_string": self.received.query}
        request = Request(scope, sketch.path, self.session)
        request.body = self._content(sketch)
        error = next((found for check in self.checks if (found := check(request))), None)
        if error is not None:
            return error.case == case
        return case.is_success or sketch.before is not None

    def _content(self, sketch: Sketch) -> bytes:
        return self.received.body if sketch.body is None else orjson.dumps(sketch.body)

    def curl(self, sketch: Sketch) -> str:
        """Commands that send a sketch."""
        path = self.operation.path
        for name, value in sketch.path.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        keys = keys_of(self.operation)
        query = shown_query(self.received.query.decode("latin-1"), keys)
        words = ["curl", "-i", "-X", self.entry.method]
        words.append(f"{self.base_url}{self.session.path}{path}{'?' if query else ''}{query}")
        for name, value in sketch.headers.items():
            if name not in _LEFT_OUT:
                words += ["-H", f"{name}: {'…' if _is_secret(name, keys) else value}"]
        body = self._content(sketch)
        words += ["--data-raw", body.decode("utf-8", "replace")] if body else []
        command = shlex.join(words)
        if sketch.before is None:
            return command
        method, control, content = sketch.before
        first = ["curl", "-X", method, f"{self.base_url}{self.session.path}{control}"]
        first += ["--data-raw", orjson.dumps(content).decode()]
        return f"{shlex.join(first)}\n{command}"


def _path_of(operation: ContractOperation, entry: Entry) -> dict[str, str]:
    """The path parameters of a recorded request."""
    template = operation.path.strip("/").split("/")
    given = entry.path.strip("/").split("/")
    return {
        name[1:-1]: value
        for name, value in zip(template, given, strict=False)
        if name.startswith("{") and name.endswith("}")
    }


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = read_json(body)
    except MalformedBodyError:
        return None
    return value if isinstance(value, dict) else None


def _magic(operation: ContractOperation) -> list[str]:
    names = {name for case in operation.cases for name in case.magic or {}}
    return [name.removeprefix("path.") for name in sorted(names)]


def _preference(case: Case) -> str:
    return f'example="{case.code}"' if case.code else f"code={case.http_status}"


def keys_of(operation: ContractOperation | None) -> set[str]:
    """The names, in lower case, by which the security schemes of an operation call an API key."""
    requirements = operation.security if operation else ()
    return {scheme.parameter.lower() for schemes in requirements for scheme in schemes}


def _shown_headers(received: Received, keys: set[str]) -> dict[str, str]:
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in received.headers]
    return {name: "…" if _is_secret(name, keys) else value for name, value in headers}


def _is_secret(name: str, keys: set[str]) -> bool:
    """Whether a header may hold a secret."""
    return (
        name in keys
        or name in _SECRET
        or any(word in name and name != "tallystick-session" for word in _SECRET_WORDS)
    )
