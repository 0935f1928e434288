"""A client that hides nothing: no decoding, no redirects, no retries.

`observe` gives what calls are answered, without what differs between any two runs, so that two
implementations can be compared.
"""

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from .calls import Call

Way = Literal["apart", "on one connection", "at once"]
"""How calls are sent: each on a connection of its own, or all on one, or all at the same time."""

LINK = re.compile(rb"https://connect\.example\.test/setup/s/[\w-]{22}(?=\")")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00(?=\")")


@dataclass(frozen=True)
class Reply:
    """What came back, as it came, and how many whole seconds that took."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    complete: bool
    seconds: int

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def media_type(self) -> str | None:
        return dict(self.headers).get("content-type")


def send(base_url: str, call: Call, path: str | None = None) -> Reply:
    """Send the call, to the path of the operation unless another is given."""
    with closing(_connection(base_url)) as connection:
        return _exchange(connection, call, urlsplit(base_url).path + (path or _path(call)))


def observe(base_url: str, calls: Sequence[Call], way: Way = "apart") -> list[Reply]:
    """The replies, steadied.

    A link is replaced by its number in the order in which the links were first seen, and its end
    by how long it lives, so that a link given twice and a link that is dead still show.
    """
    links: list[bytes] = []

    def number(match: re.Match[bytes]) -> bytes:
        links.extend([match[0]] if match[0] not in links else [])
        return b"link %d" % links.index(match[0])

    def steady(reply: Reply) -> Reply:
        body = TIME.sub(_life, LINK.sub(number, reply.body))
        headers = tuple(header for header in reply.headers if header[0] != "date")
        return replace(reply, headers=headers, body=body)

    return [steady(reply) for reply in WAYS[way](base_url, calls)]


def _life(match: re.Match[bytes]) -> bytes:
    left = datetime.fromisoformat(match[0].decode()) - datetime.now(UTC)
    return b"in %d minutes" % round(left / timedelta(minutes=1))


def _apart(base_url: str, calls: Sequence[Call]) -> list[Reply]:
    return [send(base_url, call) for call in calls]


def _on_one_connection(base_url: str, calls: Sequence[Call]) -> list[Reply]:
    root = urlsplit(base_url).path
    with closing(_connection(base_url)) as connection:
        return [_exchange(connection, call, root + _path(call)) for call in calls]


def _at_once(base_url: str, calls: Sequence[Call]) -> list[Reply]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: send(base_url, call), calls))


WAYS: Mapping[Way, Callable[[str, Sequence[Call]], list[Reply]]] = {
    "apart": _apart,
    "on one connection": _on_one_connection,
    "at once": _at_once,
}


def _connection(base_url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)


def _path(call: Call) -> str:
    return f"/organisations/{call.organisation}/payment-account/link"


def _exchange(connection: http.client.HTTPConnection, call: Call, path: str) -> Reply:
    started = time.monotonic()
    headers = {"Content-Type": call.content_type, "Accept": call.accept, **dict(call.headers)}
    body = iter([call.body[:9], call.body[9:]]) if call.chunked else call.body
    sent = {name: text for name, text in headers.items() if text is not None}
    connection.request(call.method, path, body, sent)
    return _read(connection.getresponse(), started)


def _read(response: http.client.HTTPResponse, started: float) -> Reply:
    """The reply, even one that breaks off."""
    headers = tuple((name.lower(), text) for name, text in response.getheaders())
    try:
        body, complete = response.read(), True
    except http.client.IncompleteRead as error:
        body, complete = error.partial, False
    return Reply(response.status, headers, body, complete, int(time.monotonic() - started))
