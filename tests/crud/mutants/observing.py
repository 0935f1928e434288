"""What a workshop answers to calls, without what differs between any two runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.crud.calls import Call, made, send

TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
ID = re.compile(r"\b[0-9a-f]{12}\b")
LEFT_OUT = ("date", "server", "content-length")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def observe(base_url: str, calls: Sequence[Call]) -> list[Reply]:
    """Make a world, send the calls, and give the replies; ids are numbered, as they come."""
    world = made(base_url)
    ids: list[str] = list(world.values())

    def number(match: re.Match[str]) -> str:
        if match[0] == "0" * 12:
            return match[0]
        ids.extend([match[0]] if match[0] not in ids else [])
        return f"id {ids.index(match[0])}"

    def steady(text: str) -> str:
        return ID.sub(number, TIME.sub("a time", text))

    replies = [send(base_url, call, world) for call in calls]
    return [
        Reply(
            reply.status_code,
            tuple(
                (name.lower(), steady(text))
                for name, text in reply.headers.items()
                if name.lower() not in LEFT_OUT
            ),
            steady(reply.content.decode("latin-1")),
        )
        for reply in replies
    ]
