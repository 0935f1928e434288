"""What an operation does to a resource, by the convention of collection and item, and the order of
a run that follows from it.

Rules: where `/things/{id}` stands beside `/things`, the first is the *item* of the second, a
*collection*; a longer path that goes through `/things/{id}` shows that, too, and an item may have
its address elsewhere (`operations/shallow.py`). POST to a collection creates, GET lists; on an item
GET reads, PUT and PATCH update, DELETE deletes. Where nothing else does, a PUT creates: an item
without a POST, or the one thing that an item has (`/things/{id}/plan`). All else that is not safe
is an action. What creates and lists comes first, and an action that begins something (202 of
`POST /exports`), then what reads, what changes, and what deletes; deletes go from the inner
resources to the outer ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from contract_tests.operations.shallow import ShallowItems
from tallystick.catalogue.collections import template
from tallystick.contract import Contract, ContractOperation


class Role(IntEnum):
    """What an operation does; in the order of a run."""

    CREATE = 1
    LIST = 2
    READ = 3
    UPDATE = 4
    ACTION = 5
    DELETE = 6


SAFE = ("get", "head", "options", "trace", "query")
"""Methods that ask for no change (RFC 9110 section 9.2.1; QUERY by its draft)."""

_MADE = ("201", "202")
"""What says that there is something now, or will be."""


def collection_of(path: str) -> str | None:
    """The template of the collection that a path is an item of; None where it is no item's."""
    head, _, last = template(path).rpartition("/")
    return head if last == "{}" else None


def items_in(path: str) -> Iterator[str]:
    """The templates of the items that a path leads through, its own among them."""
    segments = template(path).split("/")
    return ("/".join(segments[: n + 1]) for n, each in enumerate(segments) if each == "{}")


def is_item(operation: ContractOperation) -> bool:
    """Whether the path of an operation is an item's."""
    return collection_of(operation.path) is not None


class Roles:
    """The roles of the operations of a contract."""

    def __init__(self, contract: Contract) -> None:
        self.operations = contract.operations
        self._items = {item for o in contract.operations for item in items_in(o.path)}
        shallow = ShallowItems(contract)
        found = ((o.name, shallow.collection_of(o)) for o in contract.operations)
        self._shallow = {name: collection for name, collection in found if collection}
        self._posts = {template(o.path) for o in contract.operations if o.method == "post"}
        self._created = {self.collection(o) for o in contract.operations if o.method == "post"}

    def of(self, operation: ContractOperation) -> Role:
        """The role of an operation."""
        path, method = template(operation.path), operation.method
        is_collection = self.collection(operation) is not None
        if method == "delete":
            return Role.DELETE
        if method in SAFE:
            return Role.LIST if is_collection else Role.READ
        if method == "post" and is_collection:
            return Role.CREATE
        if method == "put":
            collection = collection_of(path)
            is_alone = "{}" in path and path not in self._posts if collection is None else False
            creates = is_alone or collection not in {None, *self._created}
            return Role.CREATE if creates else Role.UPDATE
        return Role.UPDATE if method == "patch" else Role.ACTION

    def collection(self, operation: ContractOperation) -> str | None:
        """The template of the collection that an operation lists or creates in; None where it does
        neither.
        """
        path = template(operation.path)
        if f"{path}/{{}}" in self._items:
            return path
        return self._shallow.get(operation.name)

    def is_elsewhere(self, operation: ContractOperation) -> bool:
        """Whether the items that an operation lists or creates have an address elsewhere."""
        return operation.name in self._shallow

    def is_single(self, operation: ContractOperation) -> bool:
        """Whether a path leads to the one thing of its kind that an item has."""
        path = template(operation.path)
        return "{}" in path and not path.endswith("{}") and self.collection(operation) is None

    def _begins(self, operation: ContractOperation) -> bool:
        """Whether an action needs no item, and makes something that may be read afterwards."""
        statuses = {response.status for response in operation.responses}
        is_post = operation.method == "post" and "{" not in operation.path
        return is_post and self.of(operation) is Role.ACTION and not statuses.isdisjoint(_MADE)

    def ordered(self) -> Sequence[ContractOperation]:
        """The operations in the order of a run."""
        paths = list(dict.fromkeys(operation.path for operation in self.operations))

        def rank(operation: ContractOperation) -> tuple[int, bool, int, int, Role]:
            role = self.of(operation)
            path = template(operation.path)
            begins = self._begins(operation)
            phase = Role.CREATE if role is Role.LIST or begins else role
            outer_first = path.count("{}")
            inner_first = -path.count("/")
            return (
                phase,
                begins,
                inner_first if role is Role.DELETE else outer_first,
                paths.index(operation.path),
                role,
            )

        return sorted(self.operations, key=rank)
