"""What the docs show of tests that drive the mock runs, and does what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.testing import RunningMock, running_mock
from tests import PATIENCE
from tests.end_to_end import peers
from tests.end_to_end.browser import CHROMIUM, NO_CHROMIUM, example_app
from tests.end_to_end.test_readme import blocks

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
TESTING = EXAMPLES / "testing"
DOCS = ROOT / "docs"
STAND_IN = Path(__file__).with_name("cypress_stand_in.mjs")
PLAYWRIGHT = "@playwright/test@1.65.1"
TYPESCRIPT = "typescript@5.9.3"
VITEST_PACKAGE = "vitest@3.2.4"
PAYMENTS = """
openapi: 3.1.0
info: {title: Payments, version: "1"}
paths:
  /payments:
    post:
      responses:
        "201": {description: Created}
"""


@pytest.fixture
def mock() -> Iterator[RunningMock]:
    """A mock of the bundled contract."""
    with running_mock() as running:
        yield running


# --- docs/pytest.md


@pytest.fixture
def python_blocks() -> list[str]:
    """The Python of docs/pytest.md: a test file, a conftest, a script, another conftest."""
    return blocks(DOCS / "pytest.md", "python")


@pytest.fixture
def payments(pytester: pytest.Pytester) -> None:
    """The document that the page's examples name."""
    pytester.mkdir("openapi").joinpath("payments.yaml").write_text(PAYMENTS, encoding="utf-8")


def test_the_test_file_in_the_docs(pytester: pytest.Pytester, python_blocks: list[str]) -> None:
    """It passes as it stands, with nothing but the package installed."""
    pytester.makepyfile(python_blocks[0])
    pytester.runpytest_subprocess("-v", timeout=PATIENCE).assert_outcomes(passed=3)


def test_another_document_in_the_docs(
    pytester: pytest.Pytester, payments: None, python_blocks: list[str]
) -> None:
    """The conftest that the page shows has that document mocked."""
    pytester.makeconftest(python_blocks[1])
    pytester.makepyfile(
        "def test_it(tallystick_mock):\n"
        "    rows = tallystick_mock.coverage()\n"
        "    assert [row['operation'] for row in rows] == ['POST /payments']\n"
    )
    pytester.runpytest_subprocess(timeout=PATIENCE).assert_outcomes(passed=1)


def test_the_script_in_the_docs(
    pytester: pytest.Pytester, payments: None, python_blocks: list[str]
) -> None:
    """The context manager serves outside of pytest, too."""
    done = pytester.run(sys.executable, pytester.makepyfile(python_blocks[2]), timeout=PATIENCE)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", done.outlines[0])
    assert done.ret == 0


def test_sessions_in_the_docs(
    pytester: pytest.Pytester, python_blocks: list[str], mock: RunningMock
) -> None:
    """The tests pass in sessions of a mock that runs already, whose own stays as it was."""
    pytester.makeconftest(python_blocks[3].replace("http://127.0.0.1:8080", mock.url))
    pytester.makepyfile(python_blocks[0])
    pytester.runpytest_subprocess(timeout=PATIENCE).assert_outcomes(passed=3)
    assert len(mock.control("GET", "sessions").json()) == 3
    mock.verify(times=0)


def test_coverage_in_the_docs(
    pytester: pytest.Pytester, python_blocks: list[str], mock: RunningMock
) -> None:
    """After a run in one session, the command shows which cases it has met."""
    fresh, shared = "session(str(uuid.uuid4()))", 'session("run")'
    assert fresh in python_blocks[3]
    conftest = python_blocks[3].replace("http://127.0.0.1:8080", mock.url)
    pytester.makeconftest(conftest.replace(fresh, shared))
    pytester.makepyfile(python_blocks[0])
    run = pytester.runpytest_subprocess("-k", "tries_again", timeout=PATIENCE)
    run.assert_outcomes(passed=1, deselected=2)
    runs = [ask_for_coverage(mock.url, percent) for percent in (20, 21)]
    assert [done.returncode for done in runs] == [0, 1]
    assert "2 of 10" in runs[0].stdout


def ask_for_coverage(url: str, percent: int) -> subprocess.CompletedProcess[str]:
    options = [url, "--session", "run", "--fail-under", str(percent)]
    command = [sys.executable, "-m", "tallystick", "coverage", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


# --- docs/playwright.md, docs/cypress.md


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("playwright.md", ["onboarding.spec.mjs", "tallystick.mjs", "playwright.config.mjs"]),
        ("cypress.md", ["onboarding.cy.js"]),
    ],
)
def test_the_docs_show_the_files(page: str, names: list[str]) -> None:
    """The JavaScript of the docs is the files that run here, to the letter."""
    files = [(TESTING / name).read_text(encoding="utf-8") for name in names]
    assert blocks(DOCS / page, "js") == files


@pytest.fixture(scope="module")
def node() -> str:
    """Node.js; where there is none, the test is skipped."""
    try:
        return peers.tool("node")
    except peers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def modules(node: str) -> Path:
    """The folder of what is installed from npm: Playwright's test runner, without browsers."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    try:
        return peers.installed(PLAYWRIGHT).parents[1]
    except peers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy of the examples, where files may be written and addresses changed."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def run_node(node: str, *arguments: str | Path, **variables: str) -> str:
    """What Node.js prints. Fails where it fails."""
    done = subprocess.run(
        [node, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


HELPER = """
import { Mock } from "%s";

const url = process.env.MOCK;
const path = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link";
const pages = { returnUrl: "https://app.example.com/a", refreshUrl: "https://app.example.com/b" };
const ask = (mock) => fetch(mock.url + path, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(pages),
});
const statuses = async (mock, count) => {
  const seen = [];
  for (let i = 0; i < count; i++) seen.push((await ask(mock)).status);
  return seen;
};
const expires = async (mock) => Date.parse((await (await ask(mock)).json()).expiresAt);
const said = (promise) => promise.then(() => null, (error) => error.message);

const out = {};
const mock = new Mock(`${url}/`);
out.url = mock.url === url;
const [one, two] = [mock.session("a b/é: " + "x".repeat(99)), mock.session("same")];
out.apart = mock.session("same").url !== two.url && two.session("in").url.split("~").length === 2;

await one.force(["502", 403], { times: 2 });
out.forced = await statuses(one, 5);
out.other = await statuses(two, 1);
await one.force(["502"], { match: { "path.id": "x" } });
out.unmatched = await statuses(one, 1);

out.own = (await one.answer({ body: [], status: 418 })).violations.length;
out.teapot = (await ask(one)).status;
out.sessions = (await mock.sessions()).length;

await two.fault(["bad-gateway"]);
out.fault = (await (await ask(two)).text()).slice(0, 6);

await two.freeze();
const first = await expires(two);
await two.advance(301);
out.later = (await expires(two)) - first;
out.frozen = (await two.control("GET", "clock")).frozen;
await two.thaw();
out.thawed = (await two.control("GET", "clock")).frozen;

out.cases = (await one.requests({ case: "403" })).map((row) => row.case);
const [last] = (await one.requests()).slice(-1);
const waiting = one.requests({ after: last.id, wait: 30 });
const verified = one.verify({ case: "409", times: 1, within: 30 });
await one.control("PUT", "organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11", {
  payment_account: "NotEnabled",
});
await ask(one);
out.waited = (await waiting).map((row) => row.status);
out.verified = await verified;
out.covered = (await one.coverage()).filter((row) => row.served).length;
await one.reset();
out.reset = [await one.requests(), await statuses(one, 1)];

out.notServed = await said(one.verify({ case: "502", times: 1 }));
out.unknown = (await said(one.force(["Nothing"]))).includes("PaymentAccount.Disconnected");
console.log(JSON.stringify(out));
"""


def test_the_javascript_helper(node: str, mock: RunningMock, tmp_path: Path) -> None:
    """Each method does to a real mock what it says, in the session that it is called on."""
    script = tmp_path / "script.mjs"
    script.write_text(HELPER % (TESTING / "tallystick.mjs").as_uri(), encoding="utf-8")
    assert json.loads(run_node(node, script, MOCK=mock.url)) == {
        "url": True,
        "apart": True,
        "forced": [502, 403, 502, 403, 200],
        "other": [200],
        "unmatched": [200],
        "own": 1,
        "teapot": 418,
        "sessions": 2,
        "fault": "<html>",
        "later": 301_000,
        "frozen": True,
        "thawed": False,
        "cases": ["403 Payment.Forbidden", "403 Payment.Forbidden"],
        "waited": [409],
        "verified": {"count": 1},
        "covered": 4,
        "reset": [[], [200]],
        "notServed": "Expected 1 request answered with 502, got 0. Served: 200 (1).",
        "unknown": True,
    }


TYPES = """
import { Mock } from "tallystick-testing";
import type { JournalEntry } from "tallystick-testing";

type Code = "Lamp.Broken" | "Lamp.Lost";
const mock = new Mock<Code>();
await mock.force(["Lamp.Broken", "409 Lamp.Lost", 502, "200"], { times: null, body: [] });
// @ts-expect-error no such code
await mock.force(["Lamp.Unheard"]);
// @ts-expect-error a case has its own status
await mock.force(["Lamp.Lost"], { status: 409 });
// @ts-expect-error no such fault
await mock.fault(["flaky"]);
// @ts-expect-error no such code
await mock.verify({ case: "Lamp.Unheard", times: 1 });
await mock.fault([], { delay: 2, match: { "path.id": 7 } });
await new Mock().force(["Any.Code"]);
const entries: JournalEntry[] = await mock.session("a").requests({ case: 502, after: 1, wait: 2 });
const said: string[] = (await mock.answer({ status: 418, headers: { a: ["b"] } })).violations;
const chained = new Mock<Code, number>(undefined, { send: (method, url) => (method + url).length });
const length: number = chained.session("a").verify({ at_least: 1 });
console.log(entries, said, length, await mock.sessions(), (await mock.advance(3)).frozen);
"""
STRICT = (
    "--strict",
    "--noUncheckedIndexedAccess",
    "--exactOptionalPropertyTypes",
    "--noUnusedLocals",
    "--verbatimModuleSyntax",
    *("--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "--noEmit"),
)


def test_the_types_of_the_helper(node: str, tmp_path: Path) -> None:
    """They compile in the strictest way, as a package, refuse what the mock would refuse, and name
    every method that there is. So does the example in the docs.
    """
    try:
        tsc = peers.installed(TYPESCRIPT) / "bin" / "tsc"
    except peers.Missing as missing:
        pytest.skip(str(missing))
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "tallystick-testing").symlink_to(TESTING)
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "types.ts").write_text(TYPES, "utf-8")
    (tmp_path / "docs.ts").write_text(blocks(DOCS / "playwright.md", "typescript")[0], "utf-8")
    command = [node, str(tsc), *STRICT, "types.ts", "docs.ts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout == ""
    members = "Object.getOwnPropertyNames(Mock.prototype).join()"
    script = (
        f'import {{ Mock }} from "{(TESTING / "tallystick.mjs").as_uri()}"; console.log({members})'
    )
    methods = run_node(node, "--input-type=module", "--eval", script).strip().split(",")
    declared = re.findall(r"^  (\w+)\(", (TESTING / "tallystick.d.mts").read_text("utf-8"), re.M)
    assert list(dict.fromkeys(declared)) == methods


VITEST = """
import { afterEach, beforeEach, expect, test } from "vitest";
import { Mock } from "tallystick-testing";

let mock;
beforeEach(({ task }) => { mock = new Mock(process.env.MOCK).session(task.name); });
afterEach(() => mock.verify({ times: 1 }));

const path = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link";
for (const status of [403, 502]) {
  test(`it gets ${status}`, async () => {
    await mock.force([status]);
    expect((await fetch(mock.url + path, { method: "POST" })).status).toBe(status);
  });
}
"""


def test_the_helper_in_vitest(node: str, mock: RunningMock, tmp_path: Path) -> None:
    """A session for each test, named after it."""
    try:
        package = peers.installed(VITEST_PACKAGE)
    except peers.Missing as missing:
        pytest.skip(str(missing))
    modules = tmp_path / "node_modules"
    modules.mkdir()
    for each in (*package.parent.iterdir(), TESTING):
        name = "tallystick-testing" if each == TESTING else each.name
        (modules / name).symlink_to(each)
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "link.test.js").write_text(VITEST, "utf-8")
    options = ("run", "--root", str(tmp_path), "--reporter=json")
    said = run_node(node, package / "vitest.mjs", *options, MOCK=mock.url)
    report = json.loads(said[said.index("{") :])
    assert (report["numPassedTests"], report["numFailedTests"]) == (2, 0)


CONFIGURATION = """
import config from "./playwright.config.mjs";

const launchOptions = { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] };
export default { ...config, reporter: "json", use: { ...config.use, launchOptions } };
"""


def test_the_playwright_spec(node: str, modules: Path, examples: Path) -> None:
    """The tests pass on the example app, with the mock and the app that their own configuration
    starts; only the ports are others, and the browser is the one of this machine.
    """
    mock, app = (f"http://127.0.0.1:{peers.free_port()}" for _ in range(2))
    folder = examples / "testing"
    configuration = folder / "playwright.config.mjs"
    text = configuration.read_text(encoding="utf-8")
    for port, url in (("8080", mock), ("8000", app)):
        text = text.replace(port, url.rpartition(":")[2])
    configuration.write_text(text, encoding="utf-8")
    (folder / "here.config.mjs").write_text(CONFIGURATION, encoding="utf-8")
    (examples / "node_modules").symlink_to(modules)
    cli = examples / "node_modules" / "@playwright" / "test" / "cli.js"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    said = run_node(
        node,
        cli,
        "test",
        f"--config={folder / 'here.config.mjs'}",
        f"--output={examples / 'results'}",
        MOCK=mock,
        CHROMIUM=str(CHROMIUM),
        PATH=path,
    )
    stats = json.loads(said)["stats"]
    assert (stats["expected"], stats["unexpected"], stats["skipped"], stats["flaky"]) == (
        4,
        0,
        0,
        0,
    )


def test_the_cypress_spec(node: str, modules: Path, examples: Path, mock: RunningMock) -> None:
    """The tests pass on the example app, in a real browser and on a real mock. Cypress itself is
    not run: its program is not on npm. What stands in for it knows the commands `visit`, `request`,
    `contains` and `click` only, so that nothing is shown of how Cypress tries again, or of its own
    proxy.
    """
    (examples / "node_modules").symlink_to(modules)
    spec = examples / "testing" / "onboarding.cy.js"
    spec.write_text(spec.read_text("utf-8").replace("http://127.0.0.1:8080", mock.url), "utf-8")
    run_node(node, "--check", spec)
    stand_in = Path(shutil.copy(STAND_IN, examples))
    with example_app() as app:
        said = run_node(node, stand_in, spec, app, str(CHROMIUM))
    assert said.splitlines() == [
        "passed shows that the provider fails, each time",
        "passed shows that the account is disconnected",
        "passed shows that the connection broke",
    ]
