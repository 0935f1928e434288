"""Target files: what they may hold, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.target import Provocation, TargetError, check_cases, names_of, read_target
from tallystick.contract import load_contract

WHOLE = """
base_url = "https://staging.example.test/"
document = "doc.yaml"
overlays = ["a.overlay.yaml"]
timeout = 2.5
rate = "20/s"

[headers]
x-key = "${TALLY_TEST_KEY}"

[parameters]
"path.id" = "one"

[cases."Organisation.NotFound"]
parameters = { "path.id" = "two" }

[cases."PaymentAccount.ProviderError"]
unreachable = "cannot be made to fail"

[[operations]]
match = "POST /organisations/{id}/payment-account/link"
parameters = { "path.id" = "three" }

[fuzz]
allow_hosts = ["staging.example.test"]
"""


def write(folder: Path, text: str) -> str:
    path = folder / "target.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_key_of_the_format_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key of a whole target file has its effect; the variable is read from the environment."""
    monkeypatch.setenv("TALLY_TEST_KEY", "secret")
    target = read_target(write(tmp_path, WHOLE))
    assert (target.base_url, target.timeout, target.rate) == (
        "https://staging.example.test",
        2.5,
        "20/s",
    )
    assert target.document == str(tmp_path / "doc.yaml")
    assert target.overlays == (str(tmp_path / "a.overlay.yaml"),)
    assert target.headers == {"x-key": "secret"}
    assert target.values("GET /other") == {"path.id": "one"}
    assert target.values("POST /organisations/{id}/payment-account/link") == {"path.id": "three"}
    assert target.cases["Organisation.NotFound"] == Provocation(parameters={"path.id": "two"})
    unreachable = target.cases["PaymentAccount.ProviderError"].unreachable
    assert unreachable == "cannot be made to fail"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'base_url' must be an http(s) URL"),
        ('base_url = "ftp://x"', "'base_url' must be an http(s) URL"),
        ("base_url = ", "not valid TOML"),
        ('base_url = "http://x"\nbase-url = "y"', "Did you mean 'base_url'?"),
        ('base_url = "http://x"\ntimeout = "long"', ":2: 'timeout' is of the wrong type"),
        ('base_url = "http://x"\n[headers]\nk = "${TALLY_MISSING}"', ":3: The environment"),
        ('base_url = "http://x"\n[cases.A]\nparameter = {}', "Did you mean 'parameters'?"),
        ('base_url = "http://x"\n[cases.A]\nbefore = [{ url = "x" }]', "needs a 'method'"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error says what is wrong, where, and what was probably meant."""
    with pytest.raises(TargetError) as error:
        read_target(write(tmp_path, text))
    assert message in str(error.value)


def test_a_case_that_the_document_lacks_is_refused(tmp_path: Path) -> None:
    """A typo in a case's code is told with its line and the nearest documented code."""
    path = write(tmp_path, 'base_url = "http://x"\n[cases."Organisation.NotFond"]\n')
    with pytest.raises(TargetError, match=r":2: .*Did you mean 'Organisation.NotFound'\?"):
        check_cases(read_target(path), load_contract(), path)


def test_a_case_has_three_names() -> None:
    """A case is keyed by its full name, by status and code, or by its code."""
    case = next(case for case in load_contract().cases if case.code == "Payment.Forbidden")
    assert names_of(case) == [
        "POST /organisations/{id}/payment-account/link 403 Payment.Forbidden",
        "403 Payment.Forbidden",
        "Payment.Forbidden",
    ]
