"""Runs of the suite, two at a time, and those that several test files look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.commands import SEED, Result, commands, tallystick_test
from tests.contract_tests.targets import Recording, target_text, write
from tests.independent.serve import serving

KEY = "sk_live_very_secret_123"

Start = Callable[..., Future[Any]]


@pytest.fixture(scope="session", autouse=True)
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a run in a folder of its own, two at a time, and the same run only once."""
    runs: dict[tuple[object, ...], Future[Any]] = {}
    with commands(), ThreadPoolExecutor(max_workers=2) as pool:

        def started(run: Callable[..., Any], *parts: object) -> Future[Any]:
            key = (run, *parts)
            if key not in runs:
                runs[key] = pool.submit(run, tmp_path_factory.mktemp("run"), *parts)
            return runs[key]

        yield started
        pool.shutdown(wait=True, cancel_futures=True)


@pytest.fixture(scope="session")
def recorded(start: Start) -> tuple[Recording, Result]:
    """A run with a secret header against the correct implementation, and what that saw of it."""
    app = Recording()

    def run(folder: Path) -> Result:
        with serving(app) as url:
            header = 'headers = { x-dolfin-api-key = "${TALLY_KEY}" }'
            target = write(folder, target_text(url, header))
            return tallystick_test(
                folder, "--target", target, "--seed", SEED, env={"TALLY_KEY": KEY}
            )

    return app, start(run).result()


@pytest.fixture(scope="session")
def correct(recorded: tuple[Recording, Result]) -> Result:
    """The run against the correct implementation."""
    return recorded[1]
