"""Discovery: the document of an API, by an address of either the document or the server, and where
that server is.

Rules: requests go to the host that the user named, one after the other, for as long as the reading
of one document may take (`tallystick.reader.texts.sources`). A server that the document names is
asked for nothing; only one on this machine, or on the host that the document came from, is used.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from contract_tests.http.client import unreachable
from contract_tests.target.file import is_address
from contract_tests.target.target import Target
from tallystick.contract import Contract
from tallystick.errors import LoadError, Source, TallystickError
from tallystick.reader.texts import sources
from tallystick.reader.texts.reading import allowance, one_allowance

PLACES = (
    "openapi.json",
    "openapi.yaml",
    "openapi.yml",
    "swagger.json",
    "swagger.yaml",
    "v3/api-docs",
    "v3/api-docs.yaml",
    "api-docs",
    "api/schema/",
    "api/openapi.json",
    "swagger/v1/swagger.json",
    "openapi/v1.json",
    "q/openapi",
)
"""Where frameworks serve the document: FastAPI, Connexion, Springdoc, drf-spectacular, Swashbuckle,
ASP.NET, Quarkus and others. Each is looked for below the address, and below the root of its host.
"""

_DOCUMENTS = {".json", ".yaml", ".yml", ".md", ".mdx", ".markdown"}


@dataclass(frozen=True, slots=True)
class FoundServers:
    """Where the implementation may be: the one to use, if any may be used unasked, and all that
    the document names.
    """

    base_url: str | None
    named: tuple[str, ...]


def find_document(address: str) -> str:
    """The address of the document that an address leads to: it is the document's own, or that of a
    server. Raises TallystickError.
    """
    _check(address)
    if PurePosixPath(urlsplit(address).path).suffix.lower() in _DOCUMENTS:
        return address
    if reason := unreachable(Target(address)):
        raise LoadError(reason, source=Source(address))
    tried = 0
    with one_allowance():
        for place in _places(address):
            if not allowance().seconds:
                break
            tried += 1
            if _is_document(place):
                return place
    raise LoadError(
        f"There is no OpenAPI document at this address, nor at {tried - 1} places near it.",
        source=Source(address),
        remedy=f"Name the document itself; looked for: {', '.join(PLACES)}.",
    )


def servers_of(contract: Contract, place: str, given: str | None = None) -> FoundServers:
    """The servers of a contract that was read at a place, where `given` is the address that the
    user named.
    """
    named = tuple(dict.fromkeys(_servers(contract, place)))
    if not sources.is_address(place):
        return FoundServers(next(filter(_is_here, named), None), named)
    own = [url for url in named if urlsplit(url).netloc == urlsplit(place).netloc]
    if own:
        return FoundServers(own[0], named)
    parts = urlsplit(given or place)
    is_server = given is not None and given != place and parts.path.strip("/")
    path = parts.path if is_server else urlsplit(named[0]).path if named else ""
    return FoundServers(f"{parts.scheme}://{parts.netloc}{path}".rstrip("/"), named)


def checked_base_url(url: str) -> str:
    """The address of an implementation, as a target file holds it. Raises TallystickError."""
    parts = urlsplit(url)
    if not is_address(url) or parts.query or parts.fragment:
        raise TallystickError(f"The address must be an http(s) URL without a query, not {url!r}.")
    if parts.password and "${" not in parts.password:
        raise TallystickError(
            "The address holds a password, which the target file would show.",
            remedy="Name a variable of the environment: https://user:${PASSWORD}@…",
        )
    return url.rstrip("/")


def _check(address: str) -> None:
    if not is_address(address):
        raise LoadError("This is no address of an HTTP server.", source=Source(address))
    if "@" in urlsplit(address).netloc:
        raise TallystickError(
            "The address holds a user or a password, which the target file would show.",
            remedy="Save the document as a file, and name that.",
        )


def _places(address: str) -> Iterator[str]:
    """The address itself, then the common places below it and below the root of its host."""
    path = urlsplit(address).path.rstrip("/") + "/"
    below = [urljoin(address, path + place) for place in PLACES]
    at_root = [urljoin(address, f"/{place}") for place in PLACES]
    return iter(dict.fromkeys((address, *below, *at_root)))


def _is_document(place: str) -> bool:
    """Whether an OpenAPI document stands at an address; also one of a version that is not read,
    since its error says how to convert it.
    """
    try:
        value = sources.read(place).value
    except LoadError:
        return False
    return isinstance(value, dict) and ("openapi" in value or "swagger" in value)


def _servers(contract: Contract, place: str) -> Iterator[str]:
    """The addresses of the servers that a document names, relative ones beside the document
    (OpenAPI 3.1.1 section 4.8.5), with the defaults of their variables.
    """
    listed = contract.document.root.get("servers")
    for server in listed if isinstance(listed, list) else []:
        if not isinstance(server, dict) or not isinstance(server.get("url"), str):
            continue
        url = _filled(server["url"], server.get("variables"))
        if sources.is_address(place):
            url = urljoin(place, url)
        if is_address(url) and "{" not in url:
            yield url.rstrip("/")


def _is_here(url: str) -> bool:
    """Whether an address is on this machine, by its text: no name is looked up."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _filled(url: str, variables: Any) -> str:
    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1]) if isinstance(variables, dict) else None
        return str(found["default"]) if isinstance(found, dict) and "default" in found else match[0]

    return re.sub(r"\{([^{}]*)\}", value, url)
