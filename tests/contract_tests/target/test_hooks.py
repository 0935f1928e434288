"""Set-up and clean-up calls of a target file: made in order, whatever comes of the case."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests.http.client import Client
from contract_tests.plan import Plan
from contract_tests.requests.base import Bases
from contract_tests.results.run import CaseResult, Run, Verdict
from contract_tests.target.file import read_target
from contract_tests.test_cases import test_case as try_case
from tallystick.contract import load_contract
from tests.contract_tests.targets import Recording, stateless_text, write
from tests.independent.app import ACTIVE_ID, NOT_ENABLED_ID, Answer, Request
from tests.independent.serve import serving

LINK = f"/organisations/{ACTIVE_ID}/payment-account/link"
NOT_ENABLED = "409 PaymentAccount.NotEnabled"
CONTRACT = load_contract()


class Hooked(Recording):
    """The correct implementation, whose organisation can be disabled and enabled by a call."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        if not request.path.startswith("/hooks/"):
            return super().answer(request)
        if request.path == "/hooks/disable":
            self.accounts[ACTIVE_ID] = "NotEnabled"
        elif request.path == "/hooks/enable":
            self.accounts.clear()
        return Answer(500 if request.path == "/hooks/fail" else 204, None, b"")

    @property
    def called(self) -> list[str]:
        """The paths that were asked while the case was tried, from the first hook to the last."""
        paths = [request.path for request in self.requests]
        hooks = [number for number, path in enumerate(paths) if path.startswith("/hooks/")]
        return paths[hooks[0] : hooks[-1] + 1]


def run_case(folder: Path, url: str, entry: str) -> tuple[CaseResult, list[str]]:
    """The result of a case that has this entry in the target file, and the notes of the run."""
    path = str(write(folder, f"{stateless_text(url)}\n{entry}"))
    target = read_target(path)
    client = Client(target)
    run = Run(CONTRACT, target, client, Plan(CONTRACT, target, 0))
    base = Bases(run).of(CONTRACT.operations[0])
    case = next(case for case in CONTRACT.cases if case.label == NOT_ENABLED)
    with contextlib.suppress(pytest.skip.Exception):
        try_case(run, case, base)
    client.close()
    return run.case_result(case), run.notes


def run_with_hooks(
    folder: Path, app: Hooked, before: Sequence[str], after: Sequence[str]
) -> tuple[CaseResult, list[str]]:
    """The result of a case with these calls before and after it."""
    with serving(app) as url:
        lines = []
        for when, names in (("before", before), ("after", after)):
            for name in names:
                lines += [
                    f'[[cases."PaymentAccount.NotEnabled".{when}]]',
                    f'method = "PUT"\nurl = "{url}/hooks/{name}"',
                    'headers = { x-hook = "yes" }\njson = { id = 7 }',
                ]
        return run_case(folder, url, "\n".join(lines))


def test_calls_are_made_in_order(tmp_path: Path) -> None:
    """The calls before a case bring it about, each as written; those after it clean up."""
    app = Hooked()
    result, _ = run_with_hooks(tmp_path, app, ["one", "disable"], ["enable", "two"])
    assert result.verdict is Verdict.PASSED
    assert app.called[:2] == ["/hooks/one", "/hooks/disable"]
    assert set(app.called[2:-2]) == {LINK}
    assert app.called[-2:] == ["/hooks/enable", "/hooks/two"]
    hook = next(request for request in app.requests if request.path == "/hooks/one")
    assert (hook.method, hook.headers["x-hook"], hook.body) == ("PUT", "yes", b'{"id": 7}')


def test_the_clean_up_follows_a_case_that_fails(tmp_path: Path) -> None:
    """Where the set-up does not bring the case about, it fails, and is cleaned up all the same."""
    app = Hooked()
    result, _ = run_with_hooks(tmp_path, app, ["nothing"], ["enable"])
    assert result.verdict is Verdict.FAILED
    assert (app.called[0], app.called[-1]) == ("/hooks/nothing", "/hooks/enable")


def test_a_set_up_that_fails_leaves_the_case_alone(tmp_path: Path) -> None:
    """The case is not covered, with the call as the reason; it is not tried, but cleaned up."""
    app = Hooked()
    result, _ = run_with_hooks(tmp_path, app, ["fail", "disable"], ["enable"])
    assert result.verdict is Verdict.NOT_COVERED
    assert result.reason.endswith("/hooks/fail of the target file was answered 500.")
    assert result.reason.startswith("The call PUT http://127.0.0.1:")
    assert app.called == ["/hooks/fail", "/hooks/enable"]


def test_a_clean_up_that_fails_is_noted(tmp_path: Path) -> None:
    """A clean-up that fails changes no verdict, is noted, and does not stop the others."""
    app = Hooked()
    result, notes = run_with_hooks(tmp_path, app, ["disable"], ["fail", "enable"])
    assert result.verdict is Verdict.PASSED
    assert app.called[-2:] == ["/hooks/fail", "/hooks/enable"]
    (note,) = notes
    assert note.endswith("/hooks/fail of the target file was answered 500.")


def test_an_organisation_of_its_own_needs_no_calls(tmp_path: Path) -> None:
    """Without calls nothing but the operation is asked."""
    app = Hooked()
    app.accounts[NOT_ENABLED_ID] = "NotEnabled"
    entry = f'[cases."{NOT_ENABLED}"]\nparameters = {{ "path.id" = "{NOT_ENABLED_ID}" }}'
    with serving(app) as url:
        result, _ = run_case(tmp_path, url, entry)
    assert result.verdict is Verdict.PASSED
    assert {request.path.lower() for request in app.requests} == {
        LINK,
        LINK.replace(ACTIVE_ID, NOT_ENABLED_ID),
    }
