"""The journal of a session in Redis (see Journal).

Rules: an entry has its facts, one JSON array, and, while it is one of the last, its details. What
a request took of the queues stands there before it is answered; the answer takes its place. How
long an answer took is known when it is ready to be sent, or, where a fault plays with it, when it
is out.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import Any

import orjson
from starlette.types import Scope

from mock_server.state.forces import OwnAnswer
from mock_server.state.journal import (
    LARGEST_BODY,
    LONGEST_PATH,
    UNANSWERED,
    Entry,
    Received,
    Served,
    Taking,
)
from mock_server.state.sessions import Note
from mock_server.state.shared import scripts
from mock_server.state.shared.redis_link import RedisLink
from mock_server.state.shared.scripts import Script

Facts = list[Any]
Pairs = list[tuple[bytes, bytes]]


class RedisJournal:
    """The journal of one session. `most` entries are kept, and `cap` bytes of details."""

    def __init__(self, link: RedisLink, session: str, requests: bytes, most: int, cap: int) -> None:
        self._link, self._session, self._requests = link, session, requests
        self.most, self.cap = most, cap
        self.noted: list[tuple[str, Note, int]] = []
        """What is to be kept of the past, with the next entry."""

        self.playing: dict[int, Facts] = {}
        """The facts of answers that are under way with a fault."""

        self.out: dict[int, Facts] = {}
        """The facts of those that are out, until others are notified."""

        self.resets = 0
        self._begun = b""

    async def _run(self, script: Script, *arguments: Any, again: bool = False) -> Any:
        prefix = self._link.place.prefix
        return await self._link.run(script, prefix, self._session, *arguments, again=again)

    async def record(
        self,
        moment: float,
        scope: Scope,
        body: bytes,
        operation: str | None,
        status: int,
        case: str,
        rule: str,
        headers: Pairs,
        answer: bytes,
        begun: float | None,
        taking: Taking | None = None,
        fault: str | None = None,
        own: OwnAnswer | None = None,
    ) -> int:
        """See Journal."""
        noted, self.noted = self.noted, []
        seconds = None if begun is None or fault else round(perf_counter() - begun, 6)
        used = "; ".join(taking.used) if taking else ""
        if taking and taking.number:
            moment = taking.moment  # by which its entry is known
        answered = [operation, status, case, rule]
        facts = _facts(moment, scope, answered, seconds, fault, used)
        number: int = await self._run(
            scripts.RECORD,
            taking.number if taking else 0,
            self.most,
            self.cap,
            orjson.dumps(facts),
            _details(scope, body, headers, answer, own, has_link=operation is not None),
            orjson.dumps([operation, case]),
            *(part for name, note, most in noted for part in (name, _packed(note), most)),
        )
        if fault is not None:
            self.playing[number] = facts
        return number

    def taken(self, taking: Taking) -> tuple[Any, ...]:
        """What the journal has of a request before it is answered, as a script takes it."""
        answered = [taking.operation, 0, "", UNANSWERED]
        facts = _facts(taking.moment, taking.scope, answered, None, None, "; ".join(taking.used))
        details = _details(taking.scope, taking.body, [], b"", None, has_link=False)
        return taking.number, self.most, self.cap, orjson.dumps(facts), details

    def sent(self, number: int, seconds: float) -> None:
        """See Journal."""
        facts = self.playing.pop(number, None)
        if facts is not None:
            facts[_SECONDS] = round(seconds, 6)
            self.out[number] = facts

    async def notify(self) -> None:
        """Have others know what is out, and that something changed."""
        out, self.out = self.out, {}
        for number, facts in out.items():
            await self._run(scripts.SENT, number, orjson.dumps(facts), again=True)
        if not out:
            await self._run(scripts.NOTIFY, again=True)

    async def count(self) -> int:
        """See Journal. Whoever reset it, here it is seen."""
        count, begun = await self._run(scripts.COUNT, again=True)
        if self._begun not in (b"", begun):
            self.resets += 1
        self._begun = begun
        return int(count)

    async def entries(self, after: int = 0) -> list[Entry]:
        """See Journal."""
        last, *found = await self._run(scripts.ENTRIES, after, again=True)
        facts = found[0] if found else []
        return [_entry(number, each) for number, each in enumerate(facts, last - len(facts) + 1)]

    async def find(self, number: int) -> Entry | None:
        """See Journal."""
        facts = await self._run(scripts.ENTRY, "j", number, again=True)
        return None if facts is None else _entry(number, facts)

    async def request(self, number: int) -> Received | None:
        """See Journal."""
        found = await self._run(scripts.ENTRY, "d", number, again=True)
        if found is None:
            return None
        query, headers, body, sent, answer, own, has_link = orjson.loads(found)
        link = (b"link", b'%b%d>; rel="describedby"' % (self._requests, number))
        return Received(
            query.encode("latin-1"),
            _pairs(headers),
            body.encode("latin-1"),
            [*_pairs(sent), *([link] if has_link else ())],
            answer.encode("latin-1"),
            None if own is None else OwnAnswer.restored(own),
        )

    async def served(self) -> Counter[Served]:
        """See Journal."""
        return counted(await self._run(scripts.SERVED, again=True))

    async def forget_served(self) -> None:
        """See Journal."""
        await self._run(scripts.FORGET_SERVED, again=True)

    async def kept(self, name: str) -> list[Note]:
        """The notes of a name."""
        return [_unpacked(note) for note in await self._run(scripts.NOTED, name, again=True)]


_SECONDS = 8
"""The place of the seconds among the facts."""


def _facts(
    moment: float,
    scope: Scope,
    answered: Facts,
    seconds: float | None,
    fault: str | None,
    used: str,
) -> Facts:
    path: str = scope["path"]
    if len(path) > LONGEST_PATH:
        path = f"{path[:LONGEST_PATH]}…"
    query = scope["query_string"].decode("latin-1")
    return [moment, scope["method"], _valid(path), *answered, query, seconds, fault, used]


def _valid(text: str) -> str:
    """A text that JSON can have: a path may have halves of characters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _details(
    scope: Scope,
    body: bytes,
    headers: Pairs,
    answer: bytes,
    own: OwnAnswer | None,
    *,
    has_link: bool,
) -> bytes:
    """What more is known. The answer of an operation has a link with its number, which it gets
    when this is kept.
    """
    return orjson.dumps(
        [
            scope["query_string"].decode("latin-1"),
            _texts(scope["headers"]),
            body[:LARGEST_BODY].decode("latin-1"),
            _texts(headers),
            answer[:LARGEST_BODY].decode("latin-1"),
            None if own is None else own.stored(),
            has_link,
        ]
    )


def _entry(number: int, text: bytes) -> Entry:
    moment, method, path, operation, status, case, rule, query, *rest = orjson.loads(text)
    return Entry(
        number, moment, method, path, operation, status, case, rule, query.encode("latin-1"), *rest
    )


def _texts(pairs: Pairs) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]


def _pairs(texts: list[tuple[str, str]]) -> Pairs:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in texts]


def _packed(note: Note) -> bytes:
    """A note as JSON, in which an array with one text stands for bytes."""
    return orjson.dumps(
        [[each.decode("latin-1")] if isinstance(each, bytes) else each for each in note]
    )


def _unpacked(text: bytes) -> Note:
    return tuple(
        each[0].encode("latin-1") if isinstance(each, list) else each for each in orjson.loads(text)
    )


def counted(pairs: list[bytes]) -> Counter[Served]:
    """How often each case was served, of the fields and values of a hash."""
    fields = (orjson.loads(field) for field in pairs[::2])
    numbers = map(int, pairs[1::2])
    return Counter(
        {(operation, case): n for (operation, case), n in zip(fields, numbers, strict=True)}
    )
