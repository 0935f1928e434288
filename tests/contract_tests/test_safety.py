"""What a run did not create is neither changed nor deleted, whatever a service answers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.command import run_pytest
from contract_tests.plan import read_plan
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from tallystick.reader.options import LoadOptions
from tests.contract_tests.contracts import contract_of
from tests.contract_tests.shelves import Library, serving

NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1}
TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 60}
ADMIN = {"id": 1, "name": "admin", "note": "the first"}
READER = {"id": 2, "name": "reader", "note": "the second"}


def answers(status: str, schema: Any = None, *, sent: Any = None) -> dict[str, Any]:
    """An operation with a success of this status, and what it takes."""

    def of(what: Any) -> dict[str, Any]:
        return {"application/json": {"schema": what}}

    success = {"description": "done"} | ({} if schema is None else {"content": of(schema)})
    refusals = {each: {"description": "refused"} for each in ("404", "409", "422")}
    body = {} if sent is None else {"requestBody": {"required": True, "content": of(sent)}}
    return {"responses": {status: success, **refusals}, **body}


def object_of(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*members], "properties": members}


ROLE = object_of(id=NUMBER, name=TEXT, note=TEXT)
USER = object_of(id=NUMBER, name=TEXT)
ID = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": NUMBER}]}


def document_of(sent: Any) -> dict[str, Any]:
    """A document of users, who get roles by this body."""
    listed = {"type": "array", "items": ROLE}
    note = object_of(note=TEXT)
    return {
        "/users": {"post": answers("201", USER, sent=object_of(name=TEXT))},
        "/users/{id}": ID | {"get": answers("200", USER), "delete": answers("204")},
        "/users/{id}/roles": ID
        | {"get": answers("200", listed), "post": answers("201", ROLE, sent=sent)},
        "/roles/{id}": ID
        | {
            "get": answers("200", ROLE),
            "put": answers("200", ROLE, sent=note),
            "patch": answers("200", ROLE, sent=note),
            "delete": answers("204"),
        },
    }


class Roles(Library):
    """Users, and roles that are there before: a user is given one by its name or its id. It does
    not look at media types.
    """

    def __init__(
        self, *, refuses_again: bool = False, makes: bool = False, finds: bool = False
    ) -> None:
        super().__init__()
        self.refuses_again, self.makes, self.finds = refuses_again, makes, finds
        self.users: dict[int, list[int]] = {}
        self.roles = {1: dict(ADMIN), 2: dict(READER)}

    def answer(self, method: str, path: str, body: bytes, _: str) -> tuple[int, Any]:
        """See Library."""
        with self.lock:
            self.requests.append(f"{method} {path}")
            match = re.fullmatch(r"/(users|roles)(?:/(\d+))?(/roles)?", path)
            if match is None or (match[1] == "roles" and (match[3] or not match[2])):
                return 404, {"message": "there is nothing here"}
            number = int(match[2] or 0)
            known: dict[int, Any] = self.users if match[1] == "users" else self.roles
            if match[2] and number not in known:
                return 404, {"message": "there is none"}
            if method == "GET" and match[2]:
                return 200, self._read(match[1], number, inside=bool(match[3]))
            if method == "DELETE" and match[2] and not match[3]:
                del known[number]
                return 204, None
            if method not in ("POST", "PUT", "PATCH"):
                return 405, {"message": "no such method"}
            try:
                value = json.loads(body.decode())
            except (ValueError, RecursionError):
                return 422, {"message": "that is no JSON"}
            if not isinstance(value, dict):
                return 422, {"message": "that is no object"}
            return self._written(match[1], number, value, inside=bool(match[3]))

    def _read(self, kind: str, number: int, *, inside: bool) -> Any:
        if inside:
            return [self.roles[each] for each in self.users[number] if each in self.roles]
        return self.roles[number] if kind == "roles" else {"id": number, "name": "a user"}

    def _written(
        self, kind: str, number: int, value: dict[str, Any], *, inside: bool
    ) -> tuple[int, Any]:
        if inside:
            return self._give(self.users[number], value)
        if kind == "users":
            number = next(self.ids)
            self.users[number] = []
            return 201, {"id": number, "name": value.get("name", "")}
        self.roles[number] |= {"note": value.get("note", "")}
        return 200, self.roles[number]

    def _give(self, has: list[int], value: dict[str, Any]) -> tuple[int, Any]:
        wanted = value.get("name", value.get("role_id"))
        found = [n for n, role in self.roles.items() if wanted in (n, role["name"])]
        if self.makes and isinstance(wanted, str) and not (self.finds and found):
            number = next(self.ids)
            self.roles[number] = {"id": number, "name": wanted, "note": "a new one"}
            found = [number]
        if not found:
            return 422, {"message": "there is no such role"}
        if self.refuses_again and found[0] in has:
            return 409, {"message": "the user has it"}
        has.append(found[0])
        return 201, self.roles[found[0]]


def run_of(tmp_path: Path, service: Roles, sent: Any, **keys: Any) -> Run:
    """A whole run of the service."""
    contract_of(tmp_path, document_of(sent))
    plan = read_plan(
        LoadOptions((str(tmp_path / "document.json"),)),
        base_url="http://127.0.0.1:1",
        target_file=None,
        seed=1,
    )
    with serving(service) as url:
        progress = run_pytest(replace(plan, target=Target(url, **keys)))
    assert progress.run is not None
    assert progress.errors == []
    return progress.run


NAMED = object_of(name={"type": "string", "enum": ["admin", "reader"]})
REFERRING = object_of(role_id=NUMBER)
FREE = object_of(name=TEXT)
ANY = object_of(name={"type": "string", "enum": ["any"]})
LEFT_ALONE = (
    "2 items of /roles that a create answered with may have been there before, and were left alone"
)
GIVEN = {"body.name": "administrator"}


@pytest.mark.parametrize("refuses_again", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("sent", [NAMED, REFERRING], ids=["by name", "by id"])
def test_what_a_relation_answers_with(tmp_path: Path, sent: Any, *, refuses_again: bool) -> None:
    """A role that a user is given was there before."""
    service = Roles(refuses_again=refuses_again)
    run = run_of(tmp_path, service, sent)
    assert service.roles == {1: ADMIN, 2: READER}
    assert service.users == {}
    assert [note for note in run.notes if "/roles" in note] == (
        [LEFT_ALONE] if sent is NAMED else []
    )


def test_a_role_that_has_to_be_named(tmp_path: Path) -> None:
    """Nothing in the document says which names there are: that they are refused is no finding."""
    run = run_of(tmp_path, Roles(), FREE)
    assert "status of the case" not in {finding.check.name for finding in run.findings}


def test_a_role_that_the_target_file_names(tmp_path: Path) -> None:
    """Its name is nobody's of the run."""
    service = Roles()
    service.roles[1]["name"] = "administrator"
    run_of(tmp_path, service, FREE, parameters=GIVEN)
    assert service.roles == {1: {**ADMIN, "name": "administrator"}, 2: READER}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(FREE, id="a text of the run"),
        pytest.param(ANY, id="another each time", marks=pytest.mark.long),
    ],
)
def test_what_is_new(tmp_path: Path, sent: Any) -> None:
    """What is shown to be new is changed and deleted as all that a run creates."""
    service = Roles(makes=True)
    run_of(tmp_path, service, sent)
    assert service.roles == {1: ADMIN, 2: READER}
    made = {request for request in service.requests if re.search(r" /roles/1\d\d$", request)}
    assert {request.split()[0] for request in made} >= {"GET", "PUT", "PATCH", "DELETE"}


def test_what_is_made_where_there_is_none(tmp_path: Path) -> None:
    """A role of a name that the run makes up is new; one of a short name may have been there."""
    service = Roles(makes=True, finds=True)
    service.roles[3] = {"id": 3, "name": "a", "note": "the third"}
    run_of(tmp_path, service, FREE)
    assert service.roles[3] == {"id": 3, "name": "a", "note": "the third"}
    assert not any("tallystick" in str(role["name"]) for role in service.roles.values())


def test_an_item_that_only_somebody_else_has(tmp_path: Path) -> None:
    """Where a run has created none, a made id is not taken for one: there may be an item."""
    service = Roles()
    run_of(tmp_path, service, REFERRING, exclude=("POST /users/*",))
    assert service.roles == {1: ADMIN, 2: READER}


SLOT = object_of(note=TEXT)


class Slots(Library):
    """Slots with numbers, which are put; some are there before. It never says 201."""

    def __init__(self) -> None:
        super().__init__()
        somebodys: dict[str, Any] = {"note": "of somebody"}
        self.slots = {f"/slots/{number}": somebodys for number in range(1, 12)}

    def answer(self, method: str, path: str, body: bytes, _: str) -> tuple[int, Any]:
        """See Library."""
        with self.lock:
            self.requests.append(f"{method} {path}")
            if not re.fullmatch(r"/slots/\d+", path):
                return 404, {"message": "there is nothing here"}
            if method == "PUT":
                try:
                    value = json.loads(body.decode())
                except (ValueError, RecursionError):
                    return 422, {"message": "that is no JSON"}
                self.slots[path] = {"note": value.get("note")} if isinstance(value, dict) else {}
                return 200, self.slots[path]
            if path not in self.slots:
                return 404, {"message": "there is none"}
            if method == "DELETE":
                del self.slots[path]
                return 204, None
            return (200, self.slots[path]) if method == "GET" else (405, {"message": "no"})


def test_what_a_put_replaces(tmp_path: Path) -> None:
    """A PUT creates at an id of the run, where no POST does; what is deleted is that one."""
    slots = Slots()
    before = dict(slots.slots)
    item = {"get": answers("200", SLOT), "put": answers("200", SLOT, sent=SLOT)}
    contract_of(tmp_path, {"/slots/{id}": ID | item | {"delete": answers("204")}})
    options = LoadOptions((str(tmp_path / "document.json"),))
    plan = read_plan(options, base_url="http://127.0.0.1:1", target_file=None, seed=1)
    with serving(slots) as url:
        progress = run_pytest(replace(plan, target=Target(url)))
    assert progress.errors == []
    assert {path: slots.slots.get(path) for path in before} == before
    assert "DELETE /slots/987650001" in slots.requests
