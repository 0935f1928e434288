"""Answers, prepared: for each case its status, headers, and bodies in each of its media types.

Rules: a documented example is sent as it is; else a body is made from the schema, the same for
the same seed. An error has the documented schema, also where the mock itself refuses a request;
a problem (RFC 9457) only where the document says so or says nothing. Everything is made when it is
first wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle
from typing import Any

import orjson

from mock_server.answers.encoding import (
    Encoding,
    encoder,
    is_written_as_json,
    json_bytes,
    with_boundary,
)
from mock_server.answers.generated import GeneratedBodies
from mock_server.answers.headers import documented_headers
from mock_server.answers.negotiation import choose
from mock_server.answers.problems import MEDIA_TYPE, problem
from mock_server.answers.templates import Body, example_bodies, with_pictures
from mock_server.requests.decoding.caching import Kept
from mock_server.requests.request import Header, Request
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import TallystickError
from tallystick.generation import bodies
from tallystick.generation.flattening import Flattener
from tallystick.reader.operations import DocumentedResponse, MediaType, property_names

_MOST_CHOICES = 1_000


class Representation:
    """The bodies of a case in one media type, by request, and the headers that they go with.
    `written` is a value in this media type.
    """

    __slots__ = ("bodies", "headers", "last", "written")

    def __init__(
        self,
        bodies: Callable[[Request], Body],
        headers: list[Header],
        written: Callable[[Any], bytes],
    ) -> None:
        self.headers = headers
        self.written = written
        self.bodies = bodies
        self.last: tuple[Any, Body] = (None, b"")

    def body(self, request: Request, now: float) -> bytes:
        """The body for this request, at the mock's time."""
        return _rendered(self.bodies(request), request, now)

    def of_value(self, value: Any, request: Request, now: float) -> bytes:
        """The body of a value, for the client that sent this request."""
        if value is not self.last[0] or value is None:
            self.last = (value, with_pictures(self.written(value)))
        return _rendered(self.last[1], request, now)


def _rendered(body: Body, request: Request, now: float) -> bytes:
    if isinstance(body, bytes):
        return body
    # A browser that opens the address says nothing of a session, unless the address does.
    return body.render(request.base_url + request.session.path, now)


def in_turn(made: Iterable[Body]) -> Callable[[Request], Body]:
    """Bodies in turn, whatever the request."""
    bodies = cycle(made)
    return lambda _: next(bodies)


class Answer:
    """What is sent for a case. `accepted` has what a client gets, by its Accept."""

    __slots__ = (
        "accepted",
        "case",
        "headers",
        "is_success",
        "label",
        "representations",
        "status",
    )

    def __init__(self, maker: Answers, case: Case) -> None:
        self.case = case
        self.status = case.http_status
        self.is_success = case.is_success
        self.label = case.label
        found = maker.media_types(case)
        self.headers: list[Header] = [
            (b"tallystick-case", case.label.encode("latin-1", "replace")),
            *documented_headers(maker.document, case.response),
        ]
        self.representations = {
            media_type.name: Representation(
                maker.bodies(case, media_type),
                [*self.headers, maker.content_type(media_type)],
                partial(maker.written, media_type),
            )
            for media_type in found
        }
        self.accepted = _Accepted(self)

    @property
    def first(self) -> Representation:
        """What a client gets that accepts nothing of it."""
        return next(iter(self.representations.values()), self.accepted.empty)


class _Accepted(Kept[bytes | None, Representation | None]):
    """The representation of an answer by what clients accept, None where they accept none. Each is
    chosen once. Nothing is chosen where there is no content.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(self._chosen, _MOST_CHOICES)
        self.by_name = answer.representations
        self.empty = Representation(in_turn([b""]), answer.headers, lambda _: b"")

    def _chosen(self, accept: bytes | None) -> Representation | None:
        if not self.by_name:
            return self.empty
        text = None if accept is None else accept.decode("latin-1")
        place = choose(tuple(self.by_name), text)
        return None if place is None else list(self.by_name.values())[place]


class InterimResponseError(TallystickError):
    """A 1xx is no answer."""


class Answers:
    """The answers of one operation, each made when it is first wanted."""

    def __init__(self, contract: Contract, operation: ContractOperation, seed: int) -> None:
        self.contract = contract
        self.document = contract.document
        self.operation = operation
        self.seed = seed
        self.flattener = Flattener(contract.document.schema_root)
        self.responses = {response.path: response for response in operation.responses}
        self._made: dict[tuple[str, int, str | None], Answer] = {}
        self._known: dict[int, Answer] = {}

    def of(self, case: Case) -> Answer:
        """The answer to a case."""
        # An answer keeps its case, so that no other one can have the same id.
        return self._known.get(id(case)) or self._answer(case)

    def _answer(self, case: Case) -> Answer:
        key = (case.label, case.http_status, case.variant)
        made = self._made.get(key)
        if made is None and case.http_status < 200:
            raise InterimResponseError("A client that gets it waits for another (RFC 9110 15.2)")
        if made is None:
            made = self._made[key] = self._known[id(case)] = Answer(self, case)
        return made

    def media_types(self, case: Case) -> list[MediaType]:
        """The media types that a case can be sent in; none where it has no body."""
        if case.http_status in bodies.WITHOUT_CONTENT or case.http_status < 200:
            return []
        found = list(self.responses[case.response].media_types)
        if case.variant is not None:
            return [media_type for media_type in found if media_type.name == case.media_type]
        return found

    def content_type(self, media_type: MediaType) -> Header:
        """The Content-Type of bodies of a media type."""
        example = next(iter(bodies.examples(self.document, media_type).values()), None)
        return _content_type(with_boundary(media_type.name, example))

    def bodies(self, case: Case, media_type: MediaType) -> Callable[[Request], Body]:
        """The bodies of a case in a media type."""
        if not (case.is_success and case.variant is None and is_written_as_json(media_type.name)):
            return in_turn(self._encoded(case, media_type))
        examples = bodies.examples(self.document, media_type)
        if examples or media_type.schema is None:
            values = examples.values() if examples else [{}]
            return in_turn(example_bodies(values, self.operation))
        made = GeneratedBodies(self.document, self.operation, media_type.schema, self.seed)
        return made.body

    def written(self, media_type: MediaType, value: Any) -> bytes:
        """A value that the schema of a media type takes, as its bodies are written."""
        name = _concrete(media_type.name)
        if is_written_as_json(name):
            return json_bytes(value)
        schema = self.document.schema_at(media_type.schema) if media_type.schema else {}
        return encoder(name)(value, Encoding(schema, self.flattener))

    def written_as(self, name: str, value: Any) -> bytes:
        """A value in a media type that the document need not have."""
        return encoder(name)(value, Encoding({}, self.flattener))

    def _encoded(self, case: Case, media_type: MediaType) -> Iterator[Body]:
        encode = encoder(_concrete(media_type.name))
        path = media_type.schema
        is_given = bool(bodies.examples(self.document, media_type))
        schema = self.document.schema_at(path) if path else {}
        encoding = Encoding(schema, self.flattener, is_given)
        yield with_pictures(encode(bodies.content(self.contract, case, media_type), encoding))

    # --- errors that no case is about

    def error(self, status: int, detail: str) -> tuple[Header, bytes]:
        """The Content-Type and the body of an error that the document has no case for: in the
        documented form of its status, where there is one.
        """
        response = self._response(status)
        media_type = self._error_media_type(response)
        plain = problem(status, detail, style=self.contract.problem)
        if response is None or media_type is None:
            return _content(MEDIA_TYPE, orjson.dumps(plain))
        if self._is_open(media_type) and self._takes(media_type, plain):
            return _content(media_type.name, orjson.dumps(plain))
        case = self._plain_case(response, status)
        value = bodies.content(self.contract, case, media_type)
        if not bodies.examples(self.document, media_type):
            telling = bodies.with_text(value, detail)
            value = telling if self._takes(media_type, telling) else value
        encode = encoder(_concrete(media_type.name))
        return _content(media_type.name, encode(value, Encoding(None, self.flattener)))

    def _is_open(self, media_type: MediaType) -> bool:
        """Whether a schema means a problem, or names no member at all."""
        if bodies.is_problem(self.document, media_type) or media_type.schema is None:
            return True
        names = property_names(self.document, media_type.schema, 0)
        return is_written_as_json(media_type.name) and next(names, None) is None

    def _takes(self, media_type: MediaType, value: Any) -> bool:
        path = media_type.schema
        return path is None or self.document.validators.at(path).is_valid(value)

    def _response(self, status: int) -> DocumentedResponse | None:
        """The response that documents a status (OpenAPI 3.1.1 section 4.8.16)."""
        by_status = {response.status.upper(): response for response in self.operation.responses}
        for name in (str(status), f"{status // 100}XX", "DEFAULT"):
            if name in by_status:
                return by_status[name]
        return None

    def _error_media_type(self, response: DocumentedResponse | None) -> MediaType | None:
        found = response.media_types if response else ()
        written = (m for m in found if is_written_as_json(_concrete(m.name)))
        return next(written, next(iter(found), None))

    def _plain_case(self, response: DocumentedResponse, status: int) -> Case:
        """A case of a response without its codes."""
        first = next(case for case in self.operation.cases if case.response == response.path)
        words = response.description if first.code is not None else first.description
        return first.of_status(status, words)


def _content(media_type: str, body: bytes) -> tuple[Header, bytes]:
    return _content_type(media_type), body


def _content_type(media_type: str) -> Header:
    return (b"content-type", _concrete(media_type).encode("latin-1", "replace"))


def _concrete(media_type: str) -> str:
    """A media type to send where the document has a range (OpenAPI 3.1.1 section 4.8.14)."""
    if media_type in ("*/*", "*") or media_type.lower() == "application/*":
        return "application/json"
    return media_type.replace("/*", "/plain") if media_type.endswith("/*") else media_type
