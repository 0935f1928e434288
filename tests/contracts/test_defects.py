"""A valid document with one random defect: it is read, and no other operation is lost."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick import Contract, load_contract
from tallystick.errors import TallystickError
from tallystick.lint import lint
from tallystick.reader.shapes import SCHEMA, kind_at, members

FOLDER = Path(__file__).parent / "defects"
DOCUMENTS = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}
SCALARS = (None, True, 0, -1, 1e400, "", "x", "(", "#/nowhere")
VALUES: tuple[Any, ...] = (*SCALARS, [], ["x"], [None], {}, {"x": "y"})
"""Values of each type, to put in the place of others."""

REFERENCES = (
    *("#/nowhere", "#nowhere", "nowhere.yaml#/a", "https://example.com/x", "", "#", "%", "#/a~2"),
    *("#/components/schemas/Book", "#/components/parameters/Sort", "#/paths/~1books/get", "../x"),
    *("#/components/schemas/Book/properties/title", "#/info", "http://[", "file:///x", "\0"),
)


@dataclass(frozen=True)
class Defect:
    """What is wrong, and which values it damages."""

    kind: str
    paths: tuple[tuple[Any, ...], ...]

    @property
    def is_fatal(self) -> bool:
        """Whether the document may be refused for it."""
        return ("openapi",) in self.paths or ("paths",) in self.paths

    def may_lose(self, operation: tuple[str, ...]) -> bool:
        """Whether it damages an operation, or the path item around it."""
        return any(_holds(path, operation) for path in self.paths)


def _holds(path: tuple[Any, ...], operation: tuple[str, ...]) -> bool:
    around: tuple[tuple[str, ...], ...] = (operation,)
    if operation[1] == "/loans":
        around = (("paths", "/loans", "$ref"), ("components", "pathItems", "Loans", "get"))
    return any(path == place[: len(path)] for place in around)


class Repeated(dict[str, Any]):
    """A map that has one of its keys twice; the JSON text of it is made by hand."""

    key: str
    second: Any


def dumps(value: Any) -> str:
    """JSON, with keys that stand in a map twice."""
    if isinstance(value, dict):
        pairs = list(value.items())
        if isinstance(value, Repeated):
            pairs.append((value.key, value.second))
        return "{" + ",\n".join(f"{json.dumps(k)}: {dumps(v)}" for k, v in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(dumps, value)) + "]"
    return json.dumps(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values."""
    if path:
        yield path
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from places(item, (*path, key))


def references(value: Any) -> list[tuple[Any, ...]]:
    return [path for path in places(value) if path[-1] == "$ref"]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Any, str, Defect]:
    """A document, the text of the same one with a defect, and the defect."""
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    whole = copy.deepcopy(DOCUMENTS[name])
    dropped = draw(st.sets(st.sampled_from(sorted(whole["paths"])), max_size=1))
    for path in dropped:
        del whole["paths"][path]
    kind = draw(st.sampled_from(["removed", "retyped", "renamed", "duplicated", "broken"]))
    root = copy.deepcopy(whole)
    paths = references(root) if kind == "broken" else list(places(root))
    if kind == "renamed":
        paths = [path for path in paths if isinstance(path[-1], str)]
    path = draw(st.sampled_from(paths))
    *parents, last = path
    damages = [path]
    parent = root
    for token in parents:
        parent = parent[token]
    if kind == "removed":
        del parent[last]
    elif kind == "retyped":
        parent[last] = draw(st.sampled_from(VALUES))
    elif kind == "broken":
        parent[last] = draw(st.sampled_from(REFERENCES))
    elif kind == "renamed":
        other = draw(st.sampled_from(["x", "x-other", "$ref", "", "a/b~c", *map(str, parent)]))
        damages.append((*parents, other))
        changed = {(other if key == last else key): item for key, item in parent.items()}
        parent.clear()
        parent.update(changed)
    elif isinstance(parent, list):
        parent.insert(last, copy.deepcopy(parent[last]))
    else:
        repeated = Repeated(parent)
        repeated.key, repeated.second = last, draw(st.sampled_from([parent[last], *VALUES]))
        root = replaced(root, parents, repeated)
    return whole, dumps(root), Defect(kind, tuple(damages))


def replaced(root: Any, path: list[Any], value: Any) -> Any:
    if not path:
        return value
    parent = root
    for token in path[:-1]:
        parent = parent[token]
    parent[path[-1]] = value
    return root


def operations(root: Any) -> set[tuple[str, ...]]:
    """The operations of a valid document, as paths of it."""
    found: set[tuple[str, ...]] = set()
    for path, item in root["paths"].items():
        if "$ref" in item:
            found.add(("paths", path, "get"))
        found |= {
            ("paths", path, name) for name in item if name in ("get", "post", "put", "delete")
        }
    return found


def schemas(value: Any, kind: str, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths of all schemas of a document as it was read."""
    if kind == SCHEMA:
        yield path
    if not isinstance(value, dict):
        return
    for name, member in members(kind, value):
        item = value[name]
        inside = [((*path, name), item)]
        if member.form == "map":
            inside = [((*path, name, key), one) for key, one in item.items()]
        elif member.form == "list":
            inside = [((*path, name, str(index)), one) for index, one in enumerate(item)]
        for place, one in inside:
            yield from schemas(one, member.kind, place)


def contract_or_error(text: str, place: Path) -> Contract | TallystickError:
    """What is read of a text; any other error fails the test."""
    place.write_text(text, "utf-8")
    try:
        return load_contract(str(place))
    except TallystickError as error:
        return error


def check(whole: Any, text: str, defect: Defect, place: Path) -> None:
    contract = contract_or_error(text, place)
    if isinstance(contract, TallystickError):
        assert defect.is_fatal, contract
        return
    if not defect.is_fatal:
        read = {("paths", operation.path, operation.method) for operation in contract.operations}
        assert [lost for lost in operations(whole) - read if not defect.may_lose(lost)] == []
    for diagnostic in lint(contract):
        assert str(diagnostic)
        assert diagnostic.source is None or diagnostic.source.line
    for path in schemas(contract.document.root, "document", ()):
        assert kind_at(path) == SCHEMA
        contract.document.validators.at(path).is_valid({"isbn": 1, "title": None})


SETTINGS = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("defects") / "document.json"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_documents_are_valid(name):
    """Or a defect would be none."""
    contract = load_contract(str(FOLDER / f"{name}.yaml"))
    assert list(contract.document.diagnostics) == []


@SETTINGS
@given(damaged())
def test_a_defect_never_ends_in_a_traceback(place, defective):
    """Nor loses an operation that it does not touch."""
    whole, text, defect = defective
    check(whole, text, defect, place)


@pytest.mark.long
@settings(SETTINGS, max_examples=2_000)
@given(damaged())
def test_two_thousand_defects(place, defective):
    """As above, with patience."""
    whole, text, defect = defective
    check(whole, text, defect, place)


@st.composite
def torn(draw: st.DrawFn) -> str:
    """The text of a document with a piece missing, or moved."""
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    is_json = draw(st.booleans())
    text = dumps(DOCUMENTS[name]) if is_json else (FOLDER / f"{name}.yaml").read_text("utf-8")
    start = draw(st.integers(0, len(text) - 1))
    length = draw(st.integers(1, 40))
    other = draw(st.integers(0, len(text))) if draw(st.booleans()) else None
    piece, rest = text[start : start + length], text[:start] + text[start + length :]
    return rest if other is None else rest[:other] + piece + rest[other:]


@SETTINGS
@given(torn())
def test_a_torn_text_never_ends_in_a_traceback(place, text):
    """It is read, or it is said where it is torn."""
    contract = contract_or_error(text, place)
    found = [contract] if isinstance(contract, TallystickError) else lint(contract)
    assert all(str(item) for item in found)
