"""Runs commands one after the other, each in a process forked from this one.

What a command would import first, above all Schemathesis, takes longer than the command itself:
here it is loaded once. Of this project nothing is: each command reads its own code anew. A line
of standard input is an order; a line of standard output the exit code of what it asked for.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

LOADED = ("schemathesis.openapi", "hypothesis", "requests", "jsonschema", "httpx", "pytest")


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Be the process that `python -m MODULE ARGUMENT…` would be."""
    for number, path in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = order["words"]
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
