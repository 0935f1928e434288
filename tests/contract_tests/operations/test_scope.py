"""Which operations a run sends requests to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests.operations.roles import Roles
from contract_tests.operations.scope import DANGEROUS as DANGEROUS_WORDS
from contract_tests.operations.scope import Scope, danger_of_words
from contract_tests.target.patterns import unmatched
from contract_tests.target.target import Target
from tests.contract_tests.contracts import contract_of, documented, operation

DANGEROUS = [
    ("post", "/shutdown"),
    ("post", "/api/shutdown"),
    ("put", "/server/shut-down"),
    ("post", "/proxy/restart"),
    ("post", "/reboot"),
    ("post", "/system/factoryReset"),
    ("post", "/database/reset"),
    ("delete", "/cache/purge"),
    ("post", "/tables/drop_all"),
    ("post", "/flows/bulk_delete"),
    ("post", "/messages:batchDelete"),
    ("post", "/index/_delete_by_query"),
    ("post", "/logout"),
    ("get", "/logout"),
    ("get", "/server/shutdown"),
    ("post", "/session/sign-out"),
    ("delete", "/tokens/{id}/revoke"),
    ("post", "/keys/{id}/rotate"),
    ("post", "/apiKeys:regenerate"),
    ("put", "/me/password"),
    ("post", "/users/changePassword"),
    ("post", "/account/deactivate"),
    # More than one item of this run.
    ("delete", "/things"),
    ("delete", "/me"),
]
HARMLESS = [
    ("get", "/resets"),
    ("get", "/password-policy"),
    ("get", "/revoked-keys"),
    ("post", "/things"),
    ("post", "/shutdowns-log/entries"),
    ("post", "/keyboards"),
    ("post", "/collections/{id}/delete"),
    ("post", "/guilds/{id}/bulk-ban"),
    ("post", "/dropdowns"),
    ("delete", "/things/{id}"),
    ("delete", "/flush/{id}"),
    ("post", "/exits-of-buildings/{id}/doors"),
    ("put", "/things/{id}"),
]


def left_out(folder: Path, method: str, path: str, **target: Any) -> str | None:
    """Why an operation is left out."""
    contract = contract_of(folder, {path: documented(method, operationId="one", tags=["first"])})
    scope = Scope(contract, Target("http://a.example", **target), Roles(contract))
    return scope.left_out(contract.operations[0])


@pytest.mark.parametrize(("method", "path"), DANGEROUS)
def test_what_may_harm_the_server_is_left_out(tmp_path: Path, method: str, path: str) -> None:
    """The reason says what it does; the exact name, or a mock of the run's own, brings it in."""
    assert (left_out(tmp_path, method, path) or "").startswith("left out for safety: it ")
    assert left_out(tmp_path, method, path, is_own_mock=True) is None
    assert left_out(tmp_path, method, path, include=(f"{method.upper()} {path}",)) is None
    assert left_out(tmp_path, method, path, include=("one",)) is None
    assert left_out(tmp_path, method, path, include=("first",)) is not None


@pytest.mark.parametrize("operation_id", ["shutdownServer", "resetDatabase", "logout", "revokeKey"])
def test_an_operation_id_shows_danger_too(tmp_path: Path, operation_id: str) -> None:
    """Where the path does not."""
    contract = contract_of(tmp_path, {"/do": documented("post", operationId=operation_id)})
    scope = Scope(contract, Target("http://a.example"), Roles(contract))
    assert scope.left_out(contract.operations[0]) is not None


@pytest.mark.parametrize(("is_destructive", "is_sent"), [(False, True), (True, False)])
def test_a_delete_of_items_of_the_run_is_no_danger(
    tmp_path: Path, is_destructive: bool, is_sent: bool
) -> None:
    """Whatever it is called; only a destructive run deletes what others have."""
    contract = contract_of(tmp_path, {"/a/{id}": documented("delete", operationId="dropThing")})
    target = Target("http://a.example", destructive=is_destructive)
    reason = Scope(contract, target, Roles(contract)).left_out(contract.operations[0])
    assert (reason is None) is is_sent


@pytest.mark.parametrize(("method", "path"), HARMLESS)
def test_what_only_sounds_like_it_is_not(tmp_path: Path, method: str, path: str) -> None:
    """A word inside another one is no such word, and to read is no danger."""
    assert left_out(tmp_path, method, path) is None


@pytest.mark.parametrize(
    ("pattern", "is_named"),
    [
        ("first", True),
        ("one", True),
        ("on*", True),
        ("GET /things/{id}", True),
        ("/things/*", True),
        ("/things/{id}", True),
        ("GET *", True),
        ("* /things/*", True),
        ("POST *", False),
        ("/other/*", False),
        ("second", False),
        ("FIRST", False),
    ],
)
def test_patterns_name_operations(tmp_path: Path, pattern: str, is_named: bool) -> None:
    """By tag, operationId, path, or method and path."""
    included = left_out(tmp_path, "get", "/things/{id}", include=(pattern,))
    excluded = left_out(tmp_path, "get", "/things/{id}", exclude=(pattern,))
    assert (included is None, excluded is not None) == (is_named, is_named)
    contract = contract_of(
        tmp_path, {"/things/{id}": documented("get", operationId="one", tags=["first"])}
    )
    assert unmatched([pattern], contract) == ([] if is_named else [pattern])


@pytest.mark.parametrize(
    ("method", "is_sent"), [("get", True), ("head", True), ("options", False), ("post", False)]
)
def test_only_safe(tmp_path: Path, method: str, is_sent: bool) -> None:
    """GET and HEAD alone."""
    reason = left_out(tmp_path, method, "/things", only_safe=True)
    assert (reason is None) is is_sent


def test_exclude_wins(tmp_path: Path) -> None:
    """What is included and excluded is excluded."""
    assert left_out(tmp_path, "get", "/a", include=("first",), exclude=("one",)) == "it is excluded"
    assert operation(contract_of(tmp_path, {"/a": documented("get")}), "GET /a")


def test_the_table_in_the_docs() -> None:
    """Each word of the page is dangerous as the page says, and no kind is left out of it."""
    page = (Path(__file__).parents[3] / "docs" / "requests.md").read_text(encoding="utf-8")
    table = page.partition("<!-- table: DANGEROUS")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (`.*`) \|$", table, re.MULTILINE))
    assert set(rows) == {what for what, _ in DANGEROUS_WORDS}
    for what, words in rows.items():
        for word in re.findall(r"`([^`]*)`", words):
            assert danger_of_words(word) == what, word
