"""An item while it is read, listed and updated.

A document hardly ever says that a service remembers, so what is found is advisory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contract_tests.checks import table
from contract_tests.checks.consistency import changed, in_words, lost
from contract_tests.checks.context import Compared, Violation, documented_response
from contract_tests.checks.schemas import schema_at
from contract_tests.checks.table import Check
from contract_tests.http.bodies import OCTETS, format_of, is_json, part_type
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.operations.resources import Resource, items, path_parameters, unwrapped
from contract_tests.remembering.creating import (
    LEADS_NOWHERE,
    MOST_TRIED,
    NewItem,
    create,
    differing,
    handled,
    status_of,
)
from contract_tests.remembering.lists import is_whole, longest
from contract_tests.requests.base import Base, Bases
from contract_tests.requests.conditions import strong_tag
from contract_tests.requests.reaching import agreeing, fits_body, full_bodies
from contract_tests.requests.sources import Sources
from contract_tests.results.run import Run, success_value
from tallystick.catalogue.collections import template
from tallystick.contract import ContractOperation
from tallystick.reader.operations import properties


class Observation:
    """An item, and what is known of it while it is read, listed and updated."""

    def __init__(self, run: Run, bases: Bases, item: NewItem, values: tuple[str, ...]) -> None:
        self.run, self.bases, self.item, self.values = run, bases, item, values
        self.list, self.outer = template(item.operation.path), _outer(item)
        self.path = run.plan.roles.collection(item.operation) or self.list
        self.reader = self._operation("get", f"{self.path}/{{}}")
        self.lister = self._operation("get", self.list)
        self.last: Mapping[str, Any] = unwrapped(success_value(item.exchange))
        self.tag = ""

    def check_created(self) -> None:
        """What is read is what was sent, and what the create has answered."""
        body = self.item.request.body
        sent = (
            {n: v for n, v in body.items() if not isinstance(v, bytes)}
            if isinstance(body, dict)
            else {}
        )
        exchange, read = self._read()
        if exchange is None or read is None:
            wrong = lost(sent, self.last, frozenset())
            what = "what is answered is not what was sent"
            self._find(table.CREATED_READ, self.item.exchange, wrong, what, before=sent)
            self._check_file(exchange)
            return
        wrong = lost(sent, read, self._documented())
        # What is accepted goes on being processed (RFC 9110 section 15.3.3).
        wrong |= {} if status_of(self.item.exchange) == 202 else changed(self.last, read)
        before = {**self.last, **sent}
        what = "what is read is not what was created"
        self._find(table.CREATED_READ, exchange, wrong, what, before=before)
        self.last, self.tag = read, _tag(exchange)

    def _check_file(self, exchange: Exchange | None) -> None:
        """The one file of a form is read as it was sent, in the media type of its part."""
        request, outcome = self.item.request, exchange.outcome if exchange else None
        body = request.body if isinstance(request.body, dict) else {}
        files = {name: value for name, value in body.items() if isinstance(value, bytes)}
        if exchange is None or not isinstance(outcome, Response) or len(files) != 1:
            return
        if not outcome.is_success or is_json(outcome.media_type):
            return
        ((name, sent),) = files.items()
        media_type, _ = part_type(format_of(request.operation, request.media_type or ""), name)
        wrong = {}
        if outcome.body != sent:
            wrong[name] = (
                f"the file has {len(outcome.body)} bytes, others than the {len(sent)} sent"
            )
        elif media_type not in (None, OCTETS, outcome.media_type):
            wrong[name] = f"the file is {outcome.media_type}, and was sent as {media_type}"
        self._find(table.CREATED_READ, exchange, wrong, "", self.reader)

    def check_parent(self) -> None:
        """The item is not there below another parent, and not in the list of that parent."""
        others = [
            values
            for resource in self.run.resources.found
            if f"{resource.collection}/{{}}" == self.list.rpartition("/")[0]
            and not resource.is_deleted
            and (values := self.run.resources.values_of(resource))
            and values != self.outer
        ]
        if not others:
            return
        self._check_other_list(others[0])
        if self.path != self.list:  # its address names no parent
            return
        self.values, own = (*others[0], self.values[-1]), self.values
        exchange, read = self._read()
        self.values = own
        if exchange is not None and read is not None and not changed(self.last, read):
            wrong = {"": f"it can be read below another parent, {'/'.join(others[0])}, too"}
            self._find(table.OF_ITS_PARENT, exchange, wrong, "", self.reader)

    def _check_other_list(self, parents: tuple[str, ...]) -> None:
        """One with the same id may be there by chance, so a second new item decides."""
        lister = self.lister
        before, _ = self._ids_below(lister, parents) if lister else (set[str](), None)
        if lister is None or self.values[-1] not in before:
            return
        creator = self.item.operation
        item = create(self.run, creator, self.bases.of(creator))
        values = self.run.resources.values_of(item.resource) if item and item.resource else None
        after, exchange = self._ids_below(lister, parents)
        outer = _outer(item) if item else parents
        if values and outer != parents and values[-1] in after - before:
            wrong = {"": f"it has a new item of another parent, {'/'.join(outer)}"}
            self._find(table.OF_ITS_PARENT, exchange, wrong, "", lister)

    def _ids_below(
        self, lister: ContractOperation, parents: tuple[str, ...]
    ) -> tuple[set[str], Exchange]:
        """The ids in the list below other parents."""
        self.outer, own = parents, self.outer
        exchange = self.run.client.send(self._at(longest(self.run, self.bases.of(lister).request)))
        self.run.check(lister, exchange, handled("a list below another parent"))
        listed = self._as(list(items(success_value(exchange))))
        self.outer = own
        known = filter(None, map(self.run.resources.values_of, listed))
        return {values[-1] for values in known}, exchange

    def check_listed(self) -> None:
        """A list that looks whole has the item, as it is read."""
        lister = self.lister
        if lister is None:
            return
        request = longest(self.run, self.bases.of(lister).request)
        exchange = self.run.client.send(self._at(request))
        self.run.check(lister, exchange, handled("a list with a new item"))
        value = success_value(exchange)
        listed = list(items(value))
        if not isinstance(value, dict | list):
            return
        ids = [(resource, self.run.resources.values_of(resource)) for resource in self._as(listed)]
        found = next((resource for resource, values in ids if values == self.values), None)
        are_known = all(values for _, values in ids)
        if is_whole(value, len(listed), exchange) and found is None and are_known:
            wrong = {"": "the list does not have the item that was just created"}
            self._find(table.CREATED_LISTED, exchange, wrong, "", lister)
        elif listed:
            self._check_entry(found, ids, exchange, lister)

    def _check_entry(
        self,
        found: Resource | None,
        ids: list[tuple[Resource, tuple[str, ...] | None]],
        exchange: Exchange,
        lister: ContractOperation,
    ) -> None:
        """What is listed of this item, or else of the first that has an id, is what is read."""
        last: Mapping[str, Any] | None = self.last
        if found is None:
            found, values = next(((r, v) for r, v in ids if v), (None, None))
            own, self.values = self.values, values or self.values
            reading, last = self._read() if found else (None, None)
            self.values = own
            if reading is not None and status_of(reading) in LEADS_NOWHERE:
                wrong = {"": f"the list has an item that is not there: {values}"}
                self._find(table.CREATED_LISTED, reading, wrong, "", lister)
        if found is not None and last is not None:
            what = "what is listed is not what is read"
            wrong = changed(found.members, last)
            self._find(table.CREATED_LISTED, exchange, wrong, what, lister)

    def check_updated(self, operation: ContractOperation) -> None:
        """What is read afterwards is what was sent; a PATCH leaves the rest as it is (RFC 5789)."""
        base = self.bases.of(operation)
        if not base.is_success or not isinstance(base.request.body, dict):
            return
        self._check_update(operation, self._otherwise(base)[:MOST_TRIED])
        if operation.method == "patch":
            for request in self._of_one(base)[:MOST_TRIED]:
                self._check_update(operation, [request])
            self._check_update(operation, self._removing(base)[:MOST_TRIED])

    def _check_update(
        self, operation: ContractOperation, tried: Sequence[OperationRequest]
    ) -> None:
        placed = map(self._at, tried)
        sent: dict[str, Any] = next((each.body for each in placed if self._is_done(each)), {})
        exchange, read = self._read() if sent else (None, None)
        if exchange is None or read is None:
            return
        wrong = lost(sent, read, self._documented())
        if operation.method == "patch":
            may_change = _writable(self.run, operation) - sent.keys()
            wrong |= changed({n: v for n, v in self.last.items() if n in may_change}, read)
        what = f"what is read is not what was sent by {operation.method.upper()}"
        self._find(
            table.UPDATED_READ, exchange, wrong, what, operation, before={**self.last, **sent}
        )
        tag = _tag(exchange)
        if tag and tag == self.tag and changed(self.last, read):
            wrong = {"": f"the item has changed, and its ETag is still {self.tag}"}
            self._find(table.ENTITY_TAG, exchange, wrong, "", self.reader)
        self.last, self.tag = read, tag

    def _of_one(self, base: Base) -> list[OperationRequest]:
        """Updates of one member: what the others lose shows in the rest."""
        full = full_bodies(self.run.contract, base.request, self.run.plan.seed + 5)
        bodies = [{name: value} for body in full[:1] for name, value in body.items()]
        return self._fitting(base, bodies)

    def _removing(self, base: Base) -> list[OperationRequest]:
        """Updates with null, which removes a member (RFC 7396)."""
        bodies = [{name: None} for name, value in self.last.items() if value is not None]
        return self._fitting(base, bodies)

    def _fitting(self, base: Base, bodies: Iterable[Any]) -> list[OperationRequest]:
        """The updates that the document takes."""
        requests = [replace(base.request, body=body) for body in bodies]
        may_change = _writable(self.run, base.operation)
        return [
            request
            for request in requests
            if may_change & request.body.keys() and fits_body(self.run.contract, request)
        ]

    def _is_done(self, request: OperationRequest) -> bool:
        """Whether an update of the item is done."""
        update = self.run.client.send(request)
        self.run.check(request.operation, update, handled("another item"))
        outcome = update.outcome
        return isinstance(outcome, Response) and outcome.status in (200, 201, 204)

    def _otherwise(self, base: Base) -> list[OperationRequest]:
        """Updates, the one that changes the most members first."""
        others = full_bodies(self.run.contract, base.request, self.run.plan.seed + 2)
        made = Sources(
            self.run.contract, self.run.target, self.run.resources, self.run.plan.seed + 2
        )
        requests = [replace(base.request, body=body) for body in others]
        requests += [candidate.request for candidate in made.candidates(base.operation)]
        requests = [each for each in (*requests, base.request) if isinstance(each.body, dict)]
        best = sorted(requests[2:], key=lambda each: -len(changed(each.body, self.last)))
        first = (differing(self.run, each, requests, self.last) for each in requests[:2])
        return [*first, *best]

    def _read(self) -> tuple[Exchange | None, Mapping[str, Any] | None]:
        if self.reader is None:
            return None, None
        exchange = self.run.client.send(self._at(self.bases.of(self.reader).request))
        self.run.check(self.reader, exchange, handled("an item that was just created"))
        read = success_value(exchange)
        return exchange, unwrapped(read) if isinstance(read, dict) else None

    def _find(
        self,
        check: Check,
        exchange: Exchange,
        wrong: Mapping[str, str],
        what: str,
        operation: ContractOperation | None = None,
        *,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        if wrong:
            message = f"{what}: {in_words(wrong)}" if what else in_words(wrong)
            about = operation or self.item.operation
            violation = Violation(message, tuple(sorted(wrong)))
            if before is not None:
                body = json.dumps(before, ensure_ascii=False, default=str).encode()
                marks = tuple(f"/{name}" for name in wrong)
                compared = Compared("what was sent and answered before", body)
                violation = replace(violation, marks=marks, compared=compared)
            self.run.violate(about, exchange, handled("the item again"), check, violation)

    def _operation(self, method: str, path: str) -> ContractOperation | None:
        found = (
            operation
            for operation in self.run.contract.operations
            if operation.method == method and template(operation.path) == path
        )
        left_out = self.run.plan.scope.left_out
        return next((operation for operation in found if left_out(operation) is None), None)

    def _at(self, request: OperationRequest) -> OperationRequest:
        """A request to this item, or to the list that it is in."""
        names = [parameter.name for parameter in path_parameters(request.operation)]
        is_list = template(request.operation.path) == self.list
        own = dict(zip(names, self.outer if is_list else self.values, strict=False))
        return agreeing(self.run.contract, replace(request, path={**request.path, **own}))

    def _as(self, listed: list[dict[str, Any]]) -> list[Resource]:
        parents = self.values[:-1]
        return [Resource(self.path, parents, each, None, is_created=False) for each in listed]

    def _documented(self) -> frozenset[str]:
        """The members that a response to reading has by the document."""
        documented = documented_response(self.reader, 200) if self.reader else None
        document = self.run.contract.document
        paths = [m.schema for m in documented.media_types if m.schema] if documented else []
        return frozenset(
            name
            for path in paths
            for name, inside in properties(document, path)
            if schema_at(document, inside).get("writeOnly") is not True
        )


def _outer(item: NewItem) -> tuple[str, ...]:
    """The values in the path of the list that an item was created in."""
    names = (parameter.name for parameter in path_parameters(item.operation))
    return tuple(str(item.request.path[name]) for name in names)


def _tag(exchange: Exchange) -> str:
    outcome = exchange.outcome
    return strong_tag(outcome.headers) if isinstance(outcome, Response) else ""


def _writable(run: Run, operation: ContractOperation) -> set[str]:
    """The members that a client may send."""
    body = operation.request_body
    paths = [media.schema for media in body.media_types if media.schema] if body else []
    return {name for path in paths for name, _ in properties(run.contract.document, path)}
