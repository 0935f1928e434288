"""Where a document and its server are found: real servers on this machine, no other host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.drafting.discovery import (
    PLACES,
    FoundServers,
    checked_base_url,
    find_document,
    servers_of,
)
from tallystick.contract import load_contract
from tallystick.errors import TallystickError
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.drafting.published import Publishing, document
from tests.contract_tests.shelves import serving


@pytest.mark.parametrize(
    ("below", "place"), [*(("", place) for place in PLACES), ("/api/v2", PLACES[1])]
)
def test_the_usual_places(place: str, below: str) -> None:
    """Below the root of the host, and below the address."""
    library = Publishing({f"{below}/{place}": document()})
    with serving(library) as url:
        assert find_document(f"{url}{below}") == f"{url}{below}/{place}"


def test_the_root_comes_after_the_address() -> None:
    """An address below the root leads to a document of the root, too; the nearer one wins."""
    library = Publishing({"/openapi.json": document()})
    with serving(library) as url:
        assert find_document(f"{url}/v1/") == f"{url}/openapi.json"
        assert library.asked[:3] == ["/v1/", "/v1/openapi.json", "/v1/openapi.yaml"]
        library.values["/v1/openapi.json"] = document()
        assert find_document(f"{url}/v1/") == f"{url}/v1/openapi.json"


def test_the_address_of_a_document_is_taken_as_it_is() -> None:
    """By its name, nothing is asked; by its content, nothing else is."""
    library = Publishing({"/docs": document()})
    with serving(library) as url:
        assert find_document(f"{url}/any.yaml") == f"{url}/any.yaml"
        assert library.asked == []
        assert find_document(f"{url}/docs") == f"{url}/docs"
        assert library.asked == ["/docs"]


def test_other_values_are_no_document() -> None:
    """A page, a list or an object of something else is passed over."""
    values = {"/": "<html>", "/openapi.json": ["a"], "/openapi.yaml": {"info": {}}}
    library = Publishing({**values, "/swagger.json": document()})
    with serving(library) as url:
        assert find_document(url + "/") == f"{url}/swagger.json"


def test_nothing_is_found() -> None:
    """The error says what was looked for; each place was asked once."""
    library = Publishing({})
    with serving(library) as url, pytest.raises(TallystickError) as error:
        find_document(url)
    said = f"{url}: There is no OpenAPI document at this address, nor at {len(PLACES)} places near"
    assert said in str(error.value)
    assert "Name the document itself; looked for: openapi.json, " in str(error.value)
    assert library.asked == ["/", *(f"/{place}" for place in PLACES)]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1", "could not be reached: Connection refused"),
        ("http://user:pass@127.0.0.1:1", "Save the document as a file, and name that."),
        ("http://user@127.0.0.1:1/a.json", "Save the document as a file, and name that."),
        ("http://", "This is no address of an HTTP server."),
        ("http://127.0.0.1:999999/a", "This is no address of an HTTP server."),
    ],
)
def test_what_cannot_be_asked(address: str, said: str) -> None:
    """One clear error."""
    with pytest.raises(TallystickError) as error:
        find_document(address)
    assert said in str(error.value)
    assert "pass@" not in str(error.value)


def servers(*urls: str, **variables: Any) -> list[dict[str, Any]]:
    """Server objects with these addresses."""
    return [{"url": url, "variables": variables} for url in urls]


HERE = "http://127.0.0.1:8000"
PRODUCTION = "https://api.example.test/v1"
# Of each: the servers of the document, where it was read, the address that was given, the server
# to use, and those that are named.
SERVERS: dict[str, tuple[Any, str, str | None, str | None, tuple[str, ...]]] = {
    "a file that names none": (None, "api.yaml", None, None, ()),
    "a file that names production": (servers(PRODUCTION), "a.yaml", None, None, (PRODUCTION,)),
    "a file that names this machine, too": (
        servers(PRODUCTION, f"{HERE}/v1/"),
        "api.yaml",
        None,
        f"{HERE}/v1",
        (PRODUCTION, f"{HERE}/v1"),
    ),
    "a relative server of a file": (servers("/v1"), "api.yaml", None, None, ()),
    "a relative server of an address": (
        servers("/v1"),
        f"{HERE}/docs/openapi.json",
        f"{HERE}",
        f"{HERE}/v1",
        (f"{HERE}/v1",),
    ),
    "a server beside the document": (
        servers("."),
        f"{HERE}/v1/openapi.json",
        f"{HERE}/v1/openapi.json",
        f"{HERE}/v1",
        (f"{HERE}/v1",),
    ),
    "no server": (None, f"{HERE}/openapi.json", HERE, HERE, ()),
    "no server, and a base path": (None, f"{HERE}/v2/openapi.json", f"{HERE}/v2", f"{HERE}/v2", ()),
    "production, named by this machine: its path alone": (
        servers(PRODUCTION),
        f"{HERE}/openapi.json",
        f"{HERE}/",
        f"{HERE}/v1",
        (PRODUCTION,),
    ),
    "production, with a base path here": (
        servers(PRODUCTION),
        f"{HERE}/openapi.json",
        f"{HERE}/v2",
        f"{HERE}/v2",
        (PRODUCTION,),
    ),
    "variables have defaults": (
        servers("http://{host}:8000/{version}", host={"default": "127.0.0.1"}),
        "api.yaml",
        None,
        None,
        (),
    ),
    "all variables have defaults": (
        servers("http://{host}:8000", host={"default": "127.0.0.1"}),
        "api.yaml",
        None,
        HERE,
        (HERE,),
    ),
    "what is no list of servers": ([1, {"url": 5}, {"url": "ftp://x"}], "a.yaml", None, None, ()),
}


@pytest.mark.parametrize("name", SERVERS)
def test_which_server_is_used(name: str, tmp_path: Path) -> None:
    """This machine, or the host of the document; never unasked another one that is named."""
    listed, place, given, used, named = SERVERS[name]
    members = {} if listed is None else {"servers": listed}
    contract = contract_of(tmp_path, {"/a": documented("get")}, **members)
    assert servers_of(contract, place, given) == FoundServers(used, named)


def test_the_bundled_contract_names_production_only() -> None:
    """Nothing is proposed for it."""
    assert servers_of(load_contract(), "").base_url is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("127.0.0.1:8000", "The address must be an http(s) URL without a query"),
        ("ftp://a", "The address must be an http(s) URL without a query"),
        ("http://a?b=1", "The address must be an http(s) URL without a query"),
        ("http://user:secret@a", "Name a variable of the environment"),
    ],
)
def test_addresses_that_a_file_cannot_hold(url: str, said: str) -> None:
    """No secret is written, and none is shown."""
    with pytest.raises(TallystickError) as error:
        checked_base_url(url)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_addresses_that_a_file_can_hold() -> None:
    """Without the slash at their end."""
    assert checked_base_url(f"{HERE}/v1/") == f"{HERE}/v1"
    assert checked_base_url("https://user:${PASSWORD}@a") == "https://user:${PASSWORD}@a"
