"""Services that forget a part of what they were sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.command import run_pytest
from contract_tests.plan import read_plan
from contract_tests.target.target import Target
from tallystick.reader.options import LoadOptions
from tests.contract_tests.contracts import contract_of
from tests.contract_tests.shelves import Library, serving

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
COMMENT = {"type": ["string", "null"], "maxLength": 60}
STATE = {"type": "string", "enum": ["open", "shut"]}
MEMBERS = {"name": NAME, "comment": COMMENT, "state": STATE}

Note = dict[str, Any]
Write = Callable[[Note, Note], Note]


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def operation(status: str, *, body: Any = None) -> dict[str, Any]:
    """An operation that answers with a note, and takes this body."""
    note = {
        "type": "object",
        "required": ["id", *MEMBERS],
        "properties": {"id": {"type": "integer"}, **MEMBERS},
    }
    refusals = {each: {"description": "refused"} for each in ("404", "422")}
    taken = {} if body is None else {"requestBody": {"required": True, **content(body)}}
    success = {"description": "done"} | ({} if status == "204" else content(note))
    return {"responses": {status: success, **refusals}, **taken}


ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
PATHS = {
    "/notes": {
        "post": operation(
            "201", body={"type": "object", "required": ["name"], "properties": MEMBERS}
        )
    },
    "/notes/{id}": {
        "parameters": [ID],
        "get": operation("200"),
        "patch": operation("200", body={"type": "object", "properties": MEMBERS}),
        "delete": operation("204"),
    },
}


def merged(note: Note, sent: Note) -> Note:
    return {**note, **sent}


class Notes(Library):
    """Notes, which are created and changed by functions of what is there and what was sent."""

    def __init__(self, create: Write = merged, patch: Write = merged) -> None:
        super().__init__()
        self.writes = {"POST": create, "PATCH": patch}
        self.notes: dict[str, Note] = {}

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        """See Library."""
        with self.lock:
            self.requests.append(f"{method} {path} {sent}")
            if not re.fullmatch(r"/notes(/\d+)?", path):
                return 404, {"message": "there is nothing here"}
            if method not in (("POST",) if path == "/notes" else ("GET", "PATCH", "DELETE")):
                return 405, {"message": "no such method"}
            if path != "/notes" and path not in self.notes:
                return 404, {"message": "there is none"}
            if method == "DELETE":
                del self.notes[path]
                return 204, None
            return (200, self.notes[path]) if method == "GET" else self._put(method, path, body)

    def _put(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return 422, {"message": "that is no JSON"}
        if not isinstance(value, dict):
            return 422, {"message": "that is no object"}
        number = next(self.ids)
        new = {"id": number, "name": "none", "comment": None, "state": "open"}
        place = f"/notes/{number}" if method == "POST" else path
        self.notes[place] = self.writes[method](self.notes.get(path, new), value)
        return (201 if method == "POST" else 200), self.notes[place]


def forgets_comment(note: Note, sent: Note) -> Note:
    return {**note, "comment": None, **sent}


def forgets_name(note: Note, sent: Note) -> Note:
    return {**note, "name": "none", **sent}


def is_always_open(note: Note, sent: Note) -> Note:
    return {**note, **sent, "state": "open"}


def is_always_shut(note: Note, sent: Note) -> Note:
    return {**note, **sent, "state": "shut"}


CREATED, UPDATED = ("created item read", "POST /notes"), ("updated item read", "PATCH /notes/{id}")


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (Notes(), set()),
        (Notes(patch=forgets_comment), {UPDATED}),
        (Notes(patch=forgets_name), {UPDATED}),
        (Notes(create=is_always_open), {CREATED}),
        (Notes(create=is_always_shut), {CREATED}),
    ],
    ids=[
        "right",
        "a patch forgets the comment",
        "a patch forgets the name",
        "all open",
        "all shut",
    ],
)
def test_what_is_forgotten(tmp_path: Path, service: Notes, expected: set[tuple[str, str]]) -> None:
    """Each member is sent alone, and another value than a service takes by itself."""
    contract_of(tmp_path, PATHS)
    options = LoadOptions((str(tmp_path / "document.json"),))
    plan = read_plan(options, base_url="http://127.0.0.1:1", target_file=None, seed=1)
    with serving(service) as url:
        progress = run_pytest(replace(plan, target=Target(url)), "-k", "test_consistency")
    assert progress.run is not None
    assert progress.errors == []
    assert {(f.check.name, f.operation) for f in progress.run.findings} == expected
