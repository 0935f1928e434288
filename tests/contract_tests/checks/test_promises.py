"""Named promises: kept and broken by real answers, and switched on by an overlay alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.checks.promises import PROMISES
from contract_tests.http.client import Client
from contract_tests.plan import Plan, read_plan
from contract_tests.requests.reaching import valid_request
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from tallystick.contract import Contract, load_contract
from tallystick.errors import ExtensionError
from tallystick.reader.options import LoadOptions
from tests.independent.app import ACTIVE_ID, PaymentAccountLinks
from tests.independent.serve import serving
from tests.mutants.builders import changed, with_link, with_success, with_url

DOCUMENT = "openapi/dolfin-payment-account-link.yaml"
OVERLAY = """overlay: 1.0.0
info: {{ title: Promises, version: 1.0.0 }}
actions:
  - target: $.paths['/organisations/{{id}}/payment-account/link'].post
    update:
      x-tallystick-promises:
        - {promise}
"""

KEPT = {
    "the correct one": PaymentAccountLinks,
    "without expiresAt": with_link(lambda link: {"url": link.url}),
    "an hour less a minute": changed(lifetime=timedelta(minutes=59)),
    "another offset": changed(
        format_time=lambda _, moment: (
            (moment + timedelta(hours=2)).isoformat().replace("+00", "+02")
        )
    ),
    "http on one's own machine": changed(link_base="http://127.0.0.1:8080/s/"),
    "kept by no cache": with_success(headers=(("cache-control", "no-store, max-age=0"),)),
    "kept by the caller's cache": with_success(headers=(("cache-control", "private, max-age=9"),)),
    "the caller's URL in the query": with_url(lambda link: f"{link.url}?to={link.return_url}"),
}
BROKEN = {
    "absolute-url": (
        {"nothing after the scheme": with_url(lambda _: "https://")},
        {"another scheme": changed(link_base="stripe://connect.example.test/")},
    ),
    "not-the-callers-url": (
        {"the returnUrl": with_url(lambda link: link.return_url)},
        {"the refreshUrl": with_url(lambda link: f"{link.refresh_url}?token=1")},
    ),
    "fresh": ({"the same again": changed(new_url=lambda self: f"{self.link_base}1")},),
    "expires-in-the-future": (
        {"an hour ago": changed(lifetime=timedelta(hours=-1))},
        {"now": changed(lifetime=timedelta(0))},
        {"in 1970": changed(expires_at=lambda _: datetime.fromtimestamp(0, UTC))},
    ),
    "short-lived": ({"a day": changed(lifetime=timedelta(days=1))},),
    "https": ({"plain http": changed(link_base="http://connect.example.test/s/")},),
    "not-cacheable": (
        {"public": with_success(headers=(("cache-control", "public, max-age=3600"),))},
    ),
}
ROWS = [
    pytest.param(promise, app, id=f"{promise}: {name}")
    for promise, rows in BROKEN.items()
    for row in rows
    for name, app in row.items()
]
LEVELS = {
    "absolute-url": "documented",
    "not-the-callers-url": "documented",
    "fresh": "documented",
    "expires-in-the-future": "documented",
    "short-lived": "advisory",
    "https": "advisory",
    "not-cacheable": "advisory",
    "answers-within": "advisory",
}


def broken(app: PaymentAccountLinks, contract: Contract) -> dict[str, str]:
    """The obligations that two links of an application break, with their levels."""
    operation = contract.operations[0]
    with serving(app) as url:
        target = Target(url, parameters={"path.id": ACTIVE_ID})
        run = Run(contract, target, Client(target), Plan(contract, target, 0))
        call = valid_request(contract, operation, target)
        expectation = Expectation(ExpectationKind.CASE, "a link", operation.cases[:1])
        for _ in range(2):
            run.check(operation, run.client.send(call), expectation)
        run.client.close()
    return {found.check.name: found.check.level for found in run.findings}


def contract_with(folder: Path, promise: str) -> Contract:
    """The document, of which an overlay says this one promise."""
    path = folder / "promises.overlay.yaml"
    path.write_text(OVERLAY.format(promise=promise), encoding="utf-8")
    plan = read_plan(
        LoadOptions((DOCUMENT,), (str(path),)),
        base_url="http://127.0.0.1",
        target_file=None,
        seed=0,
    )
    return plan.contract


@pytest.mark.parametrize("name", KEPT)
def test_a_promise_is_kept(name: str) -> None:
    """What keeps every promise of the bundled overlay is not found fault with."""
    assert broken(KEPT[name](), load_contract()) == {}


@pytest.mark.parametrize(("promise", "app"), ROWS)
def test_a_promise_is_broken(promise: str, app: Any) -> None:
    """One broken promise is one finding, of its level."""
    assert broken(app(), load_contract()) == {f"promise: {promise}": LEVELS[promise]}


@pytest.mark.parametrize(
    "base", ["/setup/s/", "//connect.example.test/s/", "connect.example.test/s/", "<https://a.b/"]
)
def test_what_is_no_absolute_url(base: str, tmp_path: Path) -> None:
    """Where no schema says that it is a URL, the promise does."""
    app = changed(link_base=base)
    assert broken(app(), contract_with(tmp_path, "absolute-url")) == {
        "promise: absolute-url": "documented"
    }


def test_a_bound_is_a_parameter(tmp_path: Path) -> None:
    """A slow answer, and a link that lives too long, are so by the overlay's own bounds."""
    app = PaymentAccountLinks  # its links live 300 s
    for promise, expected in (
        ("short-lived: { member: expiresAt, within: 300 }", {}),
        ("short-lived: { member: expiresAt, within: 200 }", {"promise: short-lived": "advisory"}),
        ("answers-within: { seconds: 5.0 }", {}),
        ("answers-within: { seconds: 0 }", {"promise: answers-within": "advisory"}),
    ):
        assert broken(app(), contract_with(tmp_path, promise)) == expected


def test_a_promise_is_about_its_member(tmp_path: Path) -> None:
    """A promise looks at the member that the overlay names, within objects, too."""
    app = with_link(lambda link: {"url": link.url, "stripe": {"url": "/relative"}})
    member = "absolute-url: { member: stripe.url }"
    expected = {"promise: absolute-url": "documented"}
    assert broken(app(), contract_with(tmp_path, member)) == expected
    assert broken(app(), contract_with(tmp_path, "absolute-url")) == {}


def test_what_no_overlay_says_is_no_promise() -> None:
    """Without an overlay, a link that breaks every promise is not found fault with."""
    app = changed(
        link_base="http://connect.example.test/s/",
        new_url=lambda self: f"{self.link_base}1",
        lifetime=timedelta(days=-1),
    )
    assert broken(app(), load_contract(DOCUMENT)) == {}


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ("frehs", "There is no promise 'frehs'."),
        ("frehs", "Did you mean 'fresh'?"),
        (
            "short-lived: { withn: 3 }",
            "There is no parameter of the promise 'short-lived' 'withn'.",
        ),
        ("short-lived: { withn: 3 }", "Did you mean 'within'?"),
        ("short-lived: { within: 3 }", "The promise 'short-lived' needs a 'member'"),
        (
            "short-lived: { member: expiresAt, within: long }",
            "The promise 'short-lived' needs a 'within': a number of seconds.",
        ),
    ],
)
def test_an_unknown_promise_is_an_error(tmp_path: Path, promise: str, message: str) -> None:
    """A typo in a promise is told with file, line and the nearest name."""
    with pytest.raises(ExtensionError) as error:
        contract_with(tmp_path, promise)
    assert message in str(error.value)
    assert "promises.overlay.yaml:7" in str(error.value)


def test_the_library_has_the_documented_names() -> None:
    """The names and levels are those of the documentation."""
    assert {name: named.level for name, named in PROMISES.items()} == LEVELS
