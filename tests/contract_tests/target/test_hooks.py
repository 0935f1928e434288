"""Set-up and clean-up calls of a target file: made in order, whatever comes of the case."""

from __future__ import annotations

from pathlib import Path

from tests.contract_tests.commands import Result, pytest_suite
from tests.contract_tests.targets import Recording, stateless_text, write
from tests.independent.app import ACTIVE_ID, NOT_ENABLED_ID, Answer, Request
from tests.independent.serve import serving

LINK = f"/organisations/{ACTIVE_ID}/payment-account/link"
NOT_ENABLED = "409 PaymentAccount.NotEnabled"


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
        """What was called while the case was tried, from the first hook to the last."""
        paths = [request.path for request in self.requests]
        hooks = [number for number, path in enumerate(paths) if path.startswith("/hooks/")]
        return paths[hooks[0] : hooks[-1] + 1]


def run_case(folder: Path, app: Hooked, before: list[str], after: list[str]) -> Result:
    """The tests of the cases, with these calls before and after one of them."""
    with serving(app) as url:
        lines = [stateless_text(url)]
        for when, names in (("before", before), ("after", after)):
            for name in names:
                lines += [
                    f'[[cases."PaymentAccount.NotEnabled".{when}]]',
                    f'method = "PUT"\nurl = "{url}/hooks/{name}"',
                    'headers = { x-hook = "yes" }\njson = { id = 7 }',
                ]
        target = write(folder, "\n".join(lines))
        tests = "contract_tests/test_cases.py"
        return pytest_suite(folder, "--target", target, "-k", "NotEnabled or 200", tests=tests)


def test_calls_are_made_in_order(tmp_path: Path) -> None:
    """The calls before a case bring it about, each as written; those after it clean up."""
    app = Hooked()
    run = run_case(tmp_path, app, ["one", "disable"], ["enable", "two"])
    assert (run.code, run.verdicts[NOT_ENABLED]) == (0, "passed")
    assert app.called[:2] == ["/hooks/one", "/hooks/disable"]
    assert set(app.called[2:-2]) == {LINK}
    assert app.called[-2:] == ["/hooks/enable", "/hooks/two"]
    hook = next(request for request in app.requests if request.path == "/hooks/one")
    assert (hook.method, hook.headers["x-hook"], hook.body) == ("PUT", "yes", b'{"id": 7}')


def test_the_clean_up_follows_a_case_that_fails(tmp_path: Path) -> None:
    """Where the set-up does not bring the case about, it is failed, and cleaned up all the
    same.
    """
    app = Hooked()
    run = run_case(tmp_path, app, ["nothing"], ["enable"])
    assert (run.code, run.verdicts[NOT_ENABLED]) == (1, "failed")
    assert (app.called[0], app.called[-1]) == ("/hooks/nothing", "/hooks/enable")


def test_a_set_up_that_fails_leaves_the_case_alone(tmp_path: Path) -> None:
    """The case is not covered, with the call as the reason; it is not tried, but cleaned up."""
    app = Hooked()
    run = run_case(tmp_path, app, ["fail", "disable"], ["enable"])
    assert (run.code, run.verdicts[NOT_ENABLED]) == (0, "not_covered")
    reason = run.case(NOT_ENABLED)["reason"]
    assert reason.endswith("/hooks/fail of the target file was answered 500.")
    assert reason.startswith("The call PUT http://127.0.0.1:")
    assert app.called == ["/hooks/fail", "/hooks/enable"]
    assert "Traceback" not in run.out + run.err


def test_a_clean_up_that_fails_is_noted(tmp_path: Path) -> None:
    """A clean-up that fails changes no verdict, is told, and keeps none of the others back."""
    app = Hooked()
    run = run_case(tmp_path, app, ["disable"], ["fail", "enable"])
    assert (run.code, run.verdicts[NOT_ENABLED]) == (0, "passed")
    assert app.called[-2:] == ["/hooks/fail", "/hooks/enable"]
    (note,) = run.report["notes"]
    assert note.endswith("/hooks/fail of the target file was answered 500.")
    assert note in run.out


def test_an_organisation_of_its_own_needs_no_calls(tmp_path: Path) -> None:
    """Without calls nothing but the operation is asked."""
    app = Hooked()
    app.accounts[NOT_ENABLED_ID] = "NotEnabled"
    with serving(app) as url:
        entry = f'[cases."{NOT_ENABLED}"]\nparameters = {{ "path.id" = "{NOT_ENABLED_ID}" }}'
        target = write(tmp_path, stateless_text(url) + entry)
        tests = "contract_tests/test_cases.py"
        run = pytest_suite(tmp_path, "--target", target, "-k", "NotEnabled", tests=tests)
    assert (run.code, run.verdicts[NOT_ENABLED]) == (0, "passed")
    assert {request.path.lower() for request in app.requests} == {
        LINK,
        LINK.replace(ACTIVE_ID, NOT_ENABLED_ID),
    }
