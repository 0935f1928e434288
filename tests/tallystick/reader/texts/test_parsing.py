"""Text to values: YAML 1.2's core schema, JSON, and nothing that executes, hangs or overflows."""

import pickle

import pytest

from tallystick.errors import LoadError, Source
from tallystick.reader.texts import parsing
from tallystick.reader.texts.parsing import parse


def failure(text: str, *, offset: int = 0) -> LoadError:
    with pytest.raises(LoadError) as caught:
        parse(text, "f.yaml", offset=offset)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("n", "n"),
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("=", "="),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("17", 17),
        ("-3", -3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'17'", "17"),
        ('"true"', "true"),
        ("!!str 17", "17"),
        ("!!int '17'", 17),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text, value):
    """Only true, false, null and numbers are special; what YAML 1.1 added stays a string."""
    actual = parse(f"a: {text}", "f.yaml").value["a"]
    assert (actual, type(actual)) == (value, type(value))


@pytest.mark.parametrize(("key", "name"), [("200", "200"), ("on", "on"), ("null", "null")])
def test_keys_are_strings(key, name):
    """A status without quotes is the member "200"."""
    assert parse(f"{key}: x", "f.yaml").value == {name: "x"}


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!include other.yaml",
        "!!binary aGk=",
        "!!timestamp 2024-05-01",
        "!!set {a, b}",
        "!local {a: 1}",
    ],
)
def test_tags_are_refused(tagged):
    """Any tag but those of the core schema is an error with its line."""
    error = failure(f"x: 1\na: {tagged}")
    assert (error.source, "is not allowed" in str(error)) == (Source("f.yaml", "", 2), True)


@pytest.mark.parametrize("scalar", ["!!bool maybe", "!!int abc", "!!float x"])
def test_a_core_tag_on_a_text_that_does_not_fit_is_an_error(scalar):
    """The message has the line."""
    assert failure(f"\na: {scalar}").source == Source("f.yaml", "", 2)


@pytest.mark.parametrize("kind", ["", "!bool ", "!int "])
def test_messages_stay_short(kind):
    """Whatever the document has there."""
    assert len(str(failure(f"a: !{kind}{'x' * 100_000}"))) < 200


def test_an_alias_gives_the_value_of_its_anchor():
    """Harmless aliases work."""
    assert parse("a: &x {b: 1}\nc: *x", "f").value == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_merge_key_is_overridden_by_the_mapping_itself():
    """`<<` gives members that the mapping does not have; of several, the first wins."""
    text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc:\n  <<: [*a, *b]\n  y: 3\n"
    assert parse(text, "f").value["c"] == {"x": 1, "y": 3, "z": 2}


def test_a_merge_keeps_the_line_of_the_mapping():
    """What is merged into an item does not move the item to where the anchor stands."""
    text = "b: &b {x: 1}\nl:\n  - <<: *b\n    name: n\n"
    assert parse(text, "f").locate(("l", "0")) == Source("f", "/l/0", 3)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 10)
)
CHAIN = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2000))


@pytest.mark.parametrize("text", [BOMB, MERGE_BOMB], ids=["aliases", "merges"])
def test_an_alias_bomb_is_refused(text):
    """A thousand million values out of ten lines are an error, and not awaited."""
    assert failure(text).what == (
        "The document holds more than 500,000 values once aliases are expanded."
    )


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}"])
def test_an_alias_that_refers_to_itself_is_refused(text):
    """YAML can say what JSON cannot: a value within itself."""
    assert failure(text).what == "A YAML alias refers to itself."


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "[" * 100_000 + "]" * 100_000,
        "{a: " * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "a: " + "[" * 200 + "]" * 200 + "\nb: " + "[" * 201 + "]" * 201,
        '{"a": ' + "[" * 201 + "]" * 201 + "}",
        '{"a": ' + '{"b": ' * 400 + "{}" + "}" * 400 + "}",
        CHAIN,
    ],
    ids=["open", "closed", "mappings", "json", "201", "201-json", "400-json", "aliases"],
)
def test_deep_nesting_is_refused(text):
    """100,000 levels overflow no stack; nor do those that a reader of JSON takes."""
    assert failure(text).what == "Values are nested more than 200 deep."


@pytest.mark.parametrize("form", ["a: {}{}{}", '{{"a": {}{}{}}}'], ids=["yaml", "json"])
def test_nesting_that_a_document_may_have_is_read(form):
    """200 levels are no trouble, with the mapping."""
    value = parse(form.format("[" * 199, "1", "]" * 199), "f").value["a"]
    for _ in range(199):
        (value,) = value
    assert value == 1


@pytest.mark.parametrize(
    ("text", "value", "repeated"),
    [
        ("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}, [(("a",), 3)]),
        ("x:\n  '200': 1\n  200: 2\n", {"x": {"200": 2}}, [(("x", "200"), 3)]),
        ('{"a": 1,\n "a": 2}', {"a": 2}, [(("a",), 2)]),
        ("{a: 1, a: 2}", {"a": 2}, [(("a",), 1)]),
        ("- {}\n- a: 1\n  a: 2\n  a: 3\n", [{}, {"a": 3}], [(("1", "a"), 3), (("1", "a"), 4)]),
        ('{"a": [0, {"b": 1,\n"b": 2}]}', {"a": [0, {"b": 2}]}, [(("a", "1", "b"), 2)]),
        ("b: &b {x: 1}\nc:\n  <<: *b\n  x: 2\n", {"b": {"x": 1}, "c": {"x": 2}}, []),
    ],
)
def test_of_equal_keys_the_last_holds(text, value, repeated):
    """Each repetition is noted with its path and line; overriding a merge is none."""
    parsed = parse(text, "f.yaml")
    assert (parsed.value, list(parsed.repeated)) == (value, repeated)


def test_a_key_that_is_no_string_is_refused():
    """A sequence as key has no place in JSON."""
    assert failure("x: 1\n? [a]\n: 1\n").source == Source("f.yaml", "", 2)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n b: 2\n", 2),
        ("a: 1\nb: [1, 2\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: *nobody\n", 1),
        ('{"a": 1,\n "b": tru}', 2),
        ('{"a": 1\n "b": 2}', 2),
        ("a: 1\n---\nb: 1\n", 2),
    ],
)
def test_what_is_not_valid_is_an_error_with_its_line(text, line):
    """Syntax errors of YAML and JSON name the line."""
    assert failure(text).source == Source("f.yaml", "", line)


def test_lines_count_from_the_top_of_the_page():
    """The lines before a fenced block are added."""
    assert failure("a: 1\nb: [\n", offset=40).source == Source("f.yaml", "", 43)


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", '{"a": 1,\n"a": 2}'], ids=["yaml", "json"])
def test_lines_of_repeated_keys_count_from_the_top_of_the_page(text):
    """They are lines of the file, as all others."""
    assert list(parse(text, "f", offset=40).repeated) == [(("a",), 42)]


def test_json_may_have_tabs_between_its_tokens():
    """JSON is indented with tabs as often as with spaces (RFC 8259 section 2)."""
    assert parse('{\t"a":\t[\n\t\t1,\t2 ]\n}\n', "f").value == {"a": [1, 2]}


def test_json_with_tabs_keeps_its_lines():
    """Each value of JSON knows its line."""
    assert parse('{\n\t"a": {\n\t\t"b": 1\n\t}\n}', "f").locate(("a", "b")).line == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a": "\ud83d\ude00"}', {"a": "\U0001f600"}),
        (r'{"\ud83d\ude00": 1}', {"\U0001f600": 1}),
        (r'{"a": "\\ud83d"}', {"a": r"\ud83d"}),
        (r'{"a": "\/\u00e9\n"}', {"a": "/é\n"}),
        ('{"a": "\x7f"}', {"a": "\x7f"}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{"a":1,"b":"x: y # z"}', {"a": 1, "b": "x: y # z"}),
    ],
)
def test_json_is_read_as_json(text, value):
    """Escapes beyond YAML's, such as those of surrogate pairs, are JSON's own."""
    assert parse(text, "f").value == value


def test_flow_style_yaml_is_no_json():
    """A brace does not make JSON: YAML's flow style starts with one, too."""
    assert parse("{openapi: 3.1.0, paths: {}}", "f").value == {"openapi": "3.1.0", "paths": {}}


def test_a_value_knows_the_line_of_its_key():
    """A person looks for the key, not for the line below it."""
    parsed = parse("a:\n  b:\n    c: 1\n", "f")
    assert parsed.locate(("a", "b")) == Source("f", "/a/b", 2)


def test_a_value_that_is_not_there_is_where_its_parent_is():
    """What an overlay or a reference added later still has a line."""
    assert parse("a:\n  b: 1\n", "f").locate(("a", "x", "y")) == Source("f", "/a/x/y", 1)


def test_a_pointer_escapes_slash_and_tilde():
    """RFC 6901 section 3."""
    assert parse("/a~b: 1\n", "f").locate(("/a~b",)).pointer == "/~1a~0b"


def test_a_line_within_a_value_is_found_by_its_text():
    """The needle's line of a block of prose; the first line where it is not there."""
    parsed = parse("d: |\n  one\n  two\n  three\ne: two\n", "f")
    assert [parsed.locate(("d",), needle).line for needle in ("two", "five")] == [3, 1]


def test_lines_of_json_are_looked_for_when_asked(monkeypatch):
    """Most runs need none, and a large document has many."""
    looked_for: list[str] = []
    places = parsing._json_places

    def noted(text):
        looked_for.append(text)
        return places(text)

    monkeypatch.setattr(parsing, "_json_places", noted)
    source = parse('{"a":\n{"b":\n1}}', "f").locate(("a", "b"))
    before = len(looked_for)
    assert (before, source.line, source.line, len(looked_for)) == (0, 2, 2, 1)


def test_a_source_can_be_sent_to_another_process():
    """With its line, which was looked for on the way."""
    source = parse('{"a":\n1}', "f").locate(("a",))
    assert pickle.loads(pickle.dumps(source)) == Source("f", "/a", 1)


JSON = """{
  "a": [
    {"b": "x, [y] {z}: \\"q\\""},
    2
  ],
  "c\\u0041": {"d": -1.5e3, "e": true,
    "f": null}
}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [((), 1), (("a",), 2), (("a", "0"), 3), (("a", "0", "b"), 3), (("a", "1"), 4), (("cA",), 6),
     (("cA", "e"), 6), (("cA", "f"), 7), (("a", "9"), 2)],
)  # fmt: skip
def test_lines_of_json(path, line):
    """Strings may hold what looks like structure, and keys may be escaped."""
    assert parse(JSON, "f").locate(path).line == line
