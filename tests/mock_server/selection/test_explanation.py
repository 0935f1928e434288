"""Explaining an answer: why this case, and how to get each other one."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client
from tests.mock_server.documented import ID, VALID, create, path

CASES = [
    "200",
    "400 PaymentAccountLink.MissingReturnUrl",
    "400 PaymentAccountLink.InvalidReturnUrl",
    "400 PaymentAccountLink.MissingRefreshUrl",
    "400 PaymentAccountLink.InvalidRefreshUrl",
    "403 Payment.Forbidden",
    "404 Organisation.NotFound",
    "409 PaymentAccount.NotEnabled",
    "409 PaymentAccount.Disconnected",
    "502 PaymentAccount.ProviderError",
]
REQUESTS: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "a valid request": lambda mock: create(mock, VALID),
    "no returnUrl": lambda mock: create(mock, {"refreshUrl": VALID["refreshUrl"]}),
    "both invalid": lambda mock: create(mock, {"returnUrl": "/a", "refreshUrl": "/b"}),
    "nothing": lambda mock: create(mock, {}),
    "a header": lambda mock: create(mock, VALID, headers={"Prefer": "code=502"}),
    "an address": lambda mock: mock.post(f"/~case/502{path()}", json=VALID),
    "a magic value": lambda mock: mock.post(
        path("ca5e0502-0001-4000-8000-000000000000"), json=VALID
    ),
    "a session": lambda mock: mock.post(f"/~session/explained{path()}", json=VALID),
}


def explained(mock: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    """What the Link of an answer leads to."""
    link = answer.headers["link"]
    assert link.endswith('>; rel="describedby"')
    found: dict[str, Any] = mock.get(link[1 : link.index(">")]).raise_for_status().json()
    return found


def test_the_rules(mock: httpx.Client) -> None:
    """Each rule before the one that decided did not apply, each after it was not tried."""
    answer = explained(mock, create(mock, {}))
    assert [(rule["rule"], rule["outcome"]) for rule in answer["rules"]] == [
        ("header", "did not apply"),
        ("address", "did not apply"),
        ("magic value", "did not apply"),
        ("queued force", "did not apply"),
        ("request", "decided"),
        ("state", "not tried"),
        ("success", "not tried"),
    ]


def test_the_request(mock: httpx.Client) -> None:
    """The request is shown, without what may be a secret."""
    headers = {"x-dolfin-api-key": "sk_secret", "authorization": "Bearer sk_secret"}
    answer = create(mock, VALID, headers=headers)
    link = answer.headers["link"]
    text = mock.get(link[1 : link.index(">")]).text
    assert "sk_secret" not in text
    assert VALID["returnUrl"] in text


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("name", REQUESTS)
def test_each_other_case_can_be_had(mock: httpx.Client, name: str) -> None:
    """For each other case there is a command that gives it."""
    answer = explained(mock, REQUESTS[name](mock))
    assert sorted([answer["case"], *(other["case"] for other in answer["others"])]) == sorted(CASES)
    for other in answer["others"]:
        run = subprocess.run(["bash", "-c", other["curl"]], capture_output=True, text=True)
        got = [line for line in run.stdout.splitlines() if line.startswith("tallystick-case: ")]
        assert (other["changes"] != [], got) == (True, [f"tallystick-case: {other['case']}"])
        mock.put(f"/_tallystick/organisations/{ID}", json={"payment_account": "NotStarted"})
        session = "/~session/explained" if name == "a session" else ""
        place = f"{session}/_tallystick/organisations/{ID}"
        mock.put(place, json={"payment_account": "NotStarted"})


def test_a_fault_is_the_smallest_change(mock: httpx.Client) -> None:
    """A case of an error in the request is had by that error, one of a state by the state."""
    answer = explained(mock, create(mock, VALID))
    changes = {other["case"]: other["changes"] for other in answer["others"]}
    assert changes["400 PaymentAccountLink.MissingReturnUrl"] == ["leave out returnUrl"]
    assert changes["400 PaymentAccountLink.InvalidRefreshUrl"] == ["set refreshUrl to 'not-a-url'"]
    assert changes["409 PaymentAccount.Disconnected"] == [
        f'first PUT /_tallystick/organisations/{ID} with {{"payment_account":"Disconnected"}}'
    ]
    assert changes["502 PaymentAccount.ProviderError"] == [
        'send the header Prefer: example="PaymentAccount.ProviderError"'
    ]


def test_the_smallest_change_comes_first(mock: httpx.Client) -> None:
    """First what one change of the request gives, then what a state gives, then what is asked for
    by its name.
    """
    answer = explained(mock, create(mock, VALID))
    assert [other["case"] for other in answer["others"]] == [
        "400 PaymentAccountLink.MissingReturnUrl",
        "400 PaymentAccountLink.InvalidReturnUrl",
        "400 PaymentAccountLink.MissingRefreshUrl",
        "400 PaymentAccountLink.InvalidRefreshUrl",
        "409 PaymentAccount.NotEnabled",
        "409 PaymentAccount.Disconnected",
        "403 Payment.Forbidden",
        "404 Organisation.NotFound",
        "502 PaymentAccount.ProviderError",
    ]


def test_the_answer(mock: httpx.Client) -> None:
    """What was answered is shown: the headers and the body."""
    sent = create(mock, {})
    answer = explained(mock, sent)["answer"]
    assert answer["body"] == sent.text
    assert answer["headers"]["tallystick-case"] == "400 PaymentAccountLink.MissingReturnUrl"
    assert answer["headers"]["link"] == sent.headers["link"]


PAGED = """
openapi: 3.1.0
info: {title: Products, version: '1'}
paths:
  /products/{kind}:
    get:
      parameters:
        - {name: kind, in: path, required: true, schema: {enum: [mug, cup]}}
        - {name: pageSize, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: X-Count, in: header, required: true, schema: {type: integer}}
      responses: {'200': {description: OK}, '400': {description: Bad}, '404': {description: No}}
    post:
      parameters: [{name: kind, in: path, required: true, schema: {type: string}}]
      security: [{token: []}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [name], properties: {size: {type: integer}}}
      responses: {'200': {description: OK}, '400': {description: Bad}, '401': {description: Who}}
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
"""
BEARER = {"Authorization": "Bearer sk_secret"}


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A mock with parameters of each kind."""
    document = tmp_path_factory.mktemp("products") / "products.yaml"
    document.write_text(PAGED, "utf-8")
    with serving(load_contract(str(document))) as url, client(url) as connected:
        yield connected


@pytest.mark.parametrize(
    ("method", "place", "options", "decided"),
    [
        ("GET", "mug?pageSize=1000", {"headers": {"X-Count": "1"}}, "query.pageSize"),
        ("GET", "jug", {"headers": {"X-Count": "1"}}, "path.kind"),
        ("GET", "mug", {}, "header.X-Count"),
        ("GET", "mug", {"headers": {"Prefer": "code=404"}}, "header.prefer"),
        ("POST", "mug", {"json": {}}, "credentials"),
        ("POST", "mug", {"json": {}, "headers": BEARER}, "body.name"),
        ("POST", "mug", {"json": {"name": 1, "size": "x"}, "headers": BEARER}, "body.size"),
        ("POST", "mug", {"content": "<a/>", "headers": BEARER}, "header.content-type"),
        ("POST", "mug", {"headers": BEARER}, "body"),
        ("GET", "mug", {"headers": {"X-Count": "1"}}, None),
    ],
)
def test_what_decided(
    products: httpx.Client, method: str, place: str, options: dict[str, Any], decided: str | None
) -> None:
    """The part of the request that decided is named, where one did."""
    found = explained(products, products.request(method, f"/products/{place}", **options))
    assert (found["decided_by"] or {"place": None})["place"] == decided
    if decided and decided.startswith("query"):
        assert found["decided_by"]["why"] == (
            "The query parameter 'pageSize' is not valid: 1000 is greater than the maximum of 100."
        )


@pytest.mark.parametrize(
    ("place", "headers", "changes"),
    [
        ("mug?pageSize=1000&a=b", {"X-Count": "1"}, ["set the query parameter pageSize to 100"]),
        ("mug?pageSize=0", {"X-Count": "1"}, ["set the query parameter pageSize to 1"]),
        ("jug", {"X-Count": "1"}, ["set the path parameter kind to 'cup'"]),
    ],
)
def test_a_parameter_is_mended(
    products: httpx.Client, place: str, headers: dict[str, str], changes: list[str]
) -> None:
    """A wrong parameter is set to a value that is right, the nearest one of a number."""
    answer = explained(products, products.get(f"/products/{place}", headers=headers))
    assert (answer["others"][0]["case"], answer["others"][0]["changes"]) == ("200", changes)
    assert "a=b" not in place or "a=b&pageSize=100" in answer["others"][0]["curl"]


def test_no_change_is_undone_by_another(mock: httpx.Client) -> None:
    """What is missing already is not set first, to be left out then."""
    answer = explained(mock, create(mock, {}))
    changes = {other["case"]: other["changes"] for other in answer["others"]}
    assert changes["400 PaymentAccountLink.MissingRefreshUrl"] == [
        "set returnUrl to 'https://example.com/return'"
    ]
    assert changes["400 PaymentAccountLink.InvalidRefreshUrl"] == [
        "set returnUrl to 'https://example.com/return'",
        "set refreshUrl to 'not-a-url'",
    ]
