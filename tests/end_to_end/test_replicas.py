"""The files of `examples/replicas`: what can be tried of them without a container engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml

from tallystick.cli.mock_command import mock_command
from tests.mock_server.documented import VALID, path
from tests.mock_server.running import running
from tests.ports import free_port
from tests.redis_server import RedisServer, needs_redis
from tests.waiting import until

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "replicas"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]
OPTIONS = {
    name
    for option in mock_command.params
    for name in getattr(option, "opts", ())
    if name[:1] == "-"
}


def instruction(name: str) -> str:
    """What the last instruction of this name in the Dockerfile says."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)[-1]


def test_the_image() -> None:
    """It has what the package needs, runs without rights, and its options are known."""
    copied = re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    named = {name for line in copied for name in line.split()}
    assert {name for name in named if not (ROOT / name).exists()} == set()
    wheel = ("tallystick", "mock_server", "contract_tests", "fuzzing", "openapi", "pyproject.toml")
    assert named >= set(wheel)
    assert instruction("USER") == "10001:10001"
    program, command, *options = json.loads(instruction("ENTRYPOINT"))
    assert (program, command) == ("tallystick", "mock")
    assert {word for word in options if word.startswith("-")} <= {*OPTIONS, "--no-watch"}


@pytest.mark.whole
def test_the_health_check() -> None:
    """It succeeds where a mock serves, and fails where none does."""
    _, _, code = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])

    def check(port: int) -> int:
        there = code.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        return subprocess.run([sys.executable, "-c", there], stderr=subprocess.DEVNULL).returncode

    with running("-q") as mock:
        assert check(mock.client.base_url.port or 0) == 0
    assert check(free_port()) == 1


def test_the_composition() -> None:
    """What runs has no rights and writes to no file system; what the mock gets, it takes."""
    for service in COMPOSE.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    mock: dict[str, Any] = COMPOSE["mock"]
    taken = {o.envvar for o in mock_command.params if isinstance(o, click.Option)}
    assert set(mock["environment"]) <= taken
    assert mock["deploy"]["replicas"] == 2
    assert (FOLDER / mock["build"]["context"]).resolve() == ROOT
    assert (ROOT / mock["build"]["dockerfile"]).is_file()


@needs_redis
def test_its_redis(tmp_path: Path) -> None:
    """Redis takes the options that it gets there."""
    program, *options = COMPOSE["redis"]["command"]
    place = ["--port", str(free_port()), "--dir", str(tmp_path)]
    with subprocess.Popen([program, *options, *place], stdout=subprocess.PIPE, text=True) as redis:
        assert redis.stdout is not None
        assert any("Ready to accept connections" in line for line in redis.stdout)
        redis.terminate()


def serves(client: httpx.Client) -> bool:
    try:
        return client.get("/_tallystick/health").status_code == 200
    except httpx.TransportError:  # the balancer has not begun to listen
        return False


@contextmanager
def balanced(folder: Path, ports: list[int]) -> Iterator[str]:
    """The balancer with these replicas in the place of what Docker finds; gives its base URL."""
    text, port = (FOLDER / "haproxy.cfg").read_text(encoding="utf-8"), free_port()
    text = re.sub(r"^resolvers .*?\n\n", "", text, flags=re.MULTILINE | re.DOTALL)
    servers = "\n".join(f"    server m{n} 127.0.0.1:{n}" for n in ports)
    text = re.sub(r"^ +server-template .*$", servers, text, flags=re.MULTILINE)
    file = folder / "haproxy.cfg"
    file.write_text(text.replace("bind :8080", f"bind 127.0.0.1:{port}"), encoding="utf-8")
    command = ["haproxy", "-f", str(file), "-db"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@needs_redis
@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed")
@pytest.mark.whole
def test_its_balancer(tmp_path: Path) -> None:
    """It sends requests to all replicas, and to those that are left; state is everywhere the same.
    While Redis is gone, what needs no state is answered.
    """
    check = ["haproxy", "-c", "-f", str(FOLDER / "haproxy.cfg")]
    assert subprocess.run(check, capture_output=True).returncode == 0
    with (
        RedisServer(tmp_path) as server,
        running("--store", server.address()) as one,
        running("--store", server.address()) as other,
        balanced(tmp_path, [m.client.base_url.port or 0 for m in (one, other)]) as url,
        httpx.Client(base_url=url, trust_env=False, verify=False, timeout=30) as client,
    ):
        until(lambda: serves(client))
        client.post("/_tallystick/forces", json={"cases": ["502"], "times": 3})
        statuses = [client.post(path(), json=VALID).status_code for _ in range(6)]
        assert sorted(statuses) == [200, 200, 200, 502, 502, 502]
        link = client.post(path(), json=VALID).json()["url"]
        assert link.startswith(url)
        one.process.kill()
        one.process.wait()
        assert [client.post(path(), json={}).status_code for _ in range(6)] == [400] * 6
        assert client.get(httpx.URL(link).path).status_code == 200
        server.kill()
        assert client.post(path(), json={}).status_code == 400
        assert client.post(path(), json=VALID).status_code == 503
