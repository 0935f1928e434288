"""What was created is what is read, listed and updated, its address leads to it alone, and PUT says
whether it created.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.checks import table
from contract_tests.checks.consistency import in_words, lost
from contract_tests.checks.context import Violation
from contract_tests.http.bodies import is_json
from contract_tests.http.exchange import Response
from contract_tests.operations.resources import items, path_parameters, unwrapped
from contract_tests.operations.roles import Role, collection_of
from contract_tests.remembering.asking import AskedList
from contract_tests.remembering.creating import (
    LEADS_NOWHERE,
    MOST_TRIED,
    check_address,
    create,
    handled,
    status_of,
)
from contract_tests.remembering.observing import Observation
from contract_tests.requests import applicability
from contract_tests.requests.base import Base, Bases
from contract_tests.results.run import Run, success_value
from tallystick.catalogue.collections import template
from tallystick.contract import ContractOperation


@pytest.mark.only(where=applicability.creation)
def test_consistency(run: Run, bases: Bases, operation: ContractOperation, base: Base) -> None:
    """An item that is created, read, listed and updated."""
    if not run.is_remembered(operation):
        pytest.skip("the mock does not remember")
    if base.role is not Role.CREATE or operation.method != "post" or not base.is_success:
        pytest.skip("nothing is created here")
    item = create(run, operation, base)
    if item is None:
        pytest.skip("no second item could be created")
    check_address(run, item)
    values = run.resources.values_of(item.resource) if item.resource else None
    if values is None:
        pytest.skip("no member is the id of what was created")
    seen = Observation(run, bases, item, values)
    seen.check_created()
    seen.check_listed()
    seen.check_parent()
    is_own = item.resource is not None and item.resource.is_created
    for other in run.contract.operations if is_own else ():
        if other.method in ("put", "patch") and collection_of(other.path) == seen.path:
            seen.check_updated(other)


@pytest.mark.only(where=applicability.list_of_items)
def test_parts_of_a_list(run: Run, operation: ContractOperation, working_base: Base) -> None:
    """A list keeps to what its query asks for, and counts its items rightly."""
    if not run.is_remembered(operation):
        pytest.skip("the mock does not remember")
    exchange = working_base.exchange
    has_items = exchange is not None and any(True for _ in items(success_value(exchange)))
    if not has_items and working_base.role is not Role.LIST:
        pytest.skip("it is no list")
    AskedList(run, working_base.request).check()


@pytest.mark.only(where=applicability.replacement)
def test_replacing(run: Run, bases: Bases, base: Base) -> None:
    """PUT says 201 where there was nothing, and something else where there was (RFC 9110 section
    9.3.4).
    """
    reader = _reader(run, base)
    if reader is None or not base.is_success or not run.is_remembered(base.operation):
        pytest.skip("nobody can see what there is before a PUT")
    for values in [base.request.path, *_others(run, base)][:MOST_TRIED]:
        reading = run.client.send(replace(bases.of(reader).request, path=values))
        before = status_of(reading)
        exchange = run.client.send(replace(base.request, path=values))
        run.check(base.operation, exchange, handled("the same for another"))
        after, was_there = status_of(exchange), before == 200
        is_known = before in (200, *LEADS_NOWHERE) and after in (200, 201, 204)
        if is_known and was_there is (after == 201):
            what = "it replaces" if was_there else "it creates"
            wrong = Violation(f"PUT gets {after}, though {what}", (after,))
            run.violate(base.operation, exchange, handled("PUT"), table.PUT_CREATED, wrong)


@pytest.mark.only(where=applicability.put_of_its_own)
def test_what_is_put(run: Run, bases: Bases, base: Base) -> None:
    """It is what is read at the same address, whether it is a file or an object."""
    reader, body = _reader(run, base), base.request.body
    if reader is None or not base.is_success or not run.is_remembered(base.operation):
        pytest.skip("nobody can see what was put")
    exchange = run.client.send(base.request)
    run.check(base.operation, exchange, handled("the same again"))
    if status_of(exchange) not in (200, 201, 204):
        pytest.skip("it is not done at once")
    names = [parameter.name for parameter in path_parameters(reader)]
    own = [base.request.path[parameter.name] for parameter in path_parameters(base.operation)]
    request = replace(bases.of(reader).request, path=dict(zip(names, own, strict=True)))
    reading = run.client.send(request)
    run.check(reader, reading, handled("what was put"))
    got = reading.outcome
    wrong: Mapping[str, str] = {}
    if isinstance(body, dict) and isinstance(value := success_value(reading), dict):
        wrong = lost(body, unwrapped(value), frozenset())
    elif isinstance(body, bytes) and isinstance(got, Response) and got.is_success:
        is_other = got.body != body and not is_json(got.media_type)
        sizes = f"the file has {len(got.body)} bytes, others than the {len(body)} sent"
        wrong = {"": sizes} if is_other else {}
    if wrong:
        found = Violation(in_words(wrong), tuple(sorted(wrong)))
        run.violate(base.operation, reading, handled("what was put"), table.UPDATED_READ, found)


def _reader(run: Run, base: Base) -> ContractOperation | None:
    """What reads at the address of a base."""
    own = template(base.operation.path)
    found = (o for o in run.contract.operations if o.method == "get" and template(o.path) == own)
    return next(found, None)


def _others(run: Run, base: Base) -> Iterator[dict[str, Any]]:
    """The path of the same for other items that the run knows."""
    names = [parameter.name for parameter in path_parameters(base.operation)]
    own = tuple(str(base.request.path.get(name)) for name in names)
    for resource in run.resources.found:
        values = run.resources.values_of(resource)
        is_owner = template(base.operation.path).startswith(f"{resource.collection}/{{}}/")
        is_own = is_owner and resource.is_created and not resource.is_deleted
        if is_own and values and len(values) == len(names) and values != own:
            yield dict(zip(names, values, strict=True))
