"""Hypothesis strategies for values that certainly keep a constraint, or certainly break it.

Rules: the constraint's own judgement filters what a strategy makes, so a strategy may be generous.
For a kind without a strategy, the constraint's listed values are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tallystick.catalogue.constraints import Constraint
from tallystick.judgement import Judgement

_LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
_PATH = st.from_regex(r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2}){0,12}){0,4}", fullmatch=True)
_QUERY = st.from_regex(r"(\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2}){0,20})?", fullmatch=True)
_FRAGMENT = st.from_regex(r"(#[A-Za-z0-9._~/?-]{0,10})?", fullmatch=True)
_PORT = st.one_of(st.just(""), st.integers(1, 65535).map(lambda port: f":{port}"))
_HOST = st.one_of(
    st.lists(_LABEL, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "example"])),
    st.sampled_from(
        [
            "bücher.example",
            "xn--bcher-kva.example",
            "93.184.215.14",
            "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]",
            "EXAMPLE.com",
            "a.b.c.d.example.com",
        ]
    ),
)
_CASINGS = st.sampled_from([str.lower, str.upper, str.capitalize])


def valid(constraint: Constraint) -> SearchStrategy[Any]:
    """Values that certainly keep the constraint."""
    return _drawn(constraint, _VALID, constraint.valid_values(), Judgement.VALID)


def invalid(constraint: Constraint) -> SearchStrategy[Any]:
    """Values of the right type that certainly break the constraint."""
    return _drawn(constraint, _INVALID, constraint.invalid_values(), Judgement.INVALID)


_StrategyMaker = Callable[[Constraint], SearchStrategy[Any]]


def _drawn(
    constraint: Constraint,
    makers: Mapping[str, _StrategyMaker],
    listed: list[Any],
    wanted: Judgement,
) -> SearchStrategy[Any]:
    strategy: SearchStrategy[Any] = st.sampled_from(listed)
    if constraint.kind in makers:
        strategy = st.one_of(strategy, makers[constraint.kind](constraint))
    return strategy.filter(lambda value: constraint.judge(value) is wanted)


def _schemes(constraint: Constraint) -> SearchStrategy[str]:
    return st.sampled_from(list(constraint.parameters["schemes"]) or ["https"])


def _valid_urls(constraint: Constraint) -> SearchStrategy[str]:
    def join(casing: Callable[[str], str], scheme: str, *parts: str) -> str:
        return casing(scheme) + "://" + "".join(parts)

    long = st.integers(1, 1_900).map(lambda length: "https://example.com/" + "a" * length)
    return st.one_of(
        st.builds(join, _CASINGS, _schemes(constraint), _HOST, _PORT, _PATH, _QUERY, _FRAGMENT),
        long,
    )


def _invalid_urls(constraint: Constraint) -> SearchStrategy[str]:
    others = st.sampled_from(["ftp", "javascript", "mailto", "file", "data", "ws", "urn", "htp"])
    return st.one_of(
        st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True),
        _PATH.map(lambda path: "/" + path.lstrip("/")),
        st.builds("//{}{}".format, _HOST, _PATH),
        st.builds("{}{}".format, _HOST, _PATH),
        st.builds("{}://{}{}".format, others, _HOST, _PATH),
        st.builds("{}:{}".format, others, _LABEL),
        st.builds("{}://{} {}.example/".format, _schemes(constraint), _LABEL, _LABEL),
        _schemes(constraint).map("{}://".format),
    )


def _texts(constraint: Constraint) -> SearchStrategy[str]:
    limit = constraint.parameters["limit"]
    return st.text(st.characters(codec="ascii", min_codepoint=33), max_size=limit + 50)


def _numbers(constraint: Constraint) -> SearchStrategy[Any]:
    limit = int(constraint.parameters["limit"])
    return st.integers(limit - 1_000, limit + 1_000)


_BOTH: Mapping[str, _StrategyMaker] = {
    "maximum-length": _texts,
    "minimum-length": _texts,
    "greater-than": _numbers,
    "at-least": _numbers,
    "less-than": _numbers,
    "at-most": _numbers,
}
_VALID: Mapping[str, _StrategyMaker] = {
    **_BOTH,
    "absolute-url": _valid_urls,
    "uuid": lambda _: st.uuids(version=4).map(str),
    "email": lambda _: st.builds("{}@{}.example.com".format, _LABEL, _LABEL),
    "date": lambda _: st.dates().map(str),
}
_INVALID: Mapping[str, _StrategyMaker] = {**_BOTH, "absolute-url": _invalid_urls}
