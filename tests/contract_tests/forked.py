"""Runs commands one after the other, each in a process forked from this one.

Imports take longer than most commands, above all those of Schemathesis: here they are done once.
Of this project, only `tallystick fuzz` and `tallystick replay` find their own modules loaded. All
other commands read their code anew: pytest rewrites assertions, and Hypothesis draws constants
from the modules that are loaded, so that a module which a command does not use would change its
data. A line of standard input is an order; a line of standard output the exit code of what it
asked for.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

LOADED = (
    "schemathesis.openapi",
    "schemathesis.engine.recorder",
    "schemathesis.specs.openapi.schemas",
    "schemathesis.transport.asgi",
    "schemathesis.transport.requests",
    "schemathesis.transport.wsgi",
    "hypothesis",
    "hypothesis.stateful",
    "requests",
    "jsonschema",
    "jsonpath_rfc9535",
    "httpx",
    "jinja2",
    "pytest",
    "regex",
    "yaml",
    "multiprocessing.managers",
)
OWN = ("tallystick", "mock_server", "contract_tests", "fuzzing")
FUZZES = {("tallystick", "fuzz"), ("tallystick", "replay")}


def main() -> None:
    for name in (*LOADED, "fuzzing.command"):
        importlib.import_module(name)
    # What is shared with the forked processes stays shared.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _forget_own() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]


def _become(order: dict[str, Any]) -> None:
    """Be the process that `python -m MODULE ARGUMENT…` would be."""
    for number, path in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = order["words"]
    if tuple(order["words"][:2]) not in FUZZES:
        _forget_own()
    sys.path[0] = str(Path.cwd())
    try:
        runpy.run_module(order["words"][0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
