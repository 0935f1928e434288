"""Mutants that crash: a request meets an exception that nobody handles, and the server says 500."""

import asyncio
import codecs
import json
import random
import re
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.independent.app import ACTIVE_ID, PaymentAccountLinks, Receive, Request, Scope, Send
from tests.independent.calls import CREATE, VALID, Call, giving

from .builders import changed, crashing_on, crashing_on_body, has
from .mutant import Row, documented, standard

CLIENT_ERRED = "RFC 9110, section 15.5: the client erred; the document lists no 500"
NO_500 = "the document lists no 500"


def raw(text: str | bytes) -> Call:
    """A call with this body."""
    return Call(body=text.encode() if isinstance(text, str) else text)


def names_unknown_charset(request: Request) -> bool:
    """Whether the Content-Type names a charset that nobody knows."""
    charset = re.search(r'charset="?([^";]+)', request.headers.get("content-type", ""))
    try:
        return charset is not None and not codecs.lookup(charset[1])
    except LookupError:
        return True


def crashes(name: str, breaks: str, test: Callable[[Any], object], *probe: Call) -> Row:
    """A JSON body that passes the test meets an exception that nobody handles."""
    return documented(f"500 on {name}", breaks, crashing_on_body(test), *probe)


def texts_in(value: Any) -> list[str]:
    """Every text in a JSON value but the names of its members."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return [text for inner in members for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


def with_text(pattern: str) -> Callable[[Any], bool]:
    """Whether a JSON value has a text in which the pattern is found."""
    return lambda value: any(re.search(pattern, text, re.DOTALL) for text in texts_in(value))


def every_tenth() -> PaymentAccountLinks:
    calls = count(1)
    return crashing_on(lambda _: next(calls) % 10 == 0)()


def one_in_ten() -> PaymentAccountLinks:
    chance = random.Random(1)
    return crashing_on(lambda _: chance.random() < 0.1)()


class Overloaded(PaymentAccountLinks):
    in_flight = 0

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.in_flight += 1
        try:
            await asyncio.sleep(0.01)
            if self.in_flight > 2:
                raise RuntimeError("no connection is left in the pool")
            await super().serve(scope, receive, send)
        finally:
            self.in_flight -= 1


CRASHES = (
    documented(
        "500 on malformed JSON",
        CLIENT_ERRED,
        changed(unreadable=(UnicodeDecodeError, RecursionError)),
        raw('{"returnUrl":'),
    ),
    documented(
        "500 on a body that is not UTF-8",
        CLIENT_ERRED,
        changed(unreadable=(json.JSONDecodeError, RecursionError)),
        raw(b'{"returnUrl": "\xff"}'),
    ),
    documented(
        "500 on deep JSON", CLIENT_ERRED, changed(unreadable=(ValueError,)), raw("[" * 100_000)
    ),
    documented(
        "500 on a body that is no object",
        CLIENT_ERRED,
        changed(check_object=lambda _, document: document),
        raw("[]"),
        raw("null"),
    ),
    documented(
        "500 on an empty body", CLIENT_ERRED, crashing_on(lambda request: not request.body), raw("")
    ),
    crashes("a body that is null", CLIENT_ERRED, lambda value: value is None, raw("null")),
    crashes("a body that is true", CLIENT_ERRED, lambda value: value is True, raw("true")),
    crashes("a body that is a number", CLIENT_ERRED, lambda v: isinstance(v, float), raw("7")),
    crashes("a body that is a string", CLIENT_ERRED, lambda v: isinstance(v, str), raw('"text"')),
    crashes(
        "two properties missing",
        CLIENT_ERRED,
        lambda value: isinstance(value, dict) and not value.keys() & VALID.keys(),
        raw("{}"),
    ),
    documented(
        "500 on a URL that is no string",
        CLIENT_ERRED,
        changed(is_valid_url=lambda self, value: self.is_absolute_http_url(value)),
        giving(returnUrl=42),
    ),
    documented(
        "500 on a URL that cannot be split",
        CLIENT_ERRED,
        changed(is_valid_url=lambda self, value: self.is_absolute_http_url(str(value))),
        giving(returnUrl="https://["),
    ),
    crashes("NUL in a string", CLIENT_ERRED, with_text("\0"), giving(returnUrl="https://a\0b")),
    crashes("a lone surrogate", CLIENT_ERRED, with_text("[\ud800-\udfff]"), giving(note="\ud83d")),
    crashes(
        "an emoji", NO_500, with_text("[\U00010000-\U0010ffff]"), giving(note="paid \U0001f600")
    ),
    crashes("a long string", NO_500, with_text(".{8000}"), giving(note="n" * 9000)),
    documented(
        "500 on a huge number",
        CLIENT_ERRED,
        changed(parse_json=lambda _, body: json.loads(body, parse_int=lambda n: int(float(n)))),
        raw('{"returnUrl": ' + "9" * 400 + "}"),
    ),
    crashes(
        "an extra property that is an object",
        NO_500,
        lambda value: isinstance(value, dict) and any(isinstance(v, dict) for v in value.values()),
        giving(metadata={"invoice": 42}),
    ),
    documented(
        "500 on a property given twice",
        CLIENT_ERRED,
        crashing_on(lambda request: request.body.count(b'"returnUrl"') > 1),
        raw(json.dumps(VALID).replace("{", '{"returnUrl": "https://a.example.test", ')),
    ),
    documented(
        "500 on a bad id",
        CLIENT_ERRED,
        crashing_on(lambda request: "-" not in request.path.split("/")[2]),
        Call("organisation"),
    ),
    documented(
        "500 on NUL in the id",
        CLIENT_ERRED,
        crashing_on(lambda request: "\0" in request.path),
        Call(f"{ACTIVE_ID}%00"),
    ),
    documented(
        "500 on another media type",
        CLIENT_ERRED,
        crashing_on(has("content-type", "text/plain")),
        Call(content_type="text/plain"),
    ),
    documented(
        "500 without a media type",
        CLIENT_ERRED,
        crashing_on(lambda request: not request.headers.get("content-type")),
        Call(content_type=None),
    ),
    documented(
        "500 on an unknown charset",
        CLIENT_ERRED,
        crashing_on(names_unknown_charset),
        Call(content_type="application/json; charset=x-unknown"),
    ),
    standard(
        "500 on GET",
        "RFC 9110, section 9.1: a method that is not allowed SHOULD get a 405",
        crashing_on(lambda request: request.method == "GET"),
        Call(method="GET"),
    ),
    documented("one 500 in ten", NO_500, every_tenth, *[CREATE] * 10),
    documented("one 500 in ten, at random", NO_500, one_in_ten, *[CREATE] * 20),
    documented("500 for the third in flight", NO_500, Overloaded, *[CREATE] * 4, way="at once"),
)
