"""The collections of a contract: which operations list, read, create, change and delete the same
items.

Rules: a collection is recognised where that is certain: a GET of a list and a GET of its item
(`/things`, `/things/{id}`) have one item schema, a member of it is the id that the path names, and
something creates, changes or deletes items. A list may be wrapped, in a member of an object, and so
may an item; where two members could be the list, none is. An operation with a behaviour of its own
keeps its whole collection out. `x-tallystick-collection` corrects this: `false` on an operation
leaves that out, on a path or the GET of the list the collection; `true` or `{id: …, items: …}`
there says that it is one, and which members hold the id and the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick.catalogue.extensions import BEHAVIOUR, COLLECTION
from tallystick.errors import ExtensionError
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import MediaType, Operation, Parameter, properties
from tallystick.reader.pointers import Path

_PARAMETER = re.compile(r"\{[^}]*\}")
_ID_NAMES = ("id", "uuid", "guid")
_ID_TYPES = {"string", "integer"}
_WRITING = ("put", "patch", "delete", "post")

ROLES: Mapping[str, str] = {
    "get": "read",
    "put": "replace",
    "patch": "change",
    "post": "change",
    "delete": "delete",
}
"""What a method does to an item. POST on an item changes it, as some APIs have it."""


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Where the item, or the list of items, stands in a body: the member of this name, or the body
    itself. `schema` is the path of the item's schema.
    """

    media_type: MediaType
    member: str | None
    schema: Path


@dataclass(frozen=True, slots=True)
class CollectionMember:
    """An operation of a collection: its role, and where its success has the items, if it has."""

    role: str
    operation: Operation
    place: ItemPlace | None


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Operations on the same items. `path` is that of the list, `parameter` the last one in the
    path of an item, `id` the member that holds its value, `id_schema` the path of its schema.
    """

    path: str
    parameter: Parameter
    id: str
    id_schema: Path
    members: tuple[CollectionMember, ...]

    def member(self, role: str) -> CollectionMember:
        """The first operation of a role. Raises StopIteration."""
        return next(member for member in self.members if member.role == role)

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations."""
        return frozenset(member.operation.name for member in self.members)


def recognise(document: Document, operations: Sequence[Operation]) -> Iterator[Collection]:
    """The collections among the operations of a document, in its order."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        if not operation.selectors:
            by_path.setdefault(template(operation.path), {})[operation.method] = operation
    for path, own in by_path.items():
        items = by_path.get(f"{path}/{{}}", {})
        if "get" in own and "get" in items:
            recognition = _Recognition(document, own, items)
            found = recognition.collection()
            if found is not None:
                yield found
            elif recognition.correction:
                _refuse(document, own["get"])


def template(path: str) -> str:
    """A path whose parameters have no names, since names differ from path to path."""
    return _PARAMETER.sub("{}", path).rstrip("/")


class _Recognition:
    """Looks at the operations of a list and of its item."""

    def __init__(
        self, document: Document, own: Mapping[str, Operation], items: Mapping[str, Operation]
    ) -> None:
        self.document = document
        self.own, self.items = own, items
        self.correction = self._correction()

    def collection(self) -> Collection | None:
        """The collection, where it is certain that it is one."""
        if self.correction is False or self._has_behaviour():
            return None
        lister, reader = self.own["get"], self.items["get"]
        places = self._places(lister, reader)
        if places is None or _is_off(self.document, reader):
            return None
        parameter = _last_parameter(reader)
        found = self._id(places[1].schema, parameter)
        if found is None or not self._takes(parameter, found[1]):
            return None
        members = [
            CollectionMember("list", lister, places[0]),
            CollectionMember("read", reader, places[1]),
        ]
        members += self._writers(places[1].schema, found[0])
        if len(members) == 2 and self.correction is None:
            return None
        return Collection(lister.path.rstrip("/"), parameter, *found, tuple(members))

    def _correction(self) -> bool | Mapping[str, Any] | None:
        """What the extension says of the collection; None where it says nothing."""
        lister = self.own["get"]
        for path in (lister.location, lister.location[:-1]):
            value = self.document.at(path).value
            if isinstance(value, dict) and COLLECTION in value:
                return _checked(self.document, (*path, COLLECTION), value[COLLECTION])
        return None

    def _has_behaviour(self) -> bool:
        operations = (*self.own.values(), *self.items.values())
        return any(BEHAVIOUR in operation.extensions for operation in operations)

    def _named(self, what: str) -> str | None:
        value = self.correction.get(what) if isinstance(self.correction, Mapping) else None
        return value if isinstance(value, str) else None

    def _places(self, lister: Operation, reader: Operation) -> tuple[ItemPlace, ItemPlace] | None:
        listed, read = json_success(lister), json_success(reader)
        if listed is None or read is None or read.schema is None:
            return None
        lists = [*lists_in(self.document, listed, self._named("items"))]
        found = [(one, item) for one in lists if (item := item_in(self.document, read, one.schema))]
        if not found and self.correction is not None and len(lists) == 1:
            found = [(lists[0], ItemPlace(read, None, read.schema))]
        return found[0] if len(found) == 1 else None

    def _id(self, schema: Path, parameter: Parameter) -> tuple[str, Path] | None:
        """The member that holds an item's id, and the path of its schema."""
        found = {letters(name): (name, path) for name, path in properties(self.document, schema)}
        wanted = self._named("id")
        if wanted is not None:
            return found.get(letters(wanted))
        name = letters(parameter.name)
        singular = singular_of(self.own["get"].path)
        rest = name.removeprefix(singular)
        names = [name, rest]
        if not name or any(name.endswith(known) for known in _ID_NAMES) or name == singular:
            names += [*(singular + known for known in _ID_NAMES), *_ID_NAMES]
        return next((found[each] for each in names if each in found), None)

    def _takes(self, parameter: Parameter, path: Path) -> bool:
        """Whether a member can be an id: a text or a whole number."""
        value = self.document.at(path).value
        kinds = value.get("type") if isinstance(value, dict) else None
        named = set(kinds if isinstance(kinds, list) else [kinds])
        return bool(named & {*_ID_TYPES, None}) and parameter.style == "simple"

    def _writers(self, schema: Path, id_member: str) -> Iterator[CollectionMember]:
        creator = self.own.get("post")
        if creator is not None and not _is_off(self.document, creator):
            place = self._success_place(creator, schema)
            if place is not None or self._shows(creator, id_member):
                yield CollectionMember("create", creator, place)
        for method in _WRITING:
            writer = self.items.get(method)
            if writer is None or _is_off(self.document, writer):
                continue
            place = self._success_place(writer, schema)
            if method != "post" or place is not None:
                yield CollectionMember(ROLES[method], writer, place)

    def _success_place(self, operation: Operation, schema: Path) -> ItemPlace | None:
        media_type = json_success(operation)
        return None if media_type is None else item_in(self.document, media_type, schema)

    def _shows(self, operation: Operation, id_member: str) -> bool:
        """Whether a success shows the id of an item, or has no body at all."""
        media_type = json_success(operation)
        if media_type is None or media_type.schema is None:
            return not any(r.media_types for r in operation.responses if _is_success(r.status))
        names = [name for name, _ in properties(self.document, media_type.schema)]
        return id_member in names


def lists_in(
    document: Document, media_type: MediaType, wanted: str | None = None
) -> Iterator[ItemPlace]:
    """The places of a body that may be a list: the one of this name, where one is wanted."""
    if media_type.schema is None:
        return
    if wanted is None and (items := _items(document.at(media_type.schema))) is not None:
        yield ItemPlace(media_type, None, items)
        return
    for name, path in properties(document, media_type.schema):
        items = _items(document.at(path))
        if items is not None and wanted in (None, name):
            yield ItemPlace(media_type, name, items)


def item_in(document: Document, media_type: MediaType, item: Path) -> ItemPlace | None:
    """Where a body has an item of this schema: it is one, or one member is; None where none is."""
    if media_type.schema is None:
        return None
    if is_same(document, media_type.schema, item):
        return ItemPlace(media_type, None, media_type.schema)
    inside = [
        (name, path)
        for name, path in properties(document, media_type.schema)
        if is_same(document, path, item)
    ]
    return ItemPlace(media_type, *inside[0]) if len(inside) == 1 else None


# --- schemas


def is_same(document: Document, one: Path, other: Path) -> bool:
    """Whether two schemas are of the same things: one schema, equal ones, or one that extends the
    other by `allOf`.
    """
    first, second = document.at(one), document.at(other)
    if first.path == second.path:
        return True
    if first.value == second.value and isinstance(first.value, dict):
        return any(key in first.value for key in ("properties", "allOf", "oneOf", "anyOf"))
    return second.path in _parts(first) or first.path in _parts(second)


def _parts(node: Node) -> set[Path]:
    """The paths of the named schemas that a schema is composed of."""
    found: set[Path] = set()
    waiting = [node]
    while waiting:
        for part in waiting.pop().list("allOf"):
            if part.path not in found:
                found.add(part.path)
                waiting.append(part)
    return found


def _items(node: Node) -> Path | None:
    """The path of the schema of a list's items; None where a schema is no list's."""
    value = node.value
    kinds = value.get("type") if isinstance(value, dict) else None
    is_list = "array" in kinds if isinstance(kinds, list) else kinds == "array"
    if not is_list or not isinstance(value.get("items"), dict):
        return None
    return (*node.path, "items")


def json_success(operation: Operation) -> MediaType | None:
    """The JSON of the first success that is no range."""
    for response in operation.responses:
        if _is_success(response.status):
            names = (m for m in response.media_types if "json" in m.name.lower())
            return next(names, None)
    return None


def _is_success(status: str) -> bool:
    return status[:1] == "2"


def _last_parameter(operation: Operation) -> Parameter:
    last = _PARAMETER.findall(operation.path)[-1][1:-1]
    return next(p for p in operation.parameters if p.location == "path" and p.name == last)


# --- names


def singular_of(path: str) -> str:
    """The letters of the singular of a path's last segment."""
    last = next((s for s in reversed(path.split("/")) if s and "{" not in s), "")
    plain = letters(last)
    if plain.endswith("ies"):
        return plain[:-3] + "y"
    return plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain


def letters(name: str) -> str:
    """The letters and digits of a name, in lower case: how names are compared."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


# --- the extension


def _is_off(document: Document, operation: Operation) -> bool:
    """Whether the extension leaves an operation out."""
    path = (*operation.location, COLLECTION)
    value = operation.extensions.get(COLLECTION)
    return value is not None and _checked(document, path, value) is False


def _refuse(document: Document, lister: Operation) -> None:
    """Raises ExtensionError: what is called a collection must be one that can be served."""
    wrong = (
        f"{COLLECTION} calls {lister.path} a collection, but its list and its item, both in JSON, "
        "have no member that holds the id."
    )
    remedy = f'Name it, as in {COLLECTION}: {{ id: "key" }}, or the list by "items".'
    raise ExtensionError(wrong, source=document.locate(lister.location), remedy=remedy)


def _checked(document: Document, path: Path, value: Any) -> bool | Mapping[str, Any]:
    """What the extension holds. Raises ExtensionError."""
    if isinstance(value, bool):
        return value
    is_known = isinstance(value, dict) and value.keys() <= {"id", "items"}
    if is_known and all(isinstance(name, str) for name in value.values()):
        return dict(value)
    wrong = f"{COLLECTION} must be true, false, or a map of 'id' and 'items' to names of members."
    raise ExtensionError(wrong, source=document.locate(path))
