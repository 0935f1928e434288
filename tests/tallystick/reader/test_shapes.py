"""The table of OpenAPI's objects: what stands where."""

import pytest

from tallystick.reader.shapes import KINDS, Member, kind_at, members

OPERATION = ("paths", "/a", "get")
CONTENT = (*OPERATION, "responses", "200", "content", "a/b")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((), "document"),
        (("components",), "components"),
        (("components", "schemas"), None),
        (("components", "schemas", "x-a"), "schema"),
        (("components", "schemas", "A", "properties", "properties"), "schema"),
        (("components", "schemas", "A", "properties"), None),
        (("components", "schemas", "A", "allOf", "0", "items"), "schema"),
        (("components", "schemas", "A", "example"), None),
        (("components", "schemas", "A", "example", "items"), None),
        (("components", "schemas", "A", "enum", "0"), None),
        (("components", "mediaTypes", "M", "itemSchema"), "schema"),
        (("components", "pathItems", "P", "query"), "operation"),
        (("components", "x-more", "A"), None),
        (("webhooks", "w", "post"), "operation"),
        (OPERATION, "operation"),
        (("paths", "/a", "additionalOperations", "COPY"), "operation"),
        ((*OPERATION, "parameters", "0", "content", "a/b", "schema"), "schema"),
        ((*CONTENT, "encoding", "p", "headers", "x-h", "schema"), "schema"),
        ((*CONTENT, "prefixEncoding", "0", "headers", "x-h"), "header"),
        ((*CONTENT, "examples", "e"), "example"),
        ((*CONTENT, "examples", "e", "value"), None),
        ((*OPERATION, "callbacks", "c", "{$url}", "put", "requestBody"), "request body"),
        (("info", "title"), None),
        (("definitions", "A"), None),
    ],
)
def test_what_kind_of_object_stands_at_a_path(path, kind):
    """The names of maps are the author's; what is not in the table is data."""
    assert kind_at(path) == kind


def test_the_members_of_an_object():
    """Those that hold other objects, in its own order."""
    response = {"x-note": {}, "content": {}, "description": "d", "headers": {}}
    assert list(members("response", response)) == [
        ("content", Member("media type", "map")),
        ("headers", Member("header", "map")),
    ]


def test_each_member_of_a_callback_holds_a_path_item():
    """But for extensions."""
    callback: dict[str, object] = {"{$url}": {}, "x-note": {}}
    assert list(members("callback", callback)) == [("{$url}", Member("path item"))]


def test_each_kind_is_in_the_table():
    """Or a walk would end in a traceback."""
    held = {member.kind for table in KINDS.values() for member in table.values()}
    assert held - KINDS.keys() == set()
