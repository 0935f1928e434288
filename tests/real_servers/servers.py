"""Servers of other people, from PyPI, each with the document that it publishes of itself.

    python -m tests.real_servers.servers chroma      # start one, and say how to test it

Rules: versions are exact; each is installed once, into an environment of its own in
`.cache/servers`; it listens on a free port of this machine only, and keeps its files in a folder
that goes with it. `Missing` says what this machine lacks. The target file of each is what a tester
writes in ten minutes; `${BASE_URL}` and `${TOKEN}` in it differ from start to start.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import PATIENCE
from tests.end_to_end.peers import ROOT, Missing, free_port, served

HERE = Path(__file__).parent
CACHE = ROOT / ".cache" / "servers"
TOKEN = "a-token-for-these-tests"


@dataclass(frozen=True)
class Start:
    """How a server is started: its command and environment. Its document is at an address below
    the base, or is printed by a command.
    """

    command: Sequence[str]
    document: str | Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    token: str = TOKEN
    base: str = ""


@dataclass(frozen=True)
class Served:
    """A server that runs, and what the suite needs to test it."""

    name: str
    document: Path
    variables: Mapping[str, str]

    @property
    def target(self) -> Path:
        return HERE / f"{self.name}.toml"

    def words(self, *options: object) -> list[str]:
        """The words after `tallystick` that test it."""
        return ["test", str(self.document), "--target", str(self.target), *map(str, options)]


@contextmanager
def running(name: str) -> Iterator[Served]:
    """A server, by its name, while the block lasts. Raises Missing."""
    packages, prepare = SERVERS[name]
    environment = installed(name, packages)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        start = prepare(environment / "bin", port, Path(folder))
        env = {**os.environ, "HOME": folder, **start.env}
        with served(start.command, port, env=env, cwd=folder) as url:
            document = Path(folder, "document.json")
            document.write_bytes(_document(start, url, env, folder))
            variables = {"BASE_URL": url + start.base, "TOKEN": start.token}
            yield Served(name, document, variables)


def _document(start: Start, url: str, env: Mapping[str, str], folder: str) -> bytes:
    if isinstance(start.document, str):
        with urllib.request.urlopen(url + start.document, timeout=PATIENCE) as response:
            text: bytes = response.read()
            return text
    run = subprocess.run(start.document, env=env, cwd=folder, capture_output=True, check=True)
    return run.stdout


# How each is started. `programs` is the folder of its programs, `folder` is for its files.


def _chroma(programs: Path, port: int, folder: Path) -> Start:
    """The database, empty but for its default tenant. It asks for no token."""
    options = ["--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    return Start([str(programs / "chroma"), "run", *options], "/openapi.json")


def _pygeoapi(programs: Path, port: int, folder: Path) -> Start:
    """Two lakes and a process. Its document refers to other hosts; those parts are left out."""
    text = (HERE / "pygeoapi-config.yml").read_text("utf-8")
    text = text.replace("PORT", str(port)).replace("FOLDER", str(folder))
    (folder / "config.yml").write_text(text, "utf-8")
    shutil.copy(HERE / "lakes.geojson", folder)
    files = {"PYGEOAPI_CONFIG": "config.yml", "PYGEOAPI_OPENAPI": "openapi.yml"}
    env = {name: str(folder / file) for name, file in files.items()}
    generate = [
        str(programs / "pygeoapi"),
        "openapi",
        "generate",
        "config.yml",
        "--output-file",
        "openapi.yml",
    ]
    subprocess.run(generate, cwd=folder, env={**os.environ, **env}, check=True, capture_output=True)
    flask = [str(programs / "flask"), "--app", "pygeoapi.flask_app", "run", "--port", str(port)]
    return Start(flask, "/openapi?f=json", env)


def _jupyterlab(programs: Path, port: int, folder: Path) -> Start:
    """The settings and workspaces of its own tests. The document is in the package."""
    package = _package(programs, "jupyterlab_server")
    shutil.copytree(package / "test_data", folder, dirs_exist_ok=True)
    for name, text in {"static/index.html": "<title>Lab</title>", "themes/plain.css": ""}.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(text, "utf-8")
    folders = {
        "app_settings_dir": "app-settings",
        "user_settings_dir": "user-settings",
        "schemas_dir": "schemas",
        "themes_dir": "themes",
        "workspaces_dir": "workspaces",
        "static_dir": "static",
        "templates_dir": "static",
    }
    options = [
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={TOKEN}",
        *(f"--LabServerApp.{option}={folder / name}" for option, name in folders.items()),
    ]
    command = [str(programs / "python"), "-m", "jupyterlab_server", *options]
    return Start(command, ["cat", str(package / "rest-api.yml")])


def _prefect(programs: Path, port: int, folder: Path) -> Start:
    """An empty server. It asks for no token."""
    env = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    options = ["--host", "127.0.0.1", "--port", str(port)]
    command = [str(programs / "prefect"), "server", "start", *options]
    return Start(command, "/openapi.json", env, base="/api")


def _bugsink(programs: Path, port: int, folder: Path) -> Start:
    """An empty server, with a token."""
    create = str(programs / "bugsink-create-conf")
    options = ["--template=local", "--host", "127.0.0.1", "--port", str(port)]
    manage = str(programs / "bugsink-manage")
    for command in (
        [create, *options],
        [manage, "migrate"],
        [manage, "migrate", "--database=snappea"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    made = subprocess.run(
        [manage, "create_auth_token"], cwd=folder, check=True, capture_output=True, text=True
    )
    serve = [str(programs / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    document = [manage, "spectacular", "--format", "openapi-json"]
    return Start([*serve, "bugsink.wsgi"], document, token=made.stdout.strip())


Prepare = Callable[[Path, int, Path], Start]
SERVERS: Mapping[str, tuple[Sequence[str], Prepare]] = {
    "chroma": (["chromadb==1.5.9"], _chroma),
    "pygeoapi": (["pygeoapi==0.21.0"], _pygeoapi),
    "jupyterlab": (["jupyterlab_server==2.28.1", "jupyter_server==2.21.1"], _jupyterlab),
    "bugsink": (["bugsink==2.6.2"], _bugsink),
    "prefect": (["prefect==3.9.1"], _prefect),
}


# Installing.


def installed(name: str, packages: Sequence[str]) -> Path:
    """The environment of a server, made on first use, by one process at a time. What is half
    installed has no stamp, and is installed again.
    """
    folder = CACHE / name
    stamp = folder / "installed"
    wanted = " ".join(packages)
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            _install(folder, packages)
            stamp.write_text(wanted)
    return folder


def _install(folder: Path, packages: Sequence[str]) -> None:
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
    try:
        subprocess.run(command, capture_output=True, check=True, text=True, timeout=PATIENCE * 2)
    except subprocess.TimeoutExpired:
        raise Missing(f"pip did not install {packages[0]} in {PATIENCE * 2} s") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[-1:]
        raise Missing(f"pip could not install {packages[0]}: {''.join(said)}") from None


def _package(programs: Path, name: str) -> Path:
    """The folder of a package of an environment."""
    find = f"import importlib.util as u; print(u.find_spec({name!r}).origin)"
    run = subprocess.run(
        [programs / "python", "-c", find], check=True, capture_output=True, text=True
    )
    return Path(run.stdout.strip()).parent


def main() -> int:
    """Start the server that is named, and say how to test it, until Enter or the end of input."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_servers.servers")
    parser.add_argument("name", choices=SERVERS)
    try:
        with running(parser.parse_args().name) as server:
            variables = " ".join(f"{name}={text}" for name, text in server.variables.items())
            print(f"{variables} tallystick {' '.join(server.words())}", flush=True)
            sys.stdin.readline()
    except Missing as missing:
        return parser.exit(2, f"error: {missing}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
