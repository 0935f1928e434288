"""Items whose address does not repeat that of their list: `/boards/{id}/cards`, and `/cards/{id}`.

Rules: the item's address ends as the list's path does, and begins with a part of it. The document
shows that they belong together: the list has, or a POST to it creates (201), what a GET of the item
answers, by the same schema. A list may well show items of elsewhere, and so may a POST: it creates
only where nothing is created beside the items' own address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tallystick.catalogue.collections import is_same, item_in, json_success, lists_in, template
from tallystick.contract import Contract, ContractOperation
from tallystick.reader.operations import MediaType
from tallystick.reader.pointers import Path


class ShallowItems:
    """The items of a contract that have such an address."""

    def __init__(self, contract: Contract) -> None:
        self.document = contract.document
        self._readers: Mapping[str, ContractOperation] = {
            template(o.path): o for o in contract.operations if o.method == "get"
        }
        self._creating = {template(o.path) for o in contract.operations if o.method == "post"}

    def collection_of(self, operation: ContractOperation) -> str | None:
        """The template of the items' own address without their id, where an operation lists or
        creates them; None where it does neither.
        """
        if operation.method not in ("get", "post"):
            return None
        for collection in _candidates(template(operation.path)):
            reader = self._readers.get(f"{collection}/{{}}")
            if reader is not None and self._belongs(operation, reader, collection):
                return collection
        return None

    def _belongs(
        self, operation: ContractOperation, reader: ContractOperation, collection: str
    ) -> bool:
        item, own = json_success(reader), json_success(operation)
        if item is None or own is None or item.schema is None:
            return False
        if operation.method == "get":
            return any(item_in(self.document, item, listed) for listed in self._lists(own))
        is_creator = any(response.status == "201" for response in operation.responses)
        return is_creator and collection not in self._creating and self._is_same(own, item)

    def _lists(self, media_type: MediaType) -> Iterator[Path]:
        return (place.schema for place in lists_in(self.document, media_type))

    def _is_same(self, one: MediaType, other: MediaType) -> bool:
        return any(
            is_same(self.document, first, second)
            for first in self._alternatives(one)
            for second in self._alternatives(other)
        )

    def _alternatives(self, media_type: MediaType) -> Iterator[Path]:
        if media_type.schema is not None:
            yield media_type.schema
            for keyword in ("oneOf", "anyOf"):
                node = self.document.at(media_type.schema)
                yield from (branch.path for branch in node.list(keyword))


def _candidates(path: str) -> Iterator[str]:
    """The templates of the collections that may have the items of a list, the longest first."""
    *outer, name = path.split("/")
    if "{}" in outer and name != "{}":
        for length in range(len(outer) - 1, 0, -1):
            yield "/".join((*outer[:length], name))
