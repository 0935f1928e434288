"""Exports: bodies, requests and texts, the command, and documents of other kinds."""

import json
import re

import pytest
import yaml
from click.testing import CliRunner

from tallystick import load_contract
from tallystick.cli import cli
from tallystick.errors import DocumentError
from tallystick.exports import EXPORTS, samples
from tallystick.exports.escaping import Names, json_text, one_line
from tallystick.exports.msw import identifier
from tallystick.generation import bodies
from tests.tallystick.conftest import document

TASKS = {
    "openapi": "3.0.3",
    "info": {"title": "Tasks", "version": "1"},
    "paths": {
        "/tasks": {
            "get": {
                "operationId": "listTasks",
                "parameters": [
                    {"name": "page", "in": "query", "required": True,
                     "schema": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}},
                    {"name": "tags", "in": "query", "required": True,
                     "schema": {"type": "array", "items": {"type": "string"}, "minItems": 2}},
                    {"name": "lang", "in": "header", "required": True, "schema": {"enum": ["en"]}},
                    {"name": "seen", "in": "cookie", "required": True, "example": True,
                     "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "2XX": {"description": "All", "content": {"text/csv": {}, "application/json": {
                        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}
                    }}},
                    "400": {"description": "Task.Page — page is required"},
                    "default": {"description": "Else"},
                },
            },
            "post": {
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {
                    "type": "object", "required": ["a b"],
                    "properties": {"a b": {"type": "string", "minLength": 6}},
                }}}},
                "responses": {
                    "201": {"description": "Created"},
                    "404": {"description": "Task.Gone — it is gone"},
                    "410": {"description": "Task.Gone — it is gone"},
                },
            },
        },
        "/tasks/{id}": {
            "put": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "requestBody": {"content": {"application/json": {"schema": {
                    "type": "object", "properties": {"due": {"type": "string"}, "note": {}},
                }}}},
                "responses": {
                    "200": {"description": "OK", "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Task"},
                        "example": {"id": 7},
                    }}},
                    "422": {
                        "description": "Task.Due — due must be in the future\n\n"
                        "Task.NoDue — due is required\n\nTask.Again — due is required",
                        "content": {"application/json": {"schema": {
                            "oneOf": [
                                {"type": "object", "required": ["code"], "properties": {
                                    "code": {"type": "string", "enum": [code]},
                                    "message": {"type": "string"},
                                }}
                                for code in ("Task.Due", "Task.NoDue", "Task.Again")
                            ]
                        }}},
                    },
                },
            }
        },
    },
    "components": {"schemas": {"Task": {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer"},
            "parent": {"$ref": "#/components/schemas/Task"},
            "size": {"type": "number", "minimum": 3, "maximum": 4, "multipleOf": 2},
        },
    }}},
}  # fmt: skip


@pytest.fixture
def tasks(write):
    """A contract without problems: several operations, statuses and media types."""
    return load_contract(write("tasks.json", TASKS))


def sample(contract, number, name):
    """The request for a case of an operation."""
    operation = contract.operations[number]
    return samples.request_for(contract, operation, bodies.names(operation.cases)[name])


def body(contract, number, name):
    """The body of a case of an operation."""
    operation = contract.operations[number]
    case = bodies.names(operation.cases)[name]
    media_type = bodies.media_type(operation, case)
    assert media_type is not None
    return bodies.body(contract, case, media_type)


def test_every_export_of_every_document(tasks, write):
    """Text that ends with a line feed, and the same bytes from another reading."""
    for name, export in EXPORTS.items():
        for contract, again in ((load_contract(), load_contract()), (tasks, tasks)):
            text = export(contract)
            assert (text[-1], export(again)) == ("\n", text), name


def test_names_are_unique(tasks):
    """The code, the status where there is none, both where two statuses have the code."""
    assert [list(bodies.names(operation.cases)) for operation in tasks.operations] == [
        ["2XX", "Task.Page", "default"],
        ["201", "404 Task.Gone", "410 Task.Gone"],
        ["200", "Task.Due", "Task.NoDue", "Task.Again"],
    ]


def test_bodies(tasks):
    """The example; what the schema says; of alternatives the one with the code."""
    assert body(tasks, 2, "200") == {"id": 7}
    assert body(tasks, 0, "2XX")[0]["size"] == 4
    assert body(tasks, 2, "Task.Again")["code"] == "Task.Again"


def test_a_schema_that_nothing_fits(read):
    """The nearest value stands in: one bad schema never costs the export."""
    content = {"application/json": {"schema": {"type": "integer", "minimum": 7, "maximum": 6}}}
    contract = read({"200": {"description": "OK", "content": content}})
    assert body(contract, 0, "200") == 7


def test_the_request_that_succeeds(tasks):
    """What is required, and what prose demands, by where it stands."""
    first = sample(tasks, 0, "2XX")
    assert first.target({}) == "/tasks?page=1&tags=seasonal&tags=handmade"
    assert first.all_headers() == {"lang": "en", "Cookie": "seen=true"}
    assert sample(tasks, 1, "201").text() == "a+b=A+b+10"
    assert sample(tasks, 2, "200").body == {"due": "2099-01-01T00:00:00Z"}


def test_the_requests_that_fail(tasks):
    """The fault, unless another case has it; else the magic value; else `Prefer`."""
    assert sample(tasks, 0, "Task.Page").target({}) == "/tasks?tags=seasonal&tags=handmade"
    assert sample(tasks, 2, "Task.Due").body == {"due": "2001-01-01T00:00:00Z"}
    assert sample(tasks, 2, "Task.NoDue").body == {}
    assert sample(tasks, 2, "Task.Again").path == {"id": "422000003"}
    assert sample(tasks, 0, "default").headers["Prefer"] == "code=default"
    assert sample(tasks, 1, "410 Task.Gone").headers == {"Prefer": "code=410, example=Task.Gone"}


def test_a_lone_example_is_kept(write):
    """Beside `examples` it must not stand: it becomes one of them."""
    content = {"application/json": {"example": {"x": 1}}}
    responses = {"400": {"description": "Thing.Bad — bad", "content": content}}
    overlay = EXPORTS["overlay"](load_contract(write("d.json", document(responses))))
    first, second = yaml.safe_load(overlay)["actions"]
    assert (first["target"][-11:], first["remove"]) == ("['example']", True)
    assert list(second["update"]["examples"]) == ["Thing.Bad", "example"]


def test_a_document_without_bodies_has_no_overlay(read):
    """An overlay needs an action. The document is there all the same."""
    contract = read({"204": {"description": "Nothing"}})
    with pytest.raises(DocumentError, match="no response with a body"):
        EXPORTS["overlay"](contract)
    assert yaml.safe_load(EXPORTS["document"](contract)) == contract.document.root


@pytest.mark.parametrize(
    ("number", "name"), [(0, "listTasks"), (1, "postTasks"), (2, "putTasksById")]
)
def test_the_names_of_operations(tasks, number, name):
    """The id, or the method and the words of the path."""
    assert identifier(tasks.operations[number]) == name


def test_identifiers():
    """Plain, not reserved, each once."""
    names = Names(frozenset({"class"}))
    given = [names.take(name) for name in ("class", "a-b", "a.b", "1", "")]
    assert given == ["class2", "a_b", "a_b2", "_1", "_"]


@pytest.mark.parametrize("text", ["{{", "{{{", "a{{{{b", "\u2028", "\x85", "\"'`${x}*/\\"])
def test_json_that_stays_a_literal(text):
    """No two braces, no line end, and the same text when it is read."""
    made = json_text({"a": text})
    assert json.loads(made) == {"a": text}
    assert not re.search("[{]{2}|[\u2028\x85]", made)


def test_one_line():
    """No end of a line, and nothing that cannot be printed."""
    assert one_line(" a\r\n\u2028b\x85c\x00 \x1bd ") == "a b c d"


# --- the command


def invoke(*arguments):
    return CliRunner().invoke(cli, ["export", *arguments])


def test_output_and_check(tmp_path):
    """Written, current; in a checkout with other line ends, too."""
    place = tmp_path / "api.http"
    assert (invoke("http", "--output", str(place)).exit_code, place.exists()) == (0, True)
    assert place.read_text("utf-8") == invoke("http").output
    place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
    run = invoke("http", "--check", str(place))
    assert (run.exit_code, run.output) == (0, "")


def test_a_stale_file(tmp_path, write):
    """Exit code 1, and the command that renews it."""
    document = write("my tasks.json", TASKS)
    overlay = write("o.yaml", "overlay: 1.0.0\ninfo: {title: t, version: '1'}\n"
                    "actions: [{target: $.info, update: {title: Other}}]\n")  # fmt: skip
    place = tmp_path / "api.http"
    invoke("http", document, "--output", str(place))
    run = invoke("http", document, "--overlay", overlay, "--check", str(place))
    assert (run.exit_code, run.output) == (
        1,
        f"error: {place} is stale: the contract gives another http now.\n"
        f"hint: tallystick export http '{document}' --overlay {overlay} --output {place}\n",
    )


def test_a_file_that_cannot_be_read_or_written(tmp_path):
    """An error with its reason, which ends with exit code 2."""
    for option, wrong in (("--check", "read"), ("--output", "written")):
        run = invoke("http", option, str(tmp_path / "none" / "x"))
        assert f"cannot be {wrong}: No such file or directory." in str(run.exception)


def test_the_exit_code_of_a_file_that_is_not_there(monkeypatch, capsys):
    """As the shell sees it: 2, one line, no traceback."""
    from tallystick.cli import main

    monkeypatch.setattr("sys.argv", ["tallystick", "export", "http", "--check", "/none"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert capsys.readouterr().err.startswith("error: /none cannot be read: ")


def test_the_help_names_every_export():
    """The table is what there is."""
    shown = invoke("--help").output
    assert [name for name in EXPORTS if name not in shown] == []
