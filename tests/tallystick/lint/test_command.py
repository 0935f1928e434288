"""`tallystick lint`: its formats, options and exit codes; and what other commands print."""

import json

import click
import pytest
from click.testing import CliRunner

from tallystick.cli import cli
from tallystick.cli.lint_command import lint_command
from tallystick.errors import Source
from tallystick.lint.formats import FORMATS
from tallystick.reader.diagnostics import Diagnostic

HEAD = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\n"
CLEAN = (
    HEAD + "paths:\n  /a:\n    get:\n      responses:\n        '409':\n          description: A\n"
    "          content: {application/json: {schema: {required: [code]}}}\n"
)
WEAK = (
    HEAD
    + "paths:\n  /a:\n    get: &a\n      responses:\n        '418':\n          description: A\n"
    "          content: {application/json: {schema: {required: [code]}}}\n"
    "    put: *a\n    post: *a\n    delete: *a\n  /b:\n    get:\n      responses:\n"
    "        '200': {description: OK}\n"
)
BROKEN = (
    HEAD + "paths:\n  /a/{id}:\n    get:\n      operationId: a\n"
    "      responses: {'409': {description: A_B — x}}\n"
    "    put:\n      operationId: a\n      responses: {'409': {description: A_B — x}}\n"
)


def lint(*arguments):
    """The exit code and standard output."""
    result = CliRunner().invoke(cli, ["lint", *arguments])
    return result.exit_code, result.stdout


def test_the_command_knows_every_format():
    """The names that `--help` has without importing them."""
    (choice,) = [option.type for option in lint_command.params if option.name == "form"]
    assert isinstance(choice, click.Choice)
    assert list(choice.choices) == list(FORMATS)


def test_a_clean_document(write):
    """Exit code 0, and how much was read."""
    assert lint(write("d.yaml", CLEAN)) == (0, "1 cases read, 0 errors, 0 warnings\n")


def test_text(write):
    """A line for each group, its count and first places, the suggestion, and the counts."""
    place = write("d.yaml", WEAK)
    assert lint(place) == (
        0,
        f"warning: {place}:7 at #/paths/~1a/get/responses/418: nothing says what triggers 418 "
        "[unknown-trigger]\n"
        "  4 times: lines 7\n"
        f"warning: {place}:14 at #/paths/~1b/get: the operation documents no error "
        "[operation-without-error]\n"
        "  suggestion:\n"
        "    - target: $['paths']['/b']['get']\n"
        "      update:\n"
        "        responses:\n"
        "          default:\n"
        "            description: Something went wrong.\n"
        "            content:\n"
        "              application/problem+json:\n"
        "                schema:\n"
        "                  type: object\n"
        "                  required:\n"
        "                  - title\n"
        "                  - status\n"
        "                  properties:\n"
        "                    type:\n"
        "                      type: string\n"
        "                      format: uri-reference\n"
        "                    title:\n"
        "                      type: string\n"
        "                    status:\n"
        "                      type: integer\n"
        "                    detail:\n"
        "                      type: string\n"
        "5 cases read, 0 errors, 5 warnings\n",
    )


def test_a_place_that_many_share_is_counted(write):
    """Thirty-two operations and one component are one line."""
    operations = "".join(
        f"  /{number}:\n    get: {{responses: {{'500': {{$ref: '#/components/responses/E'}}}}}}\n"
        for number in range(32)
    )
    schema = "{schema: {required: [code]}}"
    place = write(
        "d.yaml",
        f"{HEAD}paths:\n{operations}components:\n  responses:\n    E:\n      description: Oh\n"
        f"      content: {{application/json: {schema}}}\n",
    )
    assert lint(place) == (
        0,
        f"warning: {place}:70 at #/components/responses/E: nothing says what triggers 500 "
        "[unknown-trigger]\n"
        "  32 times\n"
        "32 cases read, 0 errors, 32 warnings\n",
    )


def test_a_long_suggestion_is_cut_in_text(write):
    """JSON has it all."""
    codes = "".join(f"            Thing.No{letter} — no\n\n" for letter in "ABCDEFGHIJ")
    text = (
        "paths:\n  /a:\n    get:\n      responses:\n        '418':\n"
        f"          description: |\n{codes}"
    )
    place = write("d.yaml", HEAD + text)
    _, output = lint(place, "--ignore", "error-without-body")
    assert output.splitlines()[1:3] == [
        "  10 times: lines 9, 11, 13 and 7 more",
        "  with: nothing says what triggers 418 Thing.NoB; "
        "nothing says what triggers 418 Thing.NoC; nothing says what triggers 418 Thing.NoD "
        "and 6 more",
    ]
    assert output.splitlines()[-2] == "    # … and 10 lines more: see --format json"
    (row,) = json.loads(lint(place, "--ignore", "error-without-body", "--format", "json")[1])
    assert len(row["suggestion"].splitlines()) == 34


def test_errors_exit_with_1(write):
    """They come first."""
    place = write("d.yaml", BROKEN)
    code, output = lint(place, "--ignore", "error-without-body")
    assert (code, output) == (
        1,
        f"error: {place}:5 at #/paths/~1a~1{{id}}/get: the path parameter 'id' is not declared; "
        "it is taken as a string [undeclared-path-parameter]\n"
        "  2 times: lines 5, 8\n"
        f"error: {place}:9 at #/paths/~1a~1{{id}}/put/operationId: the operationId 'a' is another "
        "operation's, too [repeated-operation-id]\n"
        "2 cases read, 3 errors, 0 warnings\n",
    )


def test_json(write):
    """A row for each group, with every place."""
    place = write("d.yaml", WEAK)
    code, output = lint(place, "--format", "json", "--ignore", "operation-without-error")
    at = "/paths/~1a/{}/responses/418"
    assert code == 0
    assert json.loads(output) == [
        {
            "name": "unknown-trigger",
            "severity": "warning",
            "message": "nothing says what triggers 418",
            "file": place,
            "line": 7,
            "pointer": at.format("get"),
            "count": 4,
            "remedy": "Say it in the description, or with `x-tallystick-cases` in an overlay.",
            "suggestion": None,
            "messages": ["nothing says what triggers 418"],
            "places": [
                {"file": place, "line": 7, "pointer": at.format(method)}
                for method in ("get", "put", "post", "delete")
            ],
        }
    ]


def test_json_of_a_clean_document(write):
    """An empty list."""
    assert lint(write("d.yaml", CLEAN), "--format", "json") == (0, "[]\n")


def test_sarif(write, tmp_path, monkeypatch):
    """A result for each place, with a rule for each name; files relative to the current folder."""
    write("d.yaml", BROKEN)
    monkeypatch.chdir(tmp_path)
    code, output = lint("d.yaml", "--format", "sarif", "--ignore", "error-without-body")
    (run,) = json.loads(output)["runs"]
    assert code == 1
    assert [
        (
            result["ruleId"],
            run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"],
            result["level"],
            result["locations"][0]["physicalLocation"],
        )
        for result in run["results"]
    ] == [
        (
            name,
            name,
            "error",
            {"artifactLocation": {"uri": "d.yaml"}, "region": {"startLine": line}},
        )
        for name, line in (
            ("undeclared-path-parameter", 5),
            ("repeated-operation-id", 9),
            ("undeclared-path-parameter", 8),
        )
    ]
    assert run["results"][1]["message"]["text"] == (
        "The operationId 'a' is another operation's, too. Give each its own."
    )


def test_the_fingerprint_of_sarif_does_not_depend_on_the_line(write):
    """A code host knows a diagnostic again that moved."""

    def fingerprints(text):
        run = json.loads(lint(write("d.yaml", text), "--format", "sarif")[1])["runs"][0]
        return [result["partialFingerprints"] for result in run["results"]]

    assert fingerprints(WEAK) == fingerprints(f"# moved\n{WEAK}") != fingerprints(BROKEN)


def test_sarif_has_one_result_for_a_place_that_many_share():
    """A code host would show it as many."""
    found = [Diagnostic("unread-code", "x", Source("a.yaml", "/a", 1)) for _ in range(2)]
    (run,) = json.loads(FORMATS["sarif"](found, 0))["runs"]
    assert len(run["results"]) == 1


def test_sarif_without_a_place():
    """Such a result has no location."""
    found = Diagnostic("unread-code", "x")
    (run,) = json.loads(FORMATS["sarif"]([found], 0))["runs"]
    assert "locations" not in run["results"][0]


@pytest.mark.parametrize(
    ("arguments", "code", "last"),
    [
        ([], 0, "5 cases read, 0 errors, 5 warnings"),
        (["--strict"], 1, "5 cases read, 0 errors, 5 warnings"),
        (
            ["--strict", "--ignore", "unknown-trigger", "--ignore", "operation-without-error"],
            0,
            "5 cases read, 0 errors, 0 warnings",
        ),
    ],
)
def test_warnings_and_exit_codes(write, arguments, code, last):
    """They count with --strict only; what is ignored does not."""
    result = lint(write("d.yaml", WEAK), *arguments)
    assert (result[0], result[1].splitlines()[-1]) == (code, last)


def test_strict_lists_errors(write):
    """Other commands refuse the document; lint is there to say why."""
    code, output = lint(write("d.yaml", BROKEN), "--strict")
    assert (code, output.splitlines()[-1]) == (1, "2 cases read, 3 errors, 2 warnings")


def test_an_ignored_error_does_not_count(write):
    """Its name is what is switched off."""
    arguments = ["--ignore", "undeclared-path-parameter", "--ignore", "repeated-operation-id"]
    assert lint(write("d.yaml", BROKEN), *arguments)[0] == 0


def test_several_documents_are_one_contract(write):
    """As for every command; each place has its file."""
    places = [write("a.yaml", WEAK), write("b.yaml", WEAK.replace("/a:", "/c:"))]
    code, output = lint(*places, "--ignore", "operation-without-error")
    assert (code, output.splitlines()[1:]) == (
        0,
        [
            f"  8 times: {places[0]}:7, {places[1]}:7",
            "9 cases read, 0 errors, 8 warnings",
        ],
    )


@pytest.fixture
def fails(monkeypatch, capsys):
    """A function that runs the command as a program, and gives its exit code and errors."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["tallystick", *arguments])
        from tallystick.cli import main

        with pytest.raises(SystemExit) as caught:
            main()
        return caught.value.code, capsys.readouterr().err

    return run


def test_an_unknown_name_is_bad_usage(write, fails):
    """The nearest name is suggested."""
    assert fails("lint", write("d.yaml", CLEAN), "--ignore", "unknown-triger") == (
        2,
        "error: No diagnostic is called 'unknown-triger'. Did you mean 'unknown-trigger'? "
        "docs/diagnostics.md lists them.\n",
    )


def test_an_unreadable_document_exits_with_2(write, fails):
    """There is nothing to lint."""
    place = write("d.yaml", "a: [")
    code, output = fails("lint", place)
    assert (code, output.startswith(f"error: {place}:")) == (2, True)


def test_other_commands_print_a_summary(write):
    """On standard error, so that standard output stays what a program reads."""
    place = write("d.yaml", BROKEN)
    result = CliRunner().invoke(cli, ["cases", place, "--format", "json"])
    assert (result.exit_code, len(json.loads(result.stdout))) == (0, 2)
    assert [line.partition(" at ")[0] for line in result.stderr.splitlines()] == [
        "3 errors, 0 warnings; `tallystick lint` lists all",
        f"error: {place}:5",
        f"error: {place}:9",
    ]


def test_strict_refuses_a_document_elsewhere(write, fails):
    """Exit code 2, with the first errors."""
    place = write("d.yaml", BROKEN)
    code, output = fails("cases", place, "--strict")
    lines = output.splitlines()
    assert (code, lines[0], len(lines)) == (
        2,
        "error: The document has 3 errors, and --strict allows none. `tallystick lint` lists all.",
        3,
    )
    assert lines[1].startswith(f"error: {place}:5 at ")


def test_strict_takes_the_bundled_contract():
    """It has no errors, and nothing is printed of it."""
    result = CliRunner().invoke(cli, ["cases", "--strict"])
    assert (result.exit_code, result.stderr) == (0, "")
