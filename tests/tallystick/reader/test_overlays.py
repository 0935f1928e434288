"""OpenAPI Overlays 1.0 and 1.1, applied to a document."""

import pytest

from tallystick.errors import LoadError, OverlayError
from tallystick.reader.document import Document
from tests.tallystick.conftest import load
from tests.tallystick.reader.said import said

BASE = """\
openapi: 3.1.1
info: {title: Things, version: "1"}
tags:
  - name: a
  - name: b
  - name: c
  - name: d
servers:
  - url: https://example.com
paths:
  /things/{id}:
    get:
      operationId: readThing
      summary: Read
      deprecated: true
      tags: [a]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer}}
      responses:
        "200": {description: OK}
        "404": {description: Gone}
    delete:
      operationId: dropThing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "204": {description: Done}
"""
GET = "$.paths['/things/{id}'].get"
HEAD = 'overlay: {}\ninfo: {{title: o, version: "1"}}\nactions:\n'


@pytest.fixture
def apply(write):
    """A function that applies an overlay of these actions (lines of YAML) to `BASE`."""

    def to(actions: str, version: str = "1.0.0") -> Document:
        overlay = write("o.yaml", HEAD.format(version) + actions)
        return load(write("base.yaml", BASE), [overlay])

    return to


@pytest.fixture
def failure(write):
    """A function that gives the message of an overlay, its file's name cut off."""

    def of(overlay: str) -> str:
        place = write("o.yaml", overlay)
        with pytest.raises(OverlayError) as caught:
            load(write("base.yaml", BASE), [place])
        assert str(caught.value).startswith(f"{place}:")
        return str(caught.value).removeprefix(f"{place}:")

    return of


def get(document: Document) -> dict:
    return document.root["paths"]["/things/{id}"]["get"]


def names(document: Document) -> list[str]:
    return [tag["name"] for tag in document.root["tags"]]


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.1.0"])
def test_an_object_is_merged(apply, version):
    """What the update has is added or replaced; what it has not stays (section 4.4.3)."""
    document = apply("- {target: $.info, update: {title: New, summary: S}}\n", version)
    assert document.root["info"] == {"title": "New", "version": "1", "summary": "S"}


def test_objects_are_merged_recursively(apply):
    """An object within the update is merged, not replaced."""
    actions = "- target: $\n  update: {paths: {'/things/{id}': {get: {summary: S}}}}\n"
    assert (get(apply(actions))["summary"], get(apply(actions))["operationId"]) == (
        "S",
        "readThing",
    )


def test_an_array_within_an_update_is_appended(apply):
    """Arrays are concatenated."""
    assert names(apply("- {target: $, update: {tags: [{name: e}, {name: f}]}}\n")) == [
        *"abcdef"
    ]  # fmt: skip


def test_an_entry_is_appended_to_the_array_that_a_target_selects(apply):
    """An update of an array is an entry to append."""
    assert names(apply("- {target: $.tags, update: {name: e}}\n")) == [*"abcde"]


def test_a_list_is_appended_entry_by_entry(apply):
    """A list given to an array is taken for its entries."""
    assert names(apply("- {target: $.tags, update: [{name: e}, {name: f}]}\n")) == [*"abcdef"]


def test_a_primitive_that_a_target_selects_is_replaced(apply):
    """Overlay 1.1 lets a target select a primitive."""
    assert apply("- {target: $.info.title, update: New}\n", "1.1.0").root["info"] == {
        "title": "New",
        "version": "1",
    }


def test_an_update_goes_to_every_node_selected(apply):
    """And each gets a value of its own."""
    document = apply("- {target: '$.tags[*]', update: {x-a: {n: 1}}}\n")
    assert document.root["tags"] == [{"name": n, "x-a": {"n": 1}} for n in "abcd"]


def test_a_member_is_removed(apply):
    """`remove: true` on a member of an object."""
    assert "deprecated" not in get(apply(f'- {{target: "{GET}.deprecated", remove: true}}\n'))


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("$.tags[1]", "acd"),
        ("$.tags[0, 2]", "bd"),
        ("$.tags[2, 0]", "bd"),
        ("$.tags[0, 0]", "bcd"),
        ("$.tags[1:3]", "ad"),
        ("$.tags[-1]", "abc"),
        ("$.tags[?@.name == 'b' || @.name == 'd']", "ac"),
        ("$.tags[?@.name != 'a']", "a"),
        ("$.tags[*]", ""),
    ],
)
def test_items_are_removed(apply, target, left):
    """Several items of one list go together, none by mistake, none twice."""
    assert names(apply(f'- {{target: "{target}", remove: true}}\n')) == [*left]


def test_a_filter_selects_by_content(apply):
    """RFC 9535 filter expressions, over all parameters."""
    actions = "- {target: \"$..parameters[?@.in == 'query']\", update: {description: D}}\n"
    described = [p["name"] for p in get(apply(actions))["parameters"] if "description" in p]
    assert described == ["limit"]


def test_remove_wins_over_update(apply):
    """Where `remove` is true, `update` has no effect (section 4.4.3)."""
    document = apply("- {target: $.tags, update: [{name: e}], remove: true}\n")
    assert "tags" not in document.root


def test_remove_false_removes_nothing(apply):
    """The default, spelled out."""
    assert names(apply("- {target: $.tags, update: {name: e}, remove: false}\n")) == [*"abcde"]


def test_copy_merges_a_node_of_the_document(apply):
    """Overlay 1.1's `copy` takes what it selects as the update."""
    document = apply(
        f"- target: \"$.paths['/things/{{id}}'].delete.responses\"\n  copy: {GET}.responses\n",
        "1.1.0",
    )
    responses = document.root["paths"]["/things/{id}"]["delete"]["responses"]
    assert responses == {
        "204": {"description": "Done"},
        "200": {"description": "OK"},
        "404": {"description": "Gone"},
    }


def test_a_copy_is_independent_of_its_source(apply):
    """A later update of the copy does not change what it was copied from."""
    document = apply(
        "- {target: $, update: {x-b: {}}}\n"
        "- {target: \"$['x-b']\", copy: $.info}\n"
        "- {target: \"$['x-b']\", update: {title: Other}}\n",
        "1.1.0",
    )
    assert (document.root["x-b"]["title"], document.root["info"]["title"]) == ("Other", "Things")


def test_actions_are_applied_in_order(apply):
    """Each to the result of those before (section 4.4.1)."""
    actions = (
        "- {target: $.tags, remove: true}\n"
        "- {target: $, update: {tags: [{name: z}]}}\n"
        "- {target: $.tags, update: {name: y}}\n"
    )
    assert names(apply(actions)) == ["z", "y"]


def test_overlays_are_applied_in_order(write):
    """The second works on the result of the first."""
    first = write("1.yaml", HEAD.format("1.0.0") + "- {target: $.info, update: {title: A}}\n")
    second = write("2.yaml", HEAD.format("1.0.0") + "- {target: $.info, update: {title: B}}\n")
    document = load(write("base.yaml", BASE), [first, second])
    assert document.root["info"]["title"] == "B"


def test_the_document_on_disk_is_untouched(apply, tmp_path):
    """An overlay changes what is read, not what is stored."""
    apply("- {target: $.info, update: {title: New}}\n")
    assert (tmp_path / "base.yaml").read_text() == BASE


def test_a_target_that_matches_nothing_is_a_diagnostic(apply):
    """It names the file, the line and the target; the other actions apply."""
    document = apply("- target: $.nope\n  remove: true\n- {target: $.info, update: {title: A}}\n")
    assert (document.root["info"]["title"], said(document)) == (
        "A",
        [
            "error: o.yaml:4 at #/actions/0/target: the target $.nope matches nothing "
            "[overlay-without-effect]"
        ],
    )


def test_a_value_from_an_overlay_keeps_its_place_there(apply, tmp_path):
    """Its file and line are the overlay's."""
    document = apply("- target: $.info\n  update:\n    summary: S\n")
    source = document.locate(("info", "summary"))
    assert (source.file, source.line, source.pointer) == (
        str(tmp_path / "o.yaml"),
        6,
        "/actions/0/update/summary",
    )


def test_a_value_beside_it_keeps_its_place_in_the_document(apply, tmp_path):
    """A merge moves nothing else."""
    source = apply("- {target: $.info, update: {summary: S}}\n").locate(("info", "title"))
    assert (source.file, source.line) == (str(tmp_path / "base.yaml"), 2)


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("a: 1\n", "1: This is no overlay: it has no member 'overlay'."),
        ("- a\n", "1: This is no overlay: it has no member 'overlay'."),
        (
            HEAD.format("2.0.0") + "- {target: $, update: {}}\n",
            "1 at #/overlay: Overlay version '2.0.0' is not known; 1.0.x and 1.1.x are.",
        ),
        (
            HEAD.format("1.1") + "- {target: $, update: {}}\n",
            "1 at #/overlay: Overlay version 1.1 is not known; 1.0.x and 1.1.x are.",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: o}\nactions: [{target: $, update: {}}]\n",
            "2 at #/info: 'info' must have a 'title' and a 'version'.",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nactions: []\n",
            "3 at #/actions: 'actions' must be a list with at least one action.",
        ),
        (
            "overlay: 1.0.0\naction: []\n",
            "2 at #/action: The member 'action' is not known here; known are actions, extends, "
            "info, overlay.",
        ),
        (
            HEAD.format("1.0.0") + "- {update: {}}\n",
            "4 at #/actions/0: An action needs a 'target', a JSONPath in a string.",
        ),
        (
            HEAD.format("1.0.0") + "- {target: $}\n",
            "4 at #/actions/0: An action needs one of 'update', 'remove' and 'copy'.",
        ),
        (
            HEAD.format("1.0.0") + "- target: $\n  updates: {}\n",
            "5 at #/actions/0/updates: The member 'updates' is not known here; known are copy, "
            "description, remove, target, update.",
        ),
        (
            HEAD.format("1.0.0") + "- target: $\n  remove: 'true'\n",
            "5 at #/actions/0/remove: 'remove' must be true or false.",
        ),
        (
            HEAD.format("1.0.0") + "- target: $\n  copy: $.info\n",
            "5 at #/actions/0/copy: 'copy' needs 'overlay: 1.1.0'.",
        ),
        (
            HEAD.format("1.1.0") + "- target: $.info\n  copy: '$.tags[*]'\n",
            "5 at #/actions/0/copy: 'copy' must select one node, but $.tags[*] selects 4.",
        ),
        (
            HEAD.format("1.1.0") + "- target: $.info\n  copy: $.nope\n",
            "5 at #/actions/0/copy: 'copy' must select one node, but $.nope selects 0.",
        ),
        (
            HEAD.format("1.0.0") + "- target: $.info\n  update: {title: {a: 1}}\n",
            "4 at #/actions/0: At #/info/title, an object cannot be merged into a primitive "
            "value; remove the old value first.",
        ),
        (
            HEAD.format("1.0.0") + "- target: $\n  update: {tags: x}\n",
            "4 at #/actions/0: At #/tags, a primitive value cannot be merged into an array; "
            "remove the old value first.",
        ),
        (
            HEAD.format("1.0.0") + "- target: $\n  remove: true\n",
            "4 at #/actions/0: The root of the document cannot be removed.",
        ),
    ],
)
def test_a_mistake_has_its_line(failure, overlay, message):
    """File, line, pointer, what is wrong, and where to read on."""
    assert failure(overlay) == f"{message} See the OpenAPI Overlay Specification."


@pytest.mark.parametrize("path", ["$.paths[", "paths", "$..", "$.tags[?@.name = 'a']", "''"])
def test_a_target_that_is_no_jsonpath_has_its_line(failure, path):
    """RFC 9535 decides what a JSONPath is."""
    message = failure(HEAD.format("1.0.0") + f'- update: {{}}\n  target: "{path}"\n')
    assert message.startswith(f"5 at #/actions/0/target: The JSONPath {path} cannot be read: ")


def test_an_overlay_that_is_not_there(write, tmp_path):
    """Its name is in the message."""
    with pytest.raises(LoadError) as caught:
        load(write("base.yaml", BASE), [str(tmp_path / "none.yaml")])
    assert str(caught.value) == f"{tmp_path / 'none.yaml'}: There is no such file."


def test_what_an_overlay_breaks_has_the_overlays_line(write):
    """A mistake that came from the overlay is looked for there."""
    actions = f"- target: {GET}.responses\n  update:\n    '200':\n      description: 7\n"
    overlay = write("o.yaml", HEAD.format("1.0.0") + actions)
    assert said(load(write("base.yaml", BASE), [overlay])) == [
        'error: o.yaml:7 at #/actions/0/update/200/description: 7 is not of type "string" '
        "[invalid-structure]"
    ]


def test_a_reference_in_an_overlay_is_relative_to_the_document(write):
    """What an overlay adds is the document's, wherever the overlay is."""
    write("api/parts.yaml", "Gone: {description: Thing.Gone — it is no more}\n")
    actions = f"- target: {GET}.responses\n  update: {{'410': {{$ref: 'parts.yaml#/Gone'}}}}\n"
    overlay = write("overlays/o.yaml", HEAD.format("1.0.0") + actions)
    document = load(write("api/base.yaml", BASE), [overlay])
    assert (get(document)["responses"]["410"], said(document)) == (
        {"description": "Thing.Gone — it is no more"},
        [],
    )


def test_an_overlay_may_give_names_to_schemas(write):
    """`$anchor` and `$id` are looked for in what overlays add, too."""
    actions = (
        "- target: $\n  update:\n    components:\n      schemas:\n"
        "        A: {$anchor: a, type: string}\n        B: {$id: b, items: {$ref: '#a'}}\n"
        "        C: {items: {$ref: b}}\n"
    )
    overlay = write("o.yaml", HEAD.format("1.0.0") + actions)
    document = load(write("base.yaml", BASE), [overlay])
    schemas = document.root["components"]["schemas"]
    assert (schemas["B"]["items"], schemas["C"]["items"], said(document)) == (
        {"$ref": "#/components/schemas/A"},
        {"$ref": "#/components/schemas/B"},
        [],
    )


def test_the_bundled_overlay_applies_without_a_diagnostic(vendor):
    """Each of its targets is in the vendor's document."""
    document = load(vendor, [vendor.replace(".yaml", ".overlay.yaml")])
    assert (said(document), document.root["security"]) == (
        [],
        [{}, {"apiKey": []}, {"bearer": []}],
    )
