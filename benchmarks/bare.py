"""The least that an ASGI application can do: what every server of the benchmarks is compared with.

It imports nothing of the project, so that its memory and its start are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_BODY = b'{"url":"https://example.com/a-link-as-long-as-the-mock-makes-them","expiresAt":"x"}'
_LIST = orjson.dumps(
    {"items": [{"name": "A product", "seller": "x" * 200, "number": n} for n in range(50)]}
)


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Parses the body, and answers always the same: to GET /catalogue a list, about as long as
    the mock's.
    """
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    if body:
        orjson.loads(body)
    answer = _LIST if scope["path"] == "/catalogue" else _BODY
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
