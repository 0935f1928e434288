"""Every variant differs from the independent implementation, and still keeps the contract."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.independent.app import PaymentAccountLinks
from tests.independent.calls import CREATE
from tests.independent.client import Reply, observe, send
from tests.independent.documented import ERRORS

from . import VARIANTS
from .hosting import Hosting
from .variant import Variant

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)


def media_type(reply: Reply) -> str:
    """The media type without its parameters, in lower case."""
    return (reply.media_type or "").partition(";")[0].strip().lower()


def cases_in(problem: Any) -> set[str]:
    """The cases that a problem names, by their code or by their text."""
    text = json.dumps(problem, ensure_ascii=False)
    return {code for _, _, code, detail in ERRORS if code in text or detail in text}


@each_variant
def test_a_variant_differs(hosting: Hosting, variant: Variant) -> None:
    """The answers to its probe are not those of the implementation that it varies."""
    expected = observe(hosting.add(PaymentAccountLinks()), variant.probe)
    assert expected != observe(hosting.add(variant.app()), variant.probe)


@each_variant
def test_a_variant_gives_the_documented_errors(hosting: Hosting, variant: Variant) -> None:
    """Each of the nine has its status, its media type, and its own code or text."""
    url = hosting.add(variant.app())
    for call, status, code, _ in ERRORS:
        reply = send(url, call)
        named = cases_in(reply.document)
        expected = (status, "application/problem+json", {code}, True)
        assert expected == (reply.status, media_type(reply), named, reply.complete)
        assert reply.document.get("status") in (None, status, str(status))


@each_variant
def test_a_variant_gives_the_documented_link(hosting: Hosting, variant: Variant) -> None:
    """Each call gets a link of its own."""
    url = hosting.add(variant.app())
    replies = [send(url, CREATE) for _ in range(3)]
    links = {reply.document["url"] for reply in replies}

    assert [(r.status, media_type(r)) for r in replies] == [(200, "application/json")] * 3
    assert len(links) == 3
    assert {"https"} == {urlsplit(link).scheme for link in links}


def test_catalogue() -> None:
    """A name is given once, and every variant says what leaves it open."""
    assert len(VARIANTS) == len({variant.name for variant in VARIANTS})
    assert all(variant.open for variant in VARIANTS)


def test_each_run_starts_afresh() -> None:
    """A factory gives a new application each time."""
    assert all(variant.app() is not variant.app() for variant in VARIANTS)
