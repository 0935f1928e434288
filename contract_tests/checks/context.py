"""What is judged: an answer, with what the request to it lets one expect.

Three-valued, as the contract is: an expectation says which answers are certainly right and which
certainly wrong, and leaves all others alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

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
    HANDLED = "anything that the document does not exclude"
    SERVED = "anything but a server error"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of an answer.

    `what` tells in a few words what is particular in the request (nothing, if it `is_random`);
    `cases` are those that may answer it; `named` are the codes that a refusal may name (None:
    any); `source` is the standard that settles it, where the document does not; what `is_advised`
    only, few services get right.
    """

    kind: ExpectationKind
    what: str
    cases: tuple[Case, ...] = ()
    named: frozenset[str] | None = None
    source: str = ""
    is_advised: bool = False
    is_random: bool = False

    @property
    def case(self) -> Case | None:
        """The case that the request is about, if it is about one."""
        return self.cases[0] if self.cases else None


@dataclass(frozen=True)
class CheckContext:
    """An answer to be judged. `sent` is the text of its request; `secrets` must not come back;
    `earlier` are the successes that the operation has given before.
    """

    contract: Contract
    operation: ContractOperation
    answer: Response
    expectation: Expectation
    sent: str = ""
    secrets: tuple[str, ...] = ()
    earlier: Sequence[Response] = ()

    @property
    def is_spoken_of(self) -> bool:
        """Whether the document speaks of such requests at all."""
        return self.expectation.kind is not ExpectationKind.SERVED

    @property
    def has_body(self) -> bool:
        """Whether the answer can have a body (RFC 9110 section 6.4.1)."""
        is_head = self.operation.method == "head" and self.is_spoken_of
        return not is_head and self.answer.status not in (204, 304)

    @cached_property
    def response(self) -> DocumentedResponse | None:
        """The documented response of the answer's status (OpenAPI 3.1.1 section 4.8.16: an exact
        code before a range, a range before `default`).
        """
        status = str(self.answer.status)
        responses = {r.status.upper(): r for r in self.operation.responses}
        return responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("DEFAULT")

    @cached_property
    def media_type(self) -> MediaType | None:
        """The documented media type that the answer has."""
        for media_type in self.response.media_types if self.response else ():
            if media_type.name.partition(";")[0].strip().lower() == self.answer.media_type:
                return media_type
        return None

    @cached_property
    def value(self) -> Any:
        """The body as JSON value, or None where it is none."""
        try:
            return self.answer.value
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Violation:
    """How an obligation is broken. What has the same `cause` is the same breach, whatever the
    request; and so is what confuses the same `codes`. `path` is the place in the document that
    demands it, where it is not the case's.
    """

    message: str
    cause: tuple[object, ...] = ()
    codes: frozenset[str] = frozenset()
    path: Path | None = None


def has_status(case: Case, status: int) -> bool:
    """Whether an HTTP status is that of a case (an exact code, a range such as 4XX, `default`)."""
    text = str(status)
    return case.status in (text, "default") or case.status.upper() == f"{text[0]}XX"
