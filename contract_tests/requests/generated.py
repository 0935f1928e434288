"""The contract as Schemathesis sees it: strategies only, with its traps configured away."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from contract_tests.target.target import Target
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document

CONFIG: dict[str, Any] = {
    # It learns from the bodies of 4xx responses and keeps that between runs: no two runs would be
    # the same, and one target's responses would shape the requests to another.
    "cache": {"enabled": False},
    # Its coverage phase sends methods that nobody documented, DELETE and TRACE among them.
    "phases": {"coverage": {"enabled": False, "unexpected-methods": []}},
}
"""An explicit configuration: without one, it reads a schemathesis.toml from wherever it runs.

Its checks are not used (`contract_tests.checks` has ours): `not_a_server_error` fails a documented
502, `positive_data_acceptance` fails a documented 400 or 409 to data that fits the schema,
`negative_data_rejection` takes any 5xx for a rejection, and `ignored_auth` checks nothing where
`security` holds `{}`. Its HAR and VCR reports are not written: they hold bodies verbatim.
"""

SETTINGS = settings(
    max_examples=15,
    # The phase that explains a failure takes longer than all others.
    phases=[Phase.generate, Phase.shrink],
    # How fast it responds is the target's affair; a deadline would fail the first, cold response.
    deadline=None,
    # In CI, Hypothesis sets derandomize=True and database=None on its own. A run is to be the same
    # everywhere: new data each time, repeatable by --hypothesis-seed, and no files.
    derandomize=False,
    database=None,
    # Making data for a large schema may be slow, and fixtures that last are meant to.
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
    print_blob=False,
)

GeneratedCase = schemathesis.Case[Any]


@lru_cache(maxsize=8)
def _schema(document: Document) -> schemathesis.BaseSchema:
    config = schemathesis.Config.from_dict(CONFIG)
    return schemathesis.openapi.from_dict(document.root, config=config)


def _operation(document: Document, operation: ContractOperation) -> Any:
    """An operation as Schemathesis knows it. One under a path key with a query, or with a method
    that it does not know, stands in a document of its own, under its plain path.
    """
    method = operation.method.lower()
    if method in _METHODS and not operation.selectors:
        return _schema(document)[operation.path][method.upper()]
    plain = method if method in _METHODS else "post" if operation.request_body else "get"
    item, own = document.at(operation.location[:2]).value, document.at(operation.location).value
    shared = {name: value for name, value in item.items() if name == "parameters"}
    root = {**document.root, "paths": {operation.path: {**shared, plain: own}}}
    config = schemathesis.Config.from_dict(CONFIG)
    return schemathesis.openapi.from_dict(root, config=config)[operation.path][plain.upper()]


_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def cases(
    document: Document,
    operation: ContractOperation,
    target: Target,
    mode: GenerationMode = GenerationMode.POSITIVE,
) -> SearchStrategy[GeneratedCase]:
    """Schemathesis' requests to an operation, with the target's own parameters where it has some.

    Positive ones fit the schema; negative ones do not, somewhere.
    """
    found = _operation(document, operation)
    values = target.values(operation)
    strategy: SearchStrategy[GeneratedCase] = found.as_strategy(
        generation_mode=mode,
        path_parameters=_of("path.", values) or None,
        query={**dict(operation.selectors), **_of("query.", values)} or None,
    )
    return strategy


def to_request(case: GeneratedCase, base_url: str) -> requests.Request:
    """The request of a generated case, without the mark that Schemathesis adds to each."""
    parts = case.as_transport_kwargs(base_url=base_url)
    headers = {
        name: value
        for name, value in parts.pop("headers").items()
        if name.lower() not in ("x-schemathesis-testcaseid", "user-agent")
    }
    return requests.Request(**parts, headers=headers)


def _of(prefix: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }
