"""Texts from http and https addresses.

Rules: nothing is sent to an origin that the user did not name: a redirect to another scheme, host
or port is refused (RFC 6454). One deadline holds for all texts of a contract, from the name of a
host to the last byte, and the limit of their size holds for what is unpacked.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tallystick.errors import LoadError, Source
from tallystick.reader.texts.reading import MAX_BYTES, TIMEOUT, allowance

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 3

_PORTS = {"http": 80, "https": 443}
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_HEADERS = {"accept-encoding": "gzip"}


def fetch(url: str) -> bytes:
    """The body of the answer. Raises LoadError."""
    import httpx  # when it is needed: it takes longer to load than most documents to read

    try:
        return _awaited(_fetched(url, allowance().seconds))
    except TimeoutError:
        what = f"Fetching took over {TIMEOUT:g} seconds in all."
        raise LoadError(what, source=Source(url)) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise LoadError(f"The document cannot be fetched: {reason}.", source=Source(url)) from None


def _awaited(body: Coroutine[None, None, bytes]) -> bytes:
    """What a coroutine gives, in a program that may run a loop of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(body)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, body).result()


async def _fetched(url: str, seconds: float) -> bytes:
    import httpx

    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(timeout=None, trust_env=False, headers=_HEADERS) as client,  # noqa: S113 - all has one
    ):
        target = url
        for _ in range(MAX_REDIRECTS + 1):
            answer = await _get(client, target)
            if isinstance(answer, bytes):
                return answer
            target = _same_origin(target, answer)
    raise LoadError(f"More than {MAX_REDIRECTS} redirects.", source=Source(url))


async def _get(client: httpx.AsyncClient, url: str) -> bytes | str:
    """The body of the answer, or the address that it redirects to."""
    async with client.stream("GET", url) as response:
        if response.has_redirect_location:
            return urljoin(url, response.headers["location"])
        if not response.is_success:
            what = f"The server answered {response.status_code} {response.reason_phrase}."
            raise LoadError(what, source=Source(url))
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > MAX_BYTES:
                raise too_large(url)
        return _unpacked(bytes(body), response.headers.get("content-encoding", ""), url)


def _unpacked(body: bytes, coding: str, url: str) -> bytes:
    if coding.strip().lower() in ("", "identity"):
        return body
    if coding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise LoadError(f"The server answered in {coding!r}, unasked.", source=Source(url))
    try:
        unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
        text = unpacking.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise LoadError(f"The answer is no {coding}: {error}.", source=Source(url)) from None
    if len(text) > MAX_BYTES:
        raise too_large(url)
    if not unpacking.eof:
        raise LoadError("The answer ends too early.", source=Source(url))
    return text


def _same_origin(source: str, target: str) -> str:
    if _origin(target) != _origin(source):
        raise LoadError(
            f"The server redirects to another host, port or scheme: {target}.",
            source=Source(source),
            remedy="If you trust it, name that address instead.",
        )
    return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port (RFC 6454 section 4). Raises ValueError."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def too_large(place: str) -> LoadError:
    """Why a document is not read."""
    return LoadError(f"The document is larger than {MAX_BYTES:,} bytes.", source=Source(place))
