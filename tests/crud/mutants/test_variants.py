"""Every variant differs from the workshop, and still keeps its document."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import EXPECTED, made, send
from tests.crud.conformance import Document

from . import VARIANTS, Variant
from .hosting import Hosting
from .observing import observe

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)


@each_variant
def test_a_variant_differs(hosting: Hosting, variant: Variant) -> None:
    """The answers to its probe are not those of the workshop."""
    with hosting.serving(Workshop()) as url:
        expected = observe(url, variant.probe)
    with hosting.serving(variant.app()) as url:
        assert expected != observe(url, variant.probe)


DIFFERENT: Mapping[str, set[tuple[str, int]]] = {
    "DELETE of nothing succeeds": {("DELETE /bikes/{bikeId}", 404)},
    "PUT creates": {("PUT /bikes/{bikeId}", 404)},
    "no ETag": {
        ("GET /bikes/{bikeId}", 304),
        *((f"{method} /bikes/{{bikeId}}", 412) for method in ("PUT", "PATCH", "DELETE")),
    },
    "weak ETags": {(f"{method} /bikes/{{bikeId}}", 412) for method in ("PUT", "PATCH", "DELETE")},
    "unknown members ignored": {("PUT /bikes/{bikeId}", 422)},
    "any Accept is served": {
        (operation, 406) for operation in ("GET /about", "GET /bikes", "GET /bikes/{bikeId}")
    },
}
"""The errors of the workshop that a variant answers with a success."""


@pytest.mark.long
@each_variant
def test_a_variant_keeps_its_document(hosting: Hosting, variant: Variant) -> None:
    """The calls that are written down for the workshop get answers that the document has: errors
    where the workshop has them, but for those that `DIFFERENT` lists.
    """
    document = Document(variant.document)
    wrong, better = [], set()
    for operation, status, call in CALLS:
        with hosting.serving(variant.app()) as url:
            response = send(url, call, made(url))
        if faults := document.faults(response, operation):
            wrong.append((operation, status, response.status_code, faults))
        if (response.status_code < 300) != (status < 300):
            better.add((operation, status))
    assert (wrong, better) == ([], DIFFERENT.get(variant.name, set()))


CALLS = [
    (operation, status, call)
    for operation, rows in EXPECTED.items()
    for status, call in {status: call for call, status in reversed(rows)}.items()
]
"""The first call of each operation for each status."""


def test_catalogue() -> None:
    """At least thirty; a name is given once, and every variant says what leaves it open."""
    assert len(VARIANTS) >= 30
    assert len(VARIANTS) == len({variant.name for variant in VARIANTS})
    assert all(variant.open for variant in VARIANTS)
