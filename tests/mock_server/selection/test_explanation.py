"""Explaining an answer: why this case, and how to get each other one."""

import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest

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
