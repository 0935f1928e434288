"""A load mix for Locust: each case as often as it should come beside the others."""

from __future__ import annotations

from pprint import pformat
from textwrap import indent
from typing import Any
from urllib.parse import quote

from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.exports.escaping import one_line
from tallystick.exports.samples import request_for
from tallystick.generation import bodies

_SUCCESS, _ERROR = 20, 1
"""How often a success comes for each error: most of what a service gets should succeed."""

_FILE = """\
# A load mix of the documented cases of {title}
#
#   locust -f FILE --host http://127.0.0.1:8080 --headless --users 10 --run-time 1m
#
# Another status than the case's is a failure. For another implementation than the mock, change the
# values of the paths.

import random
import re

from locust import HttpUser, between, task

CASES = [
{cases},
]


class Caller(HttpUser):
    host = "http://127.0.0.1:8080"
    wait_time = between(0.1, 0.5)

    @task
    def call(self):
        case = random.choices(CASES, [case["weight"] for case in CASES])[0]
        with self.client.request(
            case["method"],
            case["path"],
            data=case["body"].encode() or None,
            headers=case["headers"],
            name=case["name"],
            allow_redirects=False,
            catch_response=True,
        ) as response:
            if not re.fullmatch(case["status"], str(response.status_code)):
                response.failure(f"{{response.status_code}} is not {{case['status']}}")
            else:
                response.success()
"""


def export_locust(contract: Contract) -> str:
    """The file: a table of requests, and a user who draws from it."""
    cases = [
        _row(contract, operation, case, name)
        for operation in contract.operations
        for name, case in bodies.names(operation.cases).items()
    ]
    title = one_line(contract.document.root["info"]["title"])
    texts = [indent(pformat(row, width=92, sort_dicts=False), "    ") for row in cases]
    return _FILE.format(title=title, cases=",\n".join(texts))


def _row(contract: Contract, operation: ContractOperation, case: Case, name: str) -> dict[str, Any]:
    sample = request_for(contract, operation, case)
    return {
        "name": f"{operation.name} {name}",
        "weight": _SUCCESS if case.is_success else _ERROR,
        "status": _pattern(case.status),
        "method": sample.method,
        "path": sample.target({n: quote(value, safe="") for n, value in sample.path.items()}),
        "headers": sample.all_headers(),
        "body": sample.text(),
    }


def _pattern(status: str) -> str:
    """A status, a range of them (`4XX`) or any (`default`) as a pattern."""
    return "..." if status == "default" else status.upper().replace("X", ".")
