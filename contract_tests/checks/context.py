"""What a check looks at: a response, and what its request lets one expect.

Three-valued, as the contract is: an expectation says which responses are certainly right and
which are certainly wrong. All others pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from contract_tests.checks.schemas import Misfit, example_of, misfits, schema_at, sent_write_only
from contract_tests.http.bodies import is_json
from contract_tests.http.exchange import Response
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import DocumentedResponse, MediaType
from tallystick.reader.pointers import Path


class ExpectationKind(Enum):
    """What a request lets one expect."""

    CASE = "this case"
    ACCEPTED = "what the request that succeeds gets"
    REFUSED = "a 4xx"
    DENIED = "a 401 or 403"
    HANDLED = "anything that the document does not exclude"
    SERVED = "anything but a server error"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a response.

    `what` says in a few words what is particular in the request (nothing, if it `is_random`);
    `cases` are those that the response may be; `named` are the codes that a refusal may name
    (None: any); `source` is the standard that settles it, where the document does not;
    `is_advised` marks what few services get right; a request that `is_undescribed` is one that the
    document does not speak of: malformed JSON, an address that no path template has.
    """

    kind: ExpectationKind
    what: str
    cases: tuple[Case, ...] = ()
    named: frozenset[str] | None = None
    source: str = ""
    is_advised: bool = False
    is_random: bool = False
    is_undescribed: bool = False

    @property
    def case(self) -> Case | None:
        """The case that the request is about, if it is about one."""
        return self.cases[0] if self.cases else None


@dataclass(frozen=True)
class CheckContext:
    """A response to check. `sent` is the text of its request; `secrets` must not come back;
    `earlier` are the successes that the operation has given before.
    """

    contract: Contract
    operation: ContractOperation
    response: Response
    expectation: Expectation
    sent: str = ""
    secrets: tuple[str, ...] = ()
    earlier: Sequence[Response] = ()

    @property
    def is_described(self) -> bool:
        """Whether the document describes such requests at all."""
        return self.expectation.kind is not ExpectationKind.SERVED

    @property
    def has_body(self) -> bool:
        """Whether the response can have a body (RFC 9110 section 6.4.1), and it is whole."""
        is_head = self.operation.method == "head" and self.is_described
        is_whole = not self.response.is_cut
        return is_whole and not is_head and self.response.status not in (204, 205, 304)

    @cached_property
    def documented(self) -> DocumentedResponse | None:
        """The documented response of this status."""
        return documented_response(self.operation, self.response.status)

    @property
    def is_undocumented_refusal(self) -> bool:
        """Whether the response is a 4xx that the operation does not document, though it documents
        others.
        """
        is_refusal = 400 <= self.response.status < 500
        says_some = self.is_described and bool(self.operation.responses)
        return is_refusal and says_some and self.documented is None

    @cached_property
    def media_type(self) -> MediaType | None:
        """The documented media type that the response has."""
        for media_type in self.documented.media_types if self.documented else ():
            if media_type.name.partition(";")[0].strip().lower() == self.response.media_type:
                return media_type
        return None

    @cached_property
    def value(self) -> Any:
        """The body as JSON value, or None where it is no JSON."""
        try:
            return self.response.value
        except (ValueError, RecursionError):
            return None

    @cached_property
    def write_only(self) -> Mapping[str, Misfit]:
        """Where the body has what the document wants in requests only, by pointer."""
        schema = self.media_type.schema if self.media_type else None
        if schema is None or not self.is_described or not is_json(self.response.media_type):
            return {}
        found = sent_write_only(self.contract.document, schema, self.value)
        return {p: misfit for p, misfit in found.items() if not self._example_of(misfit)}

    @cached_property
    def examples(self) -> Mapping[str, Path]:
        """The documented examples that are what does not fit, by its pointer."""
        found = {pointer: self._example_of(misfit) for pointer, misfit in self.misfits.items()}
        return {pointer: path for pointer, path in found.items() if path is not None}

    def _example_of(self, misfit: Misfit) -> Path | None:
        if self.media_type is None:
            return None
        return example_of(self.contract.document, self.media_type, self.value, misfit)

    @cached_property
    def misfits(self) -> Mapping[str, Misfit]:
        """Where the body does not fit the documented schema, by pointer."""
        schema = self.media_type.schema if self.media_type else None
        is_there = self.has_body and self.response.body
        if schema is None or not self.is_described or not is_there:
            return {}
        if is_json(self.response.media_type):
            return misfits(self.contract.document, schema, self.value)
        # What no JSON holds is a text to its schema, or no concern of it (OpenAPI 3.1.1 section
        # 4.8.14.3).
        is_text = self.response.media_type.startswith("text/")
        if not is_text or schema_at(self.contract.document, schema).get("type") != "string":
            return {}
        text = self.response.body.decode("utf-8", "replace")
        return misfits(self.contract.document, schema, text)


STATUS_LINE, HEADER = "status", "header "
"""Marks of a violation that are no member of the body: the status, and the name of a header."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A body that a response is compared with, and what it is."""

    what: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Violation:
    """How a response breaks a check. Violations of the same `cause` in one operation are one
    finding, whatever the request; so are those that confuse the same `codes`, and those of the same
    `place` in any operation: what several share in the document, or a habit of the whole server.
    `path` is the place in the document that makes the demand, where it is not the case's. `source`
    and `quote` (the words of the document) stand in for those of the check, where each violation
    has its own. `marks` say what of the response is wrong: the pointer of a member, as misfits have
    it, `STATUS_LINE`, or a name after `HEADER`. `compared` is what the response should agree with.
    """

    message: str
    cause: tuple[object, ...] = ()
    codes: frozenset[str] = frozenset()
    path: Path | None = None
    source: str = ""
    quote: str = ""
    place: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    compared: Compared | None = None


def documented_response(operation: ContractOperation, status: int) -> DocumentedResponse | None:
    """The documented response of a status (OpenAPI 3.1.1 section 4.8.16: an exact code before a
    range, a range before `default`).
    """
    responses = {response.status.upper(): response for response in operation.responses}
    exact, of_class = str(status), f"{str(status)[0]}XX"
    return responses.get(exact) or responses.get(of_class) or responses.get("DEFAULT")


def has_status(case: Case, status: int) -> bool:
    """Whether an HTTP status is that of a case (an exact code, a range such as 4XX, `default`)."""
    text = str(status)
    return case.status in (text, "default") or case.status.upper() == f"{text[0]}XX"


def is_of_request(case: Case) -> bool:
    """Whether a fault in the request is what triggers a case."""
    return case.trigger is not None and case.trigger.kind == "request"
