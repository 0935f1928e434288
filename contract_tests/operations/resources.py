"""What a run has created and listed at its target: the source of ids that exist.

Rules: a response to a create has the item, or its address in `Location`; one to a list has the
items, as an array or in a member that is one. An item that has another address than its list is
not always new: `operations/newness.py`. An id of an item is a member that is called as the path
parameter is, or `id` and the like, and fits the parameter's schema. OpenAPI's `links` say for
themselves which value goes where. What was created comes before what was listed, the newest first.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.checks.context import documented_response
from contract_tests.checks.schemas import fits_schema
from contract_tests.http.addresses import followed
from contract_tests.http.exchange import Exchange, Response
from contract_tests.operations.newness import OwnTexts
from contract_tests.operations.roles import Role, Roles, collection_of, is_item
from tallystick.catalogue.collections import template
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import Parameter
from tallystick.reader.pointers import from_pointer, look_up

_MOST_LISTED = 3
"""How many items of a list are kept."""

_MOST_CREATED, _MOST_MEMBERS = 100, 200
"""How many items that one request creates are kept, and members of an item."""

_LONGEST_ID, _LONGEST_LINKED = 200, 4_000
_LONG_ID = 8
"""How long an id is that a run makes up, and that is nobody's."""

_ID_NAMES = ("id", "uuid", "guid")
"""How a member is called that is certainly the id of its item."""

_LIKELY_NAMES = ("key", "slug", "name", "code")
"""How one is called that most often is."""

_WRAPPERS = ("data", "item", "result", "attributes")


@dataclass(slots=True, eq=False)
class Resource:
    """An item of a collection. `parents` are the values of the parameters in the collection's
    path, `members` is the item as it was seen, `id` the last value of its path, where an address
    has shown it.
    """

    collection: str
    parents: tuple[str, ...]
    members: Mapping[str, Any]
    id: str | None
    is_created: bool
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Id:
    """The id of an item, and whether it is certain that it is one."""

    value: str | int
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """Values of path parameters by name, and whether it is certain that they lead to an item."""

    values: Mapping[str, Any]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that succeeded: the operation, the values of its path in order, its body, and that
    as it was `sent`.
    """

    operation: ContractOperation
    values: tuple[str, ...]
    body: Any = ...
    sent: str = ""


@dataclass
class Resources:
    """The items that a run knows of; `given` are texts that the user has named."""

    contract: Contract
    roles: Roles
    base_path: str = ""
    found: list[Resource] = field(default_factory=list)
    linked: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    singles: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    given: Collection[str] = ()
    _shown: dict[str, list[Resource]] = field(default_factory=dict, repr=False)
    _creating: set[str] = field(default_factory=set, repr=False)
    _parameters: dict[str, Parameter | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Whose texts are whose."""
        self._own = OwnTexts(self.contract, self.given)

    # --- what a response teaches

    def learn(self, operation: ContractOperation, exchange: Exchange) -> None:
        """Keep what a success shows of items."""
        response = exchange.outcome
        values = self.values(operation, exchange.url)
        if not isinstance(response, Response) or not response.is_success or values is None:
            return
        visit = Visit(operation, values, exchange.sent_value, exchange.sent.partition("\n\n")[2])
        value = _value(response)
        path = self.roles.collection(operation) or template(operation.path)
        role = self.roles.of(operation)
        if role is Role.LIST or (operation.method == "get" and not is_item(operation)):
            for item in islice(items(value), _MOST_LISTED):
                self._add(Resource(path, _parents(path, values), item, None, is_created=False))
        elif role is Role.CREATE and operation.method == "post":
            self._learn_created(visit, path, value, response)
        elif is_item(operation) and visit.values:
            self._learn_item(visit, role, value, response.status)
        elif role is Role.CREATE:
            known = self.singles.setdefault(path, [])
            self.singles[path] = [visit.values, *(each for each in known if each != visit.values)]
        elif role is Role.DELETE:
            self.forget(operation, visit.values)
        self._learn_address(exchange.url, response)
        self._learn_links(visit, value, response)

    def _learn_address(self, url: str, response: Response) -> None:
        """What `Location` leads to may be an item of elsewhere: the job that an export began."""
        address = followed(url, response.headers.get("location", "")) or url
        is_here = urlsplit(address)[:2] == urlsplit(url)[:2] and address != url
        for reader in self.contract.operations if is_here else ():
            collection = collection_of(reader.path)
            values = self.values(reader, address) if collection else None
            if reader.method == "get" and collection and values and all(values):
                *parents, own = values
                self._add(Resource(collection, tuple(parents), {}, own, is_created=False))

    def _learn_created(self, visit: Visit, path: str, value: Any, response: Response) -> None:
        created = items(value) if isinstance(value, list) else iter([unwrapped(value)])
        address = self._address(path, response.headers.get("location", ""))
        parents = _parents(path, visit.values)
        for item in islice(created, _MOST_CREATED):
            members = {**_members(visit.body), **item}
            if members or address:
                resource = Resource(path, parents, members, address, is_created=True)
                if self.roles.is_elsewhere(visit.operation):
                    self._judge_newness(visit, item, resource)
                self._add(resource)

    def _judge_newness(self, visit: Visit, item: Mapping[str, Any], resource: Resource) -> None:
        """Take an item for one of the run only where it is shown to be new."""
        name, own = visit.operation.name, self.values_of(resource)
        values = self._own.shown(item, visit.body, visit.sent)
        resource.is_created = bool(values) and (name in self._creating or self._own.are_in(values))
        request = json.dumps((name, visit.values, visit.sent))
        before = self._shown.setdefault(request, [])
        if not values or own is None or own in map(self.values_of, before):
            return
        before.append(resource)
        if len(before) > 1:
            self._creating.add(name)
            for each in before:
                each.is_created = True

    def _learn_item(self, visit: Visit, role: Role, value: Any, status: int) -> None:
        collection = collection_of(visit.operation.path) or ""
        *parents, own = visit.values
        known = self.item(collection, tuple(parents), own)
        if role is Role.DELETE:
            self.forget(visit.operation, visit.values)
        elif known is not None:
            known.members, known.id = _small({**known.members, **unwrapped(value)}), own
        elif visit.operation.method == "put" and (role is Role.CREATE or status == 201):
            # Without a 201, it may have replaced what was there.
            is_created = status == 201 or len(own) >= _LONG_ID
            members = unwrapped(value)
            self._add(Resource(collection, tuple(parents), members, own, is_created=is_created))

    def _learn_links(self, visit: Visit, value: Any, response: Response) -> None:
        """OpenAPI 3.1.1 section 4.8.20: values that lead from a response to other operations."""
        documented = documented_response(visit.operation, response.status)
        if documented is None:
            return
        for _, link in self.contract.document.at(documented.path).map("links"):
            target = self.linked_operation(link.value)
            if target is None:
                continue
            parameters = link.value.get("parameters")
            evaluated = {
                _qualified(target, name): found
                for name, given in (parameters if isinstance(parameters, dict) else {}).items()
                if (found := self._evaluated(given, visit, value, response)) is not None
            }
            if evaluated:
                linked = self.linked.setdefault(target.name, [])
                linked.insert(0, _small(evaluated, _LONGEST_LINKED))
                del linked[_MOST_CREATED:]

    def linked_operation(self, link: Any) -> ContractOperation | None:
        """The operation that a link leads to; None where there is none."""
        if not isinstance(link, dict):
            return None
        wanted, reference = link.get("operationId"), str(link.get("operationRef", ""))
        path = from_pointer(reference[1:]) if reference.startswith("#/") else None
        return next(
            (
                operation
                for operation in self.contract.operations
                if (wanted and operation.operation_id == wanted) or operation.location == path
            ),
            None,
        )

    def _evaluated(self, given: Any, visit: Visit, value: Any, response: Response) -> Any:
        """The value of a runtime expression (OpenAPI 3.1.1 section 4.8.20.4), or a constant."""
        if not isinstance(given, str) or not given.startswith("$"):
            return given
        source, _, pointer = given.partition("#")
        bodies = {"$response.body": value, "$request.body": visit.body}
        if source in bodies:
            try:
                return look_up(bodies[source], from_pointer(pointer))
            except (LookupError, ValueError):
                return None
        if given.startswith("$response.header."):
            return response.headers.get(given.removeprefix("$response.header.").lower())
        names = re.findall(r"\{([^}]*)\}", visit.operation.path)
        path = dict(zip(names, visit.values, strict=False))
        return path.get(given.removeprefix("$request.path."))

    def _add(self, resource: Resource) -> None:
        resource.members = _small(resource.members)
        if not any(self._is_same(resource, other) for other in self.found):
            self.found.insert(0 if resource.is_created else len(self.found), resource)

    def _is_same(self, one: Resource, other: Resource) -> bool:
        if one.collection != other.collection or other.is_deleted:
            return False
        address = self.values_of(one)
        is_seen = one.members == other.members and one.parents == other.parents
        return address == self.values_of(other) if address else is_seen

    def forget(self, operation: ContractOperation, values: tuple[str, ...]) -> None:
        """Mark an item as deleted, with what is inside it."""
        path, collection = template(operation.path), collection_of(operation.path)
        for resource in self.found:
            is_it = resource.collection == collection and self.values_of(resource) == values
            is_below = resource.collection.startswith(path + "/")
            if is_it or (is_below and resource.parents[: len(values)] == values):
                resource.is_deleted = True
        for place, found in self.singles.items():
            is_it = place == path or place.startswith(path + "/")
            gone = [each for each in found if is_it and each[: len(values)] == values]
            self.singles[place] = [each for each in found if each not in gone]

    # --- what is known

    def created(self) -> list[Resource]:
        """The items that the run created, and that are still there; the newest first."""
        return [each for each in self.found if each.is_created and not each.is_deleted]

    def doubtful(self) -> Counter[str]:
        """How many items of each collection a create has answered with that may not be new."""
        items = (each for shown in self._shown.values() for each in shown if not each.is_created)
        places = {(each.collection, self.values_of(each)) for each in items}
        return Counter(collection for collection, _ in places)

    def is_inside(self, item: Resource, other: Resource) -> bool:
        """Whether an item is in another one, by their addresses."""
        values = self.values_of(other)
        is_below = item.collection.startswith(f"{other.collection}/{{}}")
        return is_below and values is not None and item.parents[: len(values)] == values

    def is_gone(self, operation: ContractOperation, path: Mapping[str, Any]) -> bool:
        """Whether values of a path lead to an item that was deleted, or to what was in it."""
        values = tuple(str(path.get(parameter.name)) for parameter in path_parameters(operation))
        place = template(operation.path)
        above = [each for each in self.found if place.startswith(f"{each.collection}/{{}}")]
        known = [(self.values_of(each), each) for each in above]
        leading = [each for own, each in known if own is not None and own == values[: len(own)]]
        alive = {self.values_of(each) for each in leading if not each.is_deleted}
        return any(self.values_of(each) not in alive for each in leading)

    def values(self, operation: ContractOperation, url: str) -> tuple[str, ...] | None:
        """The values of the path parameters in an address; None where it is none of the
        operation's.
        """
        pattern = re.escape(self.base_path) + re.sub(
            r"\\\{[^}]*\\\}", "([^/]*)", re.escape(operation.path)
        )
        match = re.fullmatch(pattern, urlsplit(url).path)
        return tuple(unquote(value) for value in match.groups()) if match else None

    def item(self, collection: str, parents: tuple[str, ...], own: str) -> Resource | None:
        """The known item of this address."""
        parameter = self._parameter(collection)
        for resource in self.found:
            if resource.collection == collection and resource.parents == parents:
                ids = self.ids_of(resource, parameter) if parameter else []
                if own in (resource.id, *(str(each.value) for each in ids)):
                    return resource
        return None

    def _parameter(self, collection: str) -> Parameter | None:
        """The last parameter in the address of an item."""
        if collection not in self._parameters:
            item = f"{collection}/{{}}"
            paths = ((template(o.path), o) for o in self.contract.operations)
            # The item's own path comes before the paths that lead through it.
            inside = sorted(
                (pair for pair in paths if f"{pair[0]}/".startswith(f"{item}/")),
                key=lambda pair: len(pair[0]),
            )
            number = item.count("{}") - 1
            found = next((path_parameters(operation)[number] for _, operation in inside), None)
            self._parameters[collection] = found
        return self._parameters[collection]

    def values_of(self, resource: Resource) -> tuple[str, ...] | None:
        """The values in an item's address; None where no member is its id."""
        parameter = self._parameter(resource.collection)
        own = self.id_of(resource, parameter) if parameter else None
        last = own.value if own else resource.id
        return None if last is None else (*resource.parents, str(last))

    def bindings(
        self, operation: ContractOperation, *, only_created: bool = False
    ) -> Iterator[Binding]:
        """Values for the path parameters of an operation, as far as an item gives them."""
        parameters = path_parameters(operation)
        names = [parameter.name for parameter in parameters]
        segments = template(operation.path).split("/")
        for single in self.singles.get(template(operation.path), []):
            values = dict[str, Any](zip(names, single, strict=True))
            if not only_created or self._is_of_created(single):
                yield Binding(values, is_certain=True)
        for depth in range(len(parameters), 0, -1):
            collection = "/".join(segments[: _place_of(segments, depth)])
            for resource in self._alive(collection, only_created=only_created):
                if len(resource.parents) != depth - 1:
                    continue
                for own in self.ids_of(resource, parameters[depth - 1]):
                    values = dict(zip(names, (*resource.parents, own.value), strict=False))
                    yield Binding(values, own.is_certain)
        if not only_created:
            found = {name: self.named(p) for name, p in zip(names, parameters, strict=True)}
            known = {name: own.value for name, own in found.items() if own is not None}
            if known:
                yield Binding(known, is_certain=False)

    def _is_of_created(self, values: tuple[str, ...]) -> bool:
        """Whether these are the values of an item that the run created."""
        created = (resource for resource in self.found if resource.is_created)
        return any(self.values_of(resource) == values for resource in created)

    def named(self, parameter: Parameter) -> Id | None:
        """The id of an item of the collection that a parameter's name speaks of: `userId` is one
        of `/users`. None where none is known.
        """
        for resource in self._alive(None):
            singular = singular_of(resource.collection)
            if singular and _letters(parameter.name).startswith(singular):
                return self.id_of(resource, parameter)
        return None

    def is_collection(self, name: str) -> bool:
        """Whether a name is the singular of a collection of the document. A page is one of a list,
        most often.
        """
        paths = (template(operation.path) for operation in self.contract.operations)
        return _letters(name) in {singular_of(path) for path in paths} - {"", "page"}

    def reference(self, name: str) -> Any:
        """The id of an item for a body member such as `customerId`; None where none is known."""
        for resource in self._alive(None):
            singular = singular_of(resource.collection)
            rest = _letters(name).removeprefix(singular)
            if singular and rest != _letters(name) and rest in ("", *_ID_NAMES):
                return self._own_id(resource, rest)
        return None

    def _alive(self, collection: str | None, *, only_created: bool = False) -> Iterator[Resource]:
        for resource in self.found:
            is_wanted = collection in (None, resource.collection)
            if is_wanted and not resource.is_deleted and (resource.is_created or not only_created):
                yield resource

    def id_of(self, resource: Resource, parameter: Parameter) -> Id | None:
        """The likeliest id of an item for a path parameter; None where there is none."""
        return next(iter(self.ids_of(resource, parameter)), None)

    def ids_of(self, resource: Resource, parameter: Parameter) -> list[Id]:
        """What may be the id of an item for a path parameter. One that its name speaks of is
        certain, and so is the only one.
        """
        if resource.id is not None:
            return [Id(resource.id, is_certain=True)]
        wanted, singular = _letters(parameter.name), singular_of(resource.collection)
        spoken = (
            {wanted, wanted.removeprefix(singular), *_ID_NAMES} if _speaks(wanted) else {wanted}
        )
        if wanted.startswith(singular):
            # `/tenants/{tenant_name}` speaks of the member `name`.
            spoken.add(wanted.removeprefix(singular))
        own = [singular + name for name in _ID_NAMES]
        found: dict[str, Any] = {}
        for name in (wanted, wanted.removeprefix(singular), *own, *_ID_NAMES, *_LIKELY_NAMES):
            for member, value in resource.members.items():
                if name and _letters(member) == name and self._fits(parameter, value):
                    found.setdefault(name, value)
        certain = [Id(value, is_certain=True) for name, value in found.items() if name in spoken]
        others = [value for name, value in found.items() if name not in spoken]
        is_only = not certain and len(others) == 1
        return certain[:1] or [Id(value, is_certain=is_only) for value in others]

    def _own_id(self, resource: Resource, name: str) -> Any:
        for wanted in (name, *_ID_NAMES):
            for member, value in resource.members.items():
                if _letters(member) == wanted and isinstance(value, str | int):
                    return value
        return resource.id

    def _fits(self, parameter: Parameter, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            return False
        if len(str(value)) > _LONGEST_ID:
            return False
        document, schema = self.contract.document, parameter.schema
        forms = (value, str(value))
        return schema is None or any(fits_schema(document, schema, v, "request") for v in forms)

    def _address(self, collection: str, location: str) -> str | None:
        """The last part of an item's address that `Location` gives (RFC 9110 section 10.2.2)."""
        address = followed("", location)
        if not address:
            return None
        pattern = re.sub(r"\\\{\\\}", "[^/]+", re.escape(collection)) + "/([^/]+)"
        match = re.search(pattern + "$", urlsplit(address).path.rstrip("/"))
        return unquote(match[1]) if match else None


def _parents(collection: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The first values of a path, which are those in the path of a collection."""
    return values[: collection.count("{}")]


def _speaks(name: str) -> bool:
    """Whether a name speaks of an id."""
    return any(name.endswith(known) for known in _ID_NAMES)


def singular_of(collection: str) -> str:
    """The letters of the singular of a collection's last segment."""
    last = next((s for s in reversed(collection.split("/")) if s not in ("", "{}")), "")
    letters = _letters(last)
    if letters.endswith("ies"):
        return letters[:-3] + "y"
    return letters[:-1] if letters.endswith("s") and not letters.endswith("ss") else letters


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def path_parameters(operation: ContractOperation) -> list[Parameter]:
    """The path parameters in the order of the path."""
    declared = {p.name: p for p in operation.parameters if p.location == "path"}
    return [declared[name] for name in re.findall(r"\{([^}]*)\}", operation.path)]


def _place_of(segments: list[str], depth: int) -> int:
    """Where the parameter of this number stands among the segments of a path."""
    places = [place for place, segment in enumerate(segments) if "{}" in segment]
    return places[min(depth, len(places)) - 1]


def _qualified(operation: ContractOperation, name: str) -> str:
    """The name of a parameter with its location, as target files write it."""
    if name.partition(".")[0] in ("path", "query", "header", "cookie"):
        return name
    found = (p.location for p in operation.parameters if p.name == name)
    return f"{next(found, 'query')}.{name}"


def _value(response: Response) -> Any:
    try:
        return response.value
    except (ValueError, RecursionError):
        return None


def items(value: Any) -> Iterator[dict[str, Any]]:
    """The items of a list: it is the array, or the first member that is one of objects."""
    if isinstance(value, dict):
        arrays = (member for member in value.values() if isinstance(member, list) and member)
        value = next((array for array in arrays if isinstance(array[0], dict)), [])
    found = value if isinstance(value, list) else []
    return (unwrapped(i) if isinstance(i, dict) else {"id": i} for i in found if _is_item(i))


def _is_item(value: Any) -> bool:
    return isinstance(value, dict | str | int) and not isinstance(value, bool)


def unwrapped(value: Any) -> dict[str, Any]:
    """An item without the object around it that some services put there."""
    members = _members(value)
    inside = next((members[name] for name in _WRAPPERS if _members(members.get(name))), None)
    has_id = any(_letters(name) in _ID_NAMES for name in members)
    return {**members, **_members(inside)} if inside is not None and not has_id else members


def _small(members: Mapping[str, Any], longest: int = _LONGEST_ID) -> dict[str, Any]:
    """The members that may be an id. A run keeps many items, and the target says how large."""
    return {
        name: value
        for name, value in islice(members.items(), _MOST_MEMBERS)
        if isinstance(value, str | int | float) and len(str(value)) <= longest
    }


def _members(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
