"""The pictures of made-up data: they load from anywhere, and can do nothing."""

from __future__ import annotations

from xml.etree import ElementTree

import httpx
import pytest

from tests.mock_server.conftest import Serve

DOCUMENT = """
openapi: 3.1.0
info: {title: People, version: "1"}
paths:
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200":
          description: OK
          content:
            application/json: {schema: {$ref: "#/components/schemas/User"}}
            application/xml: {schema: {$ref: "#/components/schemas/User"}}
    delete: {responses: {"204": {description: OK}}}
  /users:
    get:
      responses:
        "200":
          description: OK
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/User"}}}
components:
  schemas:
    User:
      type: object
      required: [id, name, avatar, logo, photo, icon]
      properties:
        id: {type: integer}
        name: {type: string}
        avatar: {type: string, format: uri}
        logo: {type: string, format: byte}
        photo: {type: string, maxLength: 30}
        icon: {type: string, pattern: "^[a-z-]+$"}
"""
ELSEWHERE = {
    "Origin": "https://app.example.com",
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Dest": "image",
}


@pytest.mark.parametrize("address", ["/users", "/~session/one/users"])
def test_an_avatar_loads(serve: Serve, address: str) -> None:
    """From the host that the client named, into a page of any origin."""
    mock = serve(DOCUMENT)
    user = mock.get(address).json()[0]
    avatar = user["avatar"]
    assert avatar.startswith(f"{mock.base_url}".rstrip("/"))
    answer = mock.get(avatar, headers=ELSEWHERE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert ElementTree.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"
    initials = "".join(word[0] for word in user["name"].split())
    assert f">{initials[0]}{initials[-1]}</text>" in answer.text


def test_only_where_an_address_may_be(serve: Serve) -> None:
    """Not in bytes, in a short text, nor where a pattern wants something else."""
    user = serve(DOCUMENT).get("/users").json()[0]
    assert [name for name in ("logo", "photo", "icon") if "http" in user[name]] == []


def test_where_the_client_found_the_mock(serve: Serve) -> None:
    """Which may be a container's name; in other media types, too."""
    mock = serve(DOCUMENT)
    headers = {"Host": "mock.test:8080"}
    assert (
        "http://mock.test:8080/_tallystick/pictures/" in mock.get("/users/7", headers=headers).text
    )
    headers["Accept"] = "application/xml"
    assert (
        "http://mock.test:8080/_tallystick/pictures/" in mock.get("/users/7", headers=headers).text
    )


def test_a_picture_is_harmless(mock: httpx.Client) -> None:
    """Nothing of its address runs, and it may load nothing."""
    answer = mock.get("/_tallystick/pictures/person/%3Cscript%3Ealert(1)-%3Cb%3E.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert [tag for tag in ("<script", "<b>") if tag in answer.text] == []
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    thing = mock.get("/_tallystick/pictures/thing/%22%3E%3Cimg%20src=x%20onerror=1%3E.svg")
    assert "<img" not in thing.text


def test_the_same_address_shows_the_same(mock: httpx.Client) -> None:
    """Another one something else."""
    first = mock.get("/_tallystick/pictures/thing/blue-mug-0a1b.svg").text
    assert mock.get("/_tallystick/pictures/thing/blue-mug-0a1b.svg").text == first
    assert mock.get("/_tallystick/pictures/thing/red-mug-0a1b.svg").text != first
