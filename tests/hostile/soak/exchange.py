"""Requests as bytes, and the answers to them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: header names in lower case. Status 0 means that the connection ended first."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def value(self) -> Any:
        """The body, as JSON."""
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, with the statuses that are right, and the case, where only one is."""

    data: bytes
    statuses: tuple[int, ...]
    case: str | None = None
    ends: bool = False
    """Whether the connection ends with the answer."""

    def wrong(self, answer: Answer) -> str:
        """What is wrong with an answer, in words; nothing where it is right."""
        if answer.status not in self.statuses:
            return f"{answer.status} in place of {self.statuses}"
        case = answer.headers.get("tallystick-case")
        if self.case is not None and case != self.case:
            return f"the case {case} in place of {self.case}"
        if "json" in answer.headers.get("content-type", "") and answer.body:
            try:
                orjson.loads(answer.body)
            except orjson.JSONDecodeError as error:
                return f"no JSON: {error}"
        return ""


Script = Generator[Sent, Answer, None]
"""Requests of which the later ones may depend on earlier answers."""

LOST = (0,)
"""The status of an answer that does not come."""


def request(
    target: str,
    *statuses: int,
    value: Any = None,
    body: bytes | None = None,
    case: str | None = None,
    **headers: str,
) -> Sent:
    """A request with a JSON body, or one of bytes, or without. Headers have underscores here."""
    if body is None and value is not None:
        body = orjson.dumps(value)
    sent = {"content-type": "application/json"} if body is not None else {}
    sent |= {name.replace("_", "-"): text for name, text in headers.items()}
    if body is not None:
        sent["content-length"] = str(len(body))
    lines = "".join(f"{name}: {text}\r\n" for name, text in sent.items())
    head = f"{target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n"
    return Sent(head.encode("latin-1") + (body or b""), statuses, case)
