"""Faker: loaded when the first value needs it, in locales that there are."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mock_server.testing import running_mock
from tallystick.errors import TallystickError
from tallystick.generation.believable.locales import check_locale


def test_faker_waits_for_the_first_value() -> None:
    """A mock that starts has not imported it; one that made a value has."""
    script = (
        "import sys\n"
        "from mock_server.app import create_app\n"
        "from mock_server.mock import Mock\n"
        "from tallystick import load_contract\n"
        "from tallystick.generation.values import make\n"
        "contract = load_contract()\n"
        "create_app(Mock(contract))\n"
        "print('faker' in sys.modules)\n"
        "from tallystick.generation.believable.locales import library\n"
        "from random import Random\n"
        "library('en_US', Random(0))\n"
        "print('faker' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["False", "True"], done.stderr


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "de-DE", "pt_BR", "ja_JP"])
def test_a_locale(locale: str) -> None:
    """A hyphen will do, too."""
    check_locale(locale)


@pytest.mark.parametrize(
    ("locale", "hint"),
    [("de_DEE", " Did you mean 'de_DE'?"), ("german", ""), ("", ""), ("xx_XX", "")],
)
def test_an_unknown_locale(locale: str, hint: str) -> None:
    """The error says what locales look like, and the nearest one."""
    with pytest.raises(TallystickError) as error:
        check_locale(locale)
    assert str(error.value) == (
        f"There is no locale {locale!r}.{hint} A locale is a language and a country, such as "
        "en_US, en_GB, de_DE, fr_FR, es_ES, pt_BR, ja_JP."
    )


def test_a_mock_refuses_an_unknown_locale() -> None:
    """Before it serves."""
    with (
        pytest.raises(TallystickError, match="There is no locale 'qq_QQ'"),
        running_mock(locale="qq_QQ"),
    ):
        pass
