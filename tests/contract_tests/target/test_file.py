"""Target files: what they may hold, and what is said of those that are wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.target.file import check_target, read_target
from contract_tests.target.target import CaseSetup, HookCall, TargetError
from tallystick.contract import load_contract
from tests.contract_tests.targets import write

LINK = "POST /organisations/{id}/payment-account/link"
URL = 'base_url = "http://127.0.0.1"\n'
WHOLE = """
base_url = "https://staging.example.test/"
document = "doc.yaml"
overlays = ["a.overlay.yaml", "https://example.test/b.overlay.yaml"]
timeout = 2.5
rate = "20/s"

[headers]
x-key = "Key ${TALLY_TEST_KEY}"

[parameters]
"path.id" = "one"

[cases."Organisation.NotFound"]
parameters = { "path.id" = "two" }

[cases."Payment.Forbidden"]
headers = { x-key = "${TALLY_TEST_KEY}" }
before = [{ method = "POST", url = "https://staging.example.test/a", json = { k = [1] } }]
after = [{ method = "DELETE", url = "https://staging.example.test/a", headers = { x-h = "v" } }]

[cases."PaymentAccount.ProviderError"]
unreachable = "cannot be made to fail"

[[operations]]
match = "POST /organisations/{id}/payment-account/link"
parameters = { "path.id" = "three" }

[fuzz]
allow_hosts = ["staging.example.test"]
max_requests = 10_000
max_creations = 50
rate = "5/s"
"""


def test_every_key_of_the_format_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key of a whole target file has its effect; the variable is read from the environment."""
    monkeypatch.setenv("TALLY_TEST_KEY", "secret")
    path = str(write(tmp_path, WHOLE))
    target = read_target(path)
    check_target(target, load_contract(), path)
    assert target.base_url == "https://staging.example.test"
    assert (target.timeout, target.rate) == (2.5, "20/s")
    assert target.document == str(tmp_path / "doc.yaml")
    assert target.overlays == (
        str(tmp_path / "a.overlay.yaml"),
        "https://example.test/b.overlay.yaml",
    )
    assert target.headers == {"x-key": "Key secret"}
    assert target.variables == {"TALLY_TEST_KEY": "secret"}
    (operation,) = load_contract().operations
    assert target.values(operation) == {"path.id": "three"}
    assert replace(target, operations=()).values(operation) == {"path.id": "one"}
    assert target.cases == {
        "Organisation.NotFound": CaseSetup(parameters={"path.id": "two"}),
        "Payment.Forbidden": CaseSetup(
            headers={"x-key": "secret"},
            before=(HookCall("POST", "https://staging.example.test/a", {}, {"k": [1]}),),
            after=(HookCall("DELETE", "https://staging.example.test/a", {"x-h": "v"}),),
        ),
        "PaymentAccount.ProviderError": CaseSetup(unreachable="cannot be made to fail"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'base_url' must be an http(s) URL"),
        ('base_url = "ftp://x"', ":1: 'base_url' must be an http(s) URL"),
        ('base_url = "http://x:99999"', ":1: 'base_url' must be an http(s) URL"),
        ('base_url = "http://x?a=1"', ":1: 'base_url' must have no query"),
        ("base_url = ", "not valid TOML"),
        (f"{URL}[{'a.' * 9_000}a]", "It is nested too deeply."),
        (f'{URL}base-url = "y"', ":2: The key 'base-url' is not known. Did you mean 'base_url'?"),
        (f'{URL}timeout = "long"', ":2: 'timeout' is of the wrong type"),
        (f"{URL}timeout = true", ":2: 'timeout' is of the wrong type"),
        (f"{URL}timeout = 0", ":2: 'timeout' must be a number of seconds above 0"),
        (f'{URL}rate = "20"', ":2: '20' is no rate: write it as 20/s"),
        (f"{URL}[parameters]\nid = 1", ":3: 'id' names no parameter: write it like 'path.id'"),
        (f'{URL}[headers]\nk = "${{TALLY_NOT_SET}}"', ":3: The environment variable TALLY_NOT_SET"),
        (f"{URL}[headers]\nk = 5", ":3: The header 'k' needs a plain text"),
        (f'{URL}[headers]\nk = "a\\nb"', ":3: The header 'k' needs a plain text"),
        (f"{URL}[cases.A]\nparameter = {{}}", ":3: The key 'parameter' is not known in a case."),
        (f"{URL}[cases.A]\nparameter = {{}}", "Did you mean 'parameters'?"),
        (f"{URL}[cases]\nA = 5", ":3: The case 'A' must be a table"),
        (f'{URL}[cases.A]\nbefore = [{{ url = "http://x" }}]', "needs a 'method' and a 'url'"),
        (f'{URL}[cases.A]\nafter = [{{ method = "GET", url = "x" }}]', "must be an http(s) URL"),
        (f'{URL}[cases.A]\nafter = [{{ methods = "x", method = "", url = "" }}]', "'methods'"),
        (f"{URL}[[operations]]\nparameters = {{}}", "Each of [[operations]] needs a 'match'"),
        (f"{URL}[fuzz]\nmax_request = 5", ":3: [fuzz] has no key 'max_request'."),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error says what is wrong, where, and what was probably meant."""
    with pytest.raises(TargetError) as error:
        read_target(str(write(tmp_path, text)))
    assert message in str(error.value)
    assert str(tmp_path / "target.toml") in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[cases."Organisation.NotFond"]',
            ":2: The document has no case 'Organisation.NotFond'. "
            "Did you mean 'Organisation.NotFound'?",
        ),
        ("[cases.405]", ":2: The document has no case '405'."),
        (
            '[[operations]]\nmatch = "POST /organisation/{id}/payment-account/link"',
            f"Did you mean '{LINK}'?",
        ),
        (
            '[parameters]\n"path.ids" = "x"',
            ":3: The document has no parameter 'path.ids'. Did you mean 'path.id'?",
        ),
    ],
)
def test_what_the_document_lacks_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error of a typo has its line and the nearest name."""
    path = str(write(tmp_path, URL + text))
    with pytest.raises(TargetError) as error:
        check_target(read_target(path), load_contract(), path)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "name", [f"{LINK} 403 Payment.Forbidden", "403 Payment.Forbidden", "Payment.Forbidden"]
)
def test_a_case_has_three_names(tmp_path: Path, name: str) -> None:
    """A case is keyed by its full name, by status and code, or by its code."""
    path = str(write(tmp_path, f'{URL}[cases."{name}"]\nunreachable = "no"'))
    target, contract = read_target(path), load_contract()
    check_target(target, contract, path)
    found = {case.label for case in contract.cases if target.setup_of(case)}
    assert found == {"403 Payment.Forbidden"}


def test_the_most_exact_name_wins(tmp_path: Path) -> None:
    """An entry by full name is for its case alone, one by status for those without a code."""
    text = f'[cases."{LINK} 200"]\nunreachable = "full"\n[cases.200]\nunreachable = "short"'
    target = read_target(str(write(tmp_path, URL + text)))
    case = next(iter(load_contract().cases))
    entry = target.setup_of(case)
    assert entry is not None
    assert (case.label, entry.unreachable) == ("200", "full")
