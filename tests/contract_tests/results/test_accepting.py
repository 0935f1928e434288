"""The baseline: what is accepted does not count, what is new does, and what is gone is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from schemathesis.baseline import Baseline

from tests.contract_tests.commands import Result, pytest_suite, run_words, tallystick_test
from tests.contract_tests.shelves import Library, serving

DOCUMENT = Path(__file__).parents[1] / "shelves.yaml"


class Nameless(Library):
    """Leaves out the names of items."""

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        status, value = super().answer(method, path, body, sent)
        items = value if isinstance(value, list) else [value] if status < 300 and value else []
        for item in items:
            item.pop("name", None)
        return status, value

    def _write(self, path: str, body: bytes, *, is_item: bool) -> tuple[int, Any]:
        status, item = super()._write(path, body, is_item=is_item)
        return status, dict(item)


class AlsoIll(Nameless):
    """The same, and its health check fails."""

    def _handle(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if path == "/health":
            return 500, {"message": "it is ill"}
        return super()._handle(method, path, body)


def other_document(folder: Path) -> Path:
    """The document with other lines, another version, and a schema that nothing uses."""
    document = yaml.safe_load(DOCUMENT.read_text())
    document["info"]["version"] = "2"
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {"Unused": {"type": "string"}, **schemas}
    path = folder / "other.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def run(folder: Path, library: Library, seed: int, *options: object, document: Path) -> Result:
    """Run `tallystick test` against a library."""
    folder.mkdir()
    more = ("--seed", seed, "--allow-not-covered", *options)
    with serving(library) as url:
        return tallystick_test(folder, document, "--base-url", url, *more)


def accept(folder: Path, report: Path, *options: object) -> Result:
    """Run `tallystick accept`."""
    folder.mkdir(exist_ok=True)
    return run_words(folder, ("tallystick", "accept", report, *options))


def day(offset: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=offset)).isoformat()


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A run against a faulty service, and a baseline that accepts all that it found."""
    folder = tmp_path_factory.mktemp("first")
    found = run(folder / "a", Nameless(), 1, document=DOCUMENT)
    known = folder / "known.json"
    options = ("--all", "--baseline", known, "--reason", "PAY-7", "--expires", day(30))
    accepted = accept(folder / "b", found.folder, *options)
    assert accepted.code == 0, accepted.err
    count = len(found.report["findings"])
    assert accepted.out.splitlines()[-1] == f"{count} findings accepted until {day(30)}"
    return found, known


def test_the_first_day_is_green(first_day: tuple[Result, Path], tmp_path: Path) -> None:
    """With another seed, and a document that changed elsewhere, the same findings are accepted. The
    cases stay failed, and all formats mark them.
    """
    found, known = first_day
    assert found.code == 1
    document = other_document(tmp_path)
    again = run(tmp_path / "a", Nameless(), 2, "--baseline", known, document=document)
    assert again.code == 0, again.out
    report = again.report
    ids = {finding["id"]: finding["accepted"] for finding in report["findings"]}
    assert ids == dict.fromkeys((finding["id"] for finding in found.report["findings"]), "PAY-7")
    failed = [case for case in report["cases"] if case["verdict"] == "failed"]
    assert len(failed) == 7
    assert all(case["accepted"] for case in failed)
    assert report["no_longer_found"] == []
    count = len(ids)
    said = f" · 0 findings, 0 advisory · {count} accepted · "
    assert said in again.out
    formats = again.texts
    assert "<failure" not in formats["junit.xml"]
    assert 'skipped message="failed, and accepted: ' in formats["junit.xml"]
    results = json.loads(formats["report.sarif"])["runs"][0]["results"]
    suppressed = [{"kind": "external", "justification": "PAY-7"}]
    assert [result["suppressions"] for result in results] == [suppressed] * count
    assert "☑️ failed, accepted" in formats["summary.md"]
    assert "failed (accepted)" in formats["report.html"]


def test_what_is_new_counts(first_day: tuple[Result, Path], tmp_path: Path) -> None:
    """A fault beside the accepted ones makes 1, and only its case fails unaccepted."""
    _, known = first_day
    worse = run(tmp_path / "a", AlsoIll(), 2, "--baseline", known, document=DOCUMENT)
    counted = [finding for finding in worse.report["findings"] if not finding["accepted"]]
    assert worse.code == 1
    assert {finding["operation"] for finding in counted} == {"GET /health"}
    failed = [case for case in worse.report["cases"] if case["verdict"] == "failed"]
    news = [case["operation"] for case in failed if not case["accepted"]]
    assert (len(failed), news) == (8, ["GET /health"])


def test_what_is_gone_leaves_the_file(first_day: tuple[Result, Path], tmp_path: Path) -> None:
    """A mended service has an entry named that is no longer found, and `--prune` takes it out; not
    where an operation of it was left out.
    """
    found, known = first_day
    own = tmp_path / "known.json"
    own.write_bytes(known.read_bytes())
    (schema,) = [f for f in found.report["findings"] if f["check"] == "body schema"]
    part = ("--exclude", "GET /shelves/{shelf}")
    partly = run(tmp_path / "a", Library(), 2, "--baseline", own, *part, document=DOCUMENT)
    assert schema["id"] not in [gone["id"] for gone in partly.report["no_longer_found"]]
    mended = run(tmp_path / "b", Library(), 2, "--baseline", own, document=DOCUMENT)
    assert mended.code == 0
    assert schema["id"] in [gone["id"] for gone in mended.report["no_longer_found"]]
    assert f"  {schema['id']}  {schema['operation']}: body schema" in mended.out
    pruned = accept(tmp_path / "c", mended.folder, "--prune", "--baseline", own)
    assert pruned.code == 0
    assert schema["id"] not in own.read_text()


def test_pytest_takes_a_baseline(first_day: tuple[Result, Path], tmp_path: Path) -> None:
    """No test fails by what is accepted. Since pytest may run a part, nothing is called gone."""
    _, known = first_day
    options = ("--document", DOCUMENT, "--baseline", known, "--hypothesis-seed=2")
    with serving(Nameless()) as url:
        (tmp_path / "a").mkdir()
        same = pytest_suite(tmp_path / "a", "--base-url", url, *options)
    assert same.code == 0, same.out
    with serving(Library()) as url:
        (tmp_path / "b").mkdir()
        part = ("-k", "test_case")
        mended = pytest_suite(tmp_path / "b", "--base-url", url, *options, *part)
    assert (mended.code, mended.report["no_longer_found"]) == (0, [])


# --- the command


ROW = {"id": "abc", "operation": "GET /", "check": "x", "message": "m", "is_random": True}


def report(folder: Path, *findings: dict[str, Any], **more: object) -> Path:
    """A report with these findings."""
    folder.mkdir(exist_ok=True)
    text = json.dumps({"findings": findings, "seed": 7, **more})
    (folder / "report.json").write_text(text)
    return folder


def test_a_baseline_is_one_of_schemathesis(tmp_path: Path) -> None:
    """Schemathesis reads what `accept` writes. A second acceptance replaces the first."""
    folder = report(tmp_path, ROW)
    file = tmp_path / "deep" / "known.json"
    for reason in ("first", "second"):
        options = ("--baseline", file, "--reason", reason, "--expires", "2999-12-31")
        assert accept(tmp_path / "a", folder, "abc", *options).code == 0
    (row,) = Baseline.load(file).entries
    assert (row.signature, row.expires) == ("abc", "2999-12-31")
    assert row.extra == {
        "reason": "second",
        "found_by": "test",
        "causes": ["abc"],
        "operations": ["GET /"],
        "seed": 7,
        "is_random": True,
    }


def test_all_keeps_what_is_accepted_already(tmp_path: Path) -> None:
    """Its reason and its day stay: a ratchet that renews itself would hold nothing."""
    folder = report(tmp_path, ROW, {**ROW, "id": "def", "is_random": False}, settings={})
    file = tmp_path / "known.json"
    rest = ("--baseline", file, "--reason")
    accept(tmp_path / "a", folder, "abc", *rest, "first", "--expires", "2999-01-01")
    done = accept(tmp_path / "a", folder, "--all", *rest, "second", "--expires", "2999-12-31")
    rows = {row.signature: row for row in Baseline.load(file).entries}
    assert {name: row.extra["reason"] for name, row in rows.items()} == {
        "abc": "first",
        "def": "second",
    }
    assert rows["def"].extra["found_by"] == "fuzz"
    assert done.out.splitlines()[-1] == "1 findings accepted until 2999-12-31"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["abc", "--reason", "r", "--expires", "tomorrow"], "--expires must be a date such as"),
        (["abc", "--reason", " ", "--expires", "2999-01-01"], "--reason must say why"),
        (["abc", "--expires", "2999-01-01"], "An acceptance needs --reason and --expires."),
        (["--all", "--reason", "r"], "An acceptance needs --reason and --expires."),
        ([], "Name one FINDING, or say --all or --prune."),
        (["abc", "--all"], "Name one FINDING, or say --all or --prune."),
        (["--prune"], "There is no such file."),
        (["zzz", "--reason", "r", "--expires", "2999-01-01"], "no finding 'zzz'. It has: abc."),
    ],
)
def test_bad_usage_is_2(options: list[str], said: str, tmp_path: Path) -> None:
    """Nothing is made up, and no file is written."""
    file = tmp_path / "b.json"
    done = accept(tmp_path / "a", report(tmp_path, ROW), *options, "--baseline", file)
    assert (done.code, file.exists()) == (2, False)
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_broken_baseline_is_2_before_a_request(tmp_path: Path) -> None:
    """`tallystick test` and the plugin read it first."""
    file = tmp_path / "known.json"
    row: dict[str, Any] = {"operation": "GET /", "check": "x"}
    row |= {"failure": "f", "signature": "abc", "reason": "r"}
    row |= {"expires": "2999-01-01", "causes": 5}
    file.write_text(json.dumps({"format_version": 1, "entries": [row]}))
    library = Library()
    said = "'causes' of the entry 'abc' must be a list of texts."
    with serving(library) as url:
        options = ("--base-url", url, "--baseline", file)
        done = tallystick_test(tmp_path, DOCUMENT, *options)
        assert (done.code, said in done.err) == (2, True)
        plugin = pytest_suite(tmp_path, "--document", DOCUMENT, *options)
        assert (plugin.code, said in plugin.err) == (4, True)
    assert library.requests == []
