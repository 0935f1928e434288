"""Explaining an answer: which rules were tried, why this case won, and how to get each other one.

Rules: nothing is computed before somebody asks. What is proposed is tried on the recorded request
by the mock's own checks before it is shown: a proposal that does not give the case is none. What
may be a credential is not shown: by the name of its header or query member, or because a security
scheme of the operation names it.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote_plus

from mock_server.answers.encoding import json_bytes
from mock_server.mock import Mock
from mock_server.requests.bodies import MalformedBodyError, read_json
from mock_server.requests.decoding.sizes import body_limit
from mock_server.requests.errors import RequestCheck, RequestError, shown_query
from mock_server.requests.request import ABSENT, HEADERS, Request
from mock_server.requests.security import security_of
from mock_server.requests.validation import checks
from mock_server.selection.own_answers import violations_of_entry
from mock_server.selection.selector import UNMOCKABLE
from mock_server.state.journal import MOST_REQUESTS, UNANSWERED, Entry, Received
from mock_server.state.sessions import Session
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.generation.values import make

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

_MOST_MENDED = 20
"""How many errors of a request are mended, at most, to find how it succeeds."""

_CHANGEABLE = ("path.", "query.", "header.")
"""Where a parameter is that can be set to another value."""

_NO_ANSWER = (
    "No answer to it is recorded: it is under way, or the process that took it ended before it "
    "answered. Either way no other request gets what was used."
)

_SECRET = ("authorization", "cookie", "set-cookie", "proxy-authorization")
_SECRET_WORDS = ("key", "token", "secret", "session", "password", "auth")
_LEFT_OUT = ("host", "content-length", "connection", "accept-encoding", "user-agent")


class RequestChange(NamedTuple):
    """A change of a request, in words; `place` names what it sets, and `is_new` says that nothing
    was there before.
    """

    words: str
    place: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """A request to be: the recorded one with changes. `body` is None where it has no JSON object;
    `before` is a call to the control API that goes before it.
    """

    path: Mapping[str, str]
    headers: Mapping[str, str]
    query: str
    body: Mapping[str, Any] | None
    changes: tuple[RequestChange, ...] = ()
    before: tuple[str, str, Mapping[str, Any]] | None = None

    def changed(self, change: str, **parts: Any) -> Sketch:
        """With one change more, in words."""
        return replace(self, changes=(*self.changes, RequestChange(change)), **parts)

    def having(self, place: str, value: Any) -> Sketch:
        """With a value at a place such as `query.page`; without what is there for ABSENT. Of two
        changes at one place only the last counts.
        """
        location, _, name = place.partition(".")
        before = next((change for change in self.changes if change.place == place), None)
        is_new = before.is_new if before else _value(self, place) is None
        changes = tuple(change for change in self.changes if change is not before)
        words = (
            f"leave out {_words(place)}"
            if value is ABSENT
            else f"set {_words(place)} to {_shown(value)}"
        )
        if not (is_new and value is ABSENT):
            changes += (RequestChange(words, place, is_new),)
        if location == "query":
            return replace(self, changes=changes, query=_with_member(self.query, name, value))
        kept = {**(getattr(self, "headers" if location == "header" else location) or {})}
        key = name.lower() if location == "header" else name
        kept.pop(key, None)
        if value is not ABSENT:
            kept[key] = value if location == "body" else _text(value)
        parts: dict[str, Any] = {"headers" if location == "header" else location: kept}
        return replace(self, changes=changes, **parts)


async def explain(mock: Mock, session: Session, entry: Entry, base_url: str) -> dict[str, Any]:
    """An entry of the journal with the rules that were tried, and how to get each other case by
    commands to this base URL. Of a request that is not kept any more, the rules alone.
    """
    operation = next((o for o in mock.contract.operations if o.name == entry.operation), None)
    rules = list(_rules(entry, mock, operation)) if operation else []
    listed = {**shown_entry(entry, mock.keys), "session": session.name or None}
    explained = {**listed, "rules": rules, "decided_by": None, "others": []}
    received = await session.journal.request(entry.number)
    if received is None:
        return {**explained, "note": _dropped(await session.journal.count(), entry)}
    explained |= {
        "headers": _shown_headers(received, keys_of(operation)),
        "body": received.body.decode("utf-8", "replace"),
        "answer": _shown_answer(received),
    }
    if operation is None:
        return explained
    if received.own is not None:
        violated = violations_of_entry(mock.contract, operation, entry, received.own)
        explained["own"] = {**received.own.to_json(), "violations": violated}
    if entry.rule == UNANSWERED:
        return {**explained, "note": f"This request used {entry.used}. {_NO_ANSWER}"}
    if entry.rule == UNMOCKABLE:
        return {**explained, "note": "This operation cannot be mocked: the answer says why."}
    explainer = Explainer(mock, session, operation, entry, received, base_url)
    others = [case for case in operation.cases if case.label != entry.case]
    ways = sorted((explainer.way_to(case) for case in others), key=lambda way: way.effort)
    return {
        **explained,
        "decided_by": explainer.decided_by(),
        "curl": explainer.curl(explainer.recorded),
        "others": [
            {
                "case": way.case,
                "changes": [change.words for change in way.sketch.changes],
                "curl": explainer.curl(way.sketch),
            }
            for way in ways
        ],
    }


def shown_entry(entry: Entry, keys: Collection[str]) -> dict[str, Any]:
    """An entry as the control API lists it. The values of `keys` in its query are hidden."""
    return {**entry.to_json(), "query": shown_query(entry.query.decode("latin-1"), keys)}


def _shown_answer(received: Received) -> dict[str, Any]:
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in received.answer_headers]
    return {
        "headers": {name: "…" if _is_secret(name, ()) else value for name, value in headers},
        "body": received.answer_body.decode("utf-8", "replace"),
    }


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a case. Least effort is a change of the request, the fewer the better; then comes a
    call that goes before it, then to ask for the case by its name.
    """

    case: str
    sketch: Sketch
    is_asked_for: bool = False

    @property
    def effort(self) -> tuple[bool, bool, int]:
        """What is sorted by."""
        return self.is_asked_for, self.sketch.before is not None, len(self.sketch.changes)


def _dropped(count: int, entry: Entry) -> str:
    """Why the details of a request are not kept any more."""
    if entry.number <= count - MOST_REQUESTS:
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
        self.recorded = Sketch(
            _path_of(operation, entry),
            headers,
            received.query.decode("latin-1"),
            _json_object(received.body),
        )

    def way_to(self, case: Case) -> Way:
        """The smallest change to the request that gives a case."""
        for sketch in self._proposals(case):
            if self._gives(sketch, case):
                return Way(case.label, sketch)
        forced = self.recorded.changed(
            f"send the header Prefer: {_preference(case)}",
            headers={**self.recorded.headers, "prefer": _preference(case)},
        )
        return Way(case.label, forced, is_asked_for=True)

    def decided_by(self) -> dict[str, Any] | None:
        """What of the request decided: its place, such as `query.page`, and why; None where
        nothing of it did.
        """
        headers = dict(self.received.answer_headers)
        why = headers.get(b"tallystick-error", b"").decode("latin-1")
        if self.entry.rule in ("header", "address"):
            place = "header.prefer" if self.entry.rule == "header" else "address"
            return {"place": place, "why": why or f"It asks for {self.entry.case}."}
        if self.entry.rule == "magic value":
            place = next(iter(_magic(self.operation)), "")
            return {"place": f"path.{place}", "why": f"Its value stands for {self.entry.case}."}
        if self.entry.rule not in ("authentication", "request", "permission"):
            return None
        error = self._error(self.recorded)
        # Of a body that was not kept whole, nothing certain is known any more.
        is_it = error is not None and (error.case.label if error.case else str(error.status))
        if error is None or is_it != self.entry.case:
            return {"place": None, "why": why} if why else None
        return {"place": error.place or None, "why": error.detail}

    def _proposals(self, case: Case) -> Iterator[Sketch]:
        """Honest requests that may give a case, the smallest change first."""
        honest = self._unforced(self.recorded)
        mended = self._mended(honest)
        field = case.trigger.field if case.trigger else None
        for sketch in (honest, mended):
            if case.is_success:
                yield sketch
            elif field is not None:
                yield from _erroneous(sketch, case, f"{field.location}.{field.name}")
        behaviour = self.mock.behaviour(self.operation)
        call = behaviour.bring_about(case, mended.path) if behaviour else None
        if call is not None:
            method, path, body = call
            change = f"first {method} {path} with {json_bytes(body).decode()}"
            yield replace(mended, changes=(RequestChange(change), *mended.changes), before=call)

    def _unforced(self, sketch: Sketch) -> Sketch:
        """Without the header, the address or the magic value that forced a case."""
        headers = {name: value for name, value in sketch.headers.items() if name != "prefer"}
        if self.entry.rule == "header":
            sketch = sketch.changed("leave out the header Prefer", headers=headers)
        elif self.entry.rule == "address":
            sketch = sketch.changed("leave /~case/… out of the address")
        elif self.entry.rule == "magic value":
            place = f"path.{next(iter(_magic(self.operation)), '')}"
            sketch = sketch.having(place, self._valid(place, None))
        elif self.entry.rule == "queued force":
            sketch = sketch.changed("wait until the queued forces are played")
        return sketch

    def _mended(self, sketch: Sketch) -> Sketch:
        """With every property that a case is about set to a valid value, and then whatever else
        the checks find.
        """
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
                sketch = sketch.having(f"body.{field.name}", case.constraint.valid_values()[0])
        for _ in range(_MOST_MENDED):
            error = self._error(sketch)
            if error is None or not self._is_parameter(error.place):
                break
            sketch = sketch.having(
                error.place, self._valid(error.place, _value(sketch, error.place))
            )
        return sketch

    def _is_parameter(self, place: str) -> bool:
        places = {f"{p.location}.{p.name}" for p in self.operation.parameters}
        return place in places and place.startswith(_CHANGEABLE)

    def _valid(self, place: str, given: str | None) -> Any:
        """A valid value of a parameter, near the one that was given where that is a number."""
        found = (p for p in self.operation.parameters if f"{p.location}.{p.name}" == place)
        parameter = next(found, None)
        if parameter is None or parameter.schema is None:
            return "1"
        document = self.mock.contract.document
        schema = document.at(parameter.schema).value
        bounds = schema if isinstance(schema, dict) else {}
        near = _nearest(bounds, given)
        if near is not None and document.validators.at(parameter.schema).is_valid(near):
            return near
        return make(document, parameter.schema, name=parameter.name).value

    def _error(self, sketch: Sketch) -> RequestError | None:
        """What the mock's own checks find wrong with a sketch."""
        headers = {n.encode(): v.encode("latin-1", "replace") for n, v in sketch.headers.items()}
        scope = {HEADERS: headers, "query_string": sketch.query.encode("latin-1")}
        request = Request(scope, sketch.path, self.session)
        request.body = self._content(sketch)
        return next((found for check in self.checks if (found := check(request))), None)

    def _gives(self, sketch: Sketch, case: Case) -> bool:
        """Whether the mock's own checks take a sketch for a case."""
        error = self._error(sketch)
        if error is not None:
            return error.case == case
        return case.is_success or sketch.before is not None

    def _content(self, sketch: Sketch) -> bytes:
        return self.received.body if sketch.body is None else json_bytes(sketch.body)

    def curl(self, sketch: Sketch) -> str:
        """Commands that send a sketch."""
        path = self.operation.path
        for name, value in sketch.path.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        keys = keys_of(self.operation)
        query = shown_query(sketch.query, keys)
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
        first += ["--data-raw", json_bytes(content).decode()]
        return f"{shlex.join(first)}\n{command}"


def _erroneous(sketch: Sketch, case: Case, place: str) -> Iterator[Sketch]:
    """With the error that a case is about."""
    if not place.startswith(_CHANGEABLE) and (sketch.body is None or not place.startswith("body.")):
        return
    if case.trigger and case.trigger.fault == "missing":
        if _value(sketch, place) is not None:
            yield sketch.having(place, ABSENT)
        return
    for value in case.constraint.invalid_values()[:1] if case.constraint else ():
        yield sketch.having(place, value)


def _value(sketch: Sketch, place: str) -> Any:
    """What a sketch has at a place; None where it has nothing."""
    location, _, name = place.partition(".")
    if location == "query":
        return dict(parse_qsl(sketch.query, keep_blank_values=True)).get(name)
    if location == "header":
        return sketch.headers.get(name.lower())
    return ((sketch.path if location == "path" else sketch.body) or {}).get(name)


def _with_member(query: str, name: str, value: Any) -> str:
    """A query with a member set, or without it for ABSENT; the others stay as they are."""
    others = [m for m in query.split("&") if m and unquote_plus(m.partition("=")[0]) != name]
    values = [] if value is ABSENT else value if isinstance(value, list) else [value]
    return "&".join([*others, *(f"{quote(name)}={quote(_text(each))}" for each in values)])


def _nearest(schema: Mapping[str, Any], given: Any) -> int | float | None:
    """The nearest number that is within the bounds of a schema."""
    try:
        number = float(given)
    except (TypeError, ValueError):
        return None
    for name, choose in (("minimum", max), ("maximum", min)):
        if isinstance(bound := schema.get(name), int | float):
            number = choose(number, float(bound))
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _text(value: Any) -> str:
    """A value as a parameter has it."""
    return value if isinstance(value, str) else json_bytes(value).decode()


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else _text(value)


def _words(place: str) -> str:
    """A place for people: a member of the body by its name alone."""
    location, _, name = place.partition(".")
    return name if location == "body" else f"the {location} parameter {name}"


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


def _is_secret(name: str, keys: Collection[str]) -> bool:
    """Whether a header may hold a secret."""
    return (
        name in keys
        or name in _SECRET
        or any(word in name and name != "tallystick-session" for word in _SECRET_WORDS)
    )
