"""Coverage of the consumer: which documented cases its tests have met."""

import socket
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from click.testing import CliRunner, Result

from tallystick.cli import cli
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import VALID, create

NEVER = [
    "200",
    "400 PaymentAccountLink.InvalidReturnUrl",
    "400 PaymentAccountLink.MissingRefreshUrl",
    "400 PaymentAccountLink.InvalidRefreshUrl",
    "403 Payment.Forbidden",
    "404 Organisation.NotFound",
    "409 PaymentAccount.NotEnabled",
    "409 PaymentAccount.Disconnected",
]


def coverage(url: str, *options: str) -> Result:
    return CliRunner().invoke(cli, ["coverage", url, *options])


@pytest.fixture
def url(serve: Serve) -> str:
    """A mock of which two cases were met."""
    mock = serve()
    create(mock, {})
    for _ in range(2):
        create(mock, VALID, headers={"Prefer": "code=502"})
    return str(mock.base_url)


def test_table(url: str) -> None:
    """Each case is listed with how often it was met."""
    run = coverage(url)
    lines = [line.rsplit("  ", 1) for line in run.stdout.splitlines()]
    counted = {line[0].strip(): line[1].strip() for line in lines if len(line) == 2}
    assert run.exit_code == 0
    assert counted.pop("502 PaymentAccount.ProviderError") == "2"
    assert counted.pop("400 PaymentAccountLink.MissingReturnUrl") == "1"
    assert counted == dict.fromkeys(NEVER, "never met")
    assert run.stdout.endswith("2 of 10 documented cases met (20 %)\n")


@pytest.mark.parametrize(("least", "code"), [("20", 0), ("20.1", 1), ("100", 1)])
def test_fail_under(url: str, least: str, code: int) -> None:
    """The exit code says that too few cases were met."""
    assert coverage(url, "--fail-under", least).exit_code == code


def test_files(url: str, tmp_path: Path) -> None:
    """JUnit XML fails for each case that was never met, and the badge counts those that were."""
    junit, badge = tmp_path / "junit.xml", tmp_path / "badge.svg"
    coverage(url, "--junit", str(junit), "--badge", str(badge))
    suite = ElementTree.parse(junit).getroot()
    failed = [
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    ]
    assert (suite.get("tests"), suite.get("failures"), failed) == ("10", "8", NEVER)
    assert "cases met: 2 of 10" in ElementTree.parse(badge).getroot().get("aria-label", "")


def test_session(mock: httpx.Client) -> None:
    """A session's coverage is its own."""
    create(mock, VALID, headers={"Tallystick-Session": "covered"})
    base = str(mock.base_url)
    assert "1 of 10 documented cases met" in coverage(base, "--session", "covered").stdout


def test_no_mock(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no mock is, that is said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    run = coverage(f"http://127.0.0.1:{port}")
    assert "There is no mock at" in str(run.exception)


def test_all_sessions_count(serve: Serve) -> None:
    """What sessions of their own have met counts, those that were reset or ended included; one
    session alone can be asked for.
    """
    mock = serve()
    base = str(mock.base_url).rstrip("/")
    for name, preference in (("a", "code=404"), ("b", "code=502")):
        headers = {"Tallystick-Session": name, "Prefer": preference}
        create(mock, VALID, headers=headers)
    create(mock, {})
    mock.post("/_tallystick/reset")
    mock.delete("/_tallystick/sessions/a")
    assert coverage(base).stdout.endswith("3 of 10 documented cases met (30 %)\n")
    assert coverage(base, "--session", "b").stdout.endswith("1 of 10 documented cases met (10 %)\n")
