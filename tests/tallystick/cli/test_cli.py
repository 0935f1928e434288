"""The command line: output, exit codes, and no traceback whatever comes in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick.cli import _defect, cli
from tallystick.cli.export_command import NAMES
from tallystick.exports import EXPORTS
from tests import PATIENCE

OPERATION = "POST /organisations/{id}/payment-account/link"


def tallystick(*arguments):
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "tallystick", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def invoke(*arguments):
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("none.yaml", None, ": There is no such file."),
        (
            "a.yaml",
            "a: 1\nb: 2\n",
            ":1: This is no OpenAPI document: it has no member 'openapi' at its root. "
            "Tallystick reads OpenAPI 3.0, 3.1 and 3.2.",
        ),
        (
            "c.yaml",
            "openapi: 2.9\n",
            ":1 at #/openapi: OpenAPI version 2.9 is not known. "
            "Tallystick reads OpenAPI 3.0, 3.1 and 3.2.",
        ),
        (
            "d.yaml",
            "a: " + "[" * 100_000,
            ":1: Values are nested more than 200 deep. Use $ref to flatten them.",
        ),
    ],
)  # fmt: skip
def test_bad_input_exits_with_2(tmp_path, name, text, message):
    """One line on standard error with file, line and pointer, and no traceback."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text, "utf-8")
    result = tallystick("cases", str(path))
    assert (result.returncode, result.stdout, result.stderr) == (
        2,
        "",
        f"error: {path}{message}\n",
    )


def test_the_counts_and_the_first_diagnostics_go_to_standard_error(tmp_path):
    """What is wrong never keeps the cases from being listed."""
    path = tmp_path / "d.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n"
        "      responses:\n        '200': {}\n        '400': {}\n"
    )
    result = tallystick("cases", str(path))
    assert (result.returncode, result.stdout.count("\n")) == (0, 3)
    assert result.stderr.splitlines() == [
        "2 errors, 0 warnings; `tallystick lint` lists all",
        f"error: {path}:7 at #/paths/~1a/get/responses/200: "
        '"description" is a required property [invalid-structure] (2 times)',
    ]


def test_an_unknown_option_exits_with_2():
    """Click's own message, on standard error."""
    result = tallystick("cases", "--no-such-option")
    assert (result.returncode, result.stdout, "No such option" in result.stderr) == (2, "", True)


def test_the_command_prints_the_bundled_cases():
    """Without arguments, as JSON on standard output and nothing else."""
    result = tallystick("cases", "--format", "json")
    rows = json.loads(result.stdout)
    assert (result.returncode, result.stderr, [row["status"] for row in rows]) == (
        0,
        "",
        ["200", "400", "400", "400", "400", "403", "404", "409", "409", "502"],
    )


def test_the_keys_of_the_json_format(vendor):
    """These, in this order, in every row."""
    rows = json.loads(invoke("cases", vendor, "--format", "json").stdout)
    assert {tuple(row) for row in rows} == {
        (
            "operation",
            "status",
            "code",
            "description",
            "media_type",
            "trigger",
            "source",
            "magic",
        )
    }


POINTER = "/paths/~1organisations~1{id}~1payment-account~1link/post/responses"


@pytest.mark.parametrize(
    ("number", "row"),
    [
        (
            0,
            {
                "operation": OPERATION,
                "status": "200",
                "code": None,
                "description": "OK",
                "media_type": "application/json",
                "trigger": None,
                "source": {"pointer": f"{POINTER}/200", "line": 74},
                "magic": None,
            },
        ),
        (
            2,
            {
                "operation": OPERATION,
                "status": "400",
                "code": "PaymentAccountLink.InvalidReturnUrl",
                "description": "ReturnUrl must be a valid absolute http(s) URL",
                "media_type": "application/problem+json",
                "trigger": {
                    "kind": "request",
                    "in": "body",
                    "name": "returnUrl",
                    "fault": "invalid",
                },
                "source": {"pointer": f"{POINTER}/400/description", "line": 85},
                "magic": {"path.id": "ca5e0400-0002-4000-8000-000000000000"},
            },
        ),
        (
            9,
            {
                "operation": OPERATION,
                "status": "502",
                "code": "PaymentAccount.ProviderError",
                "description": "Stripe returned an error while creating the account link",
                "media_type": "application/problem+json",
                "trigger": {"kind": "upstream"},
                "source": {"pointer": f"{POINTER}/502/description", "line": 128},
                "magic": {"path.id": "ca5e0502-0001-4000-8000-000000000000"},
            },
        ),
    ],
)
def test_a_row_of_the_json_format(vendor, number, row):
    """A success, a fault in the request, and another error."""
    row = {**row, "source": {"file": vendor, **row["source"]}}
    assert json.loads(invoke("cases", vendor, "--format", "json").stdout)[number] == row


def test_the_table(read, tmp_path):
    """The operation, then its cases in columns: label, trigger, words."""
    read(
        {
            "200": {"description": "OK"},
            "400": {"description": "Thing.Bad — name is required\n\nThing.Odd — it is odd"},
            "403": {"description": "no"},
        },
        {"name": {}},
    )
    lines = invoke("cases", str(tmp_path / "document.json")).stdout.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        ["POST", "/things/{id}"],
        ["200", "-                             OK"],
        ["400", "Thing.Bad  body name missing             name is required"],
        ["400", "Thing.Odd  forced only                   it is odd"],
        ["403", "caller                        no"],
    ]


def test_a_page_is_read(page):
    """A Markdown page is as good as a file."""
    rows = json.loads(invoke("cases", page, "--format", "json").stdout)
    assert (len(rows), rows[1]["source"]["line"]) == (10, 87)


def test_an_address_is_read(server, vendor):
    """And so is an address."""
    server.answers["/d.yaml"] = (200, {}, Path(vendor).read_bytes())
    result = invoke("cases", f"{server.url}/d.yaml", "--format", "json")
    assert len(json.loads(result.stdout)) == 10


def test_a_diagnostic_goes_to_standard_error(write, vendor):
    """Standard output stays what a program reads."""
    overlay = write(
        "o.yaml",
        "overlay: 1.0.0\ninfo: {title: o, version: '1'}\n"
        "actions:\n- {target: $.nope, remove: true}\n",
    )
    result = invoke("cases", vendor, "--overlay", overlay, "--format", "json")
    assert (result.stderr, len(json.loads(result.stdout))) == (
        "1 error, 0 warnings; `tallystick lint` lists all\n"
        f"error: {overlay}:4 at #/actions/0/target: the target $.nope matches nothing "
        "[overlay-without-effect]\n",
        10,
    )


def test_overlays_apply_in_order(write, vendor):
    """The option may be given several times."""
    head = "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nactions:\n"
    target = "\"$.paths['/organisations/{id}/payment-account/link'].post.responses['403']\""
    action = "- target: {}\n  update: {{description: 'Payment.{} — no'}}\n"
    one = write("1.yaml", head + action.format(target, "One"))
    two = write("2.yaml", head + action.format(target, "Two"))
    result = invoke("cases", vendor, "--overlay", one, "--overlay", two, "--format", "json")
    codes = [row["code"] for row in json.loads(result.stdout) if row["status"] == "403"]
    assert codes == ["Payment.Two"]


def test_the_overlay_command_prints_an_overlay(vendor):
    """And nothing else."""
    assert invoke("overlay", vendor).stdout.startswith("overlay: 1.0.0\ninfo:\n")


@pytest.mark.parametrize("command", ["cases", "lint", "overlay", "mock"])
def test_each_command_explains_itself(command):
    """`--help` needs no document."""
    result = invoke(command, "--help")
    assert (result.exit_code, "--overlay" in result.stdout) == (0, True)


def test_export_knows_every_export():
    """The names that `--help` has without importing the exports."""
    assert list(EXPORTS) == list(NAMES)


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        (["mock"], "uvicorn", "mock"),
        (["test"], "pytest", "test"),
        (["fuzz", "--base-url", "http://127.0.0.1:1"], "hypothesis", "test"),
        (
            ["fuzz", "--base-url", "SERVER", "--scheduler", "tcp://127.0.0.1:1"],
            "distributed",
            "cluster",
        ),
        (["coverage", "http://127.0.0.1:1"], "mock_server.state", "mock"),
    ],
)
def test_a_missing_extra_is_named(server, command, package, extra):
    """One line that says what to install, and exit code 2."""
    script = (
        f"import sys; sys.modules[{package!r}] = None; "
        "from tallystick.cli import main; sys.argv[0] = 'tallystick'; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *(word.replace("SERVER", server.url) for word in command)],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    message = f"error: This command needs {package}: pip install 'tallystick[{extra}]'.\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message)


ALL = """
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get:
      responses:
        '200':
          description: OK
          content: {application/json: {examples: {a dog: {summary: one dog, value: 1}}}}
        '400':
          description: Bad
          content:
            application/json:
              schema: {properties: {code: {enum: [A_B, C_D]}}}
"""


def test_all_lists_variants_and_possible_codes(tmp_path):
    """What the mock can be asked for, and no target is held to."""
    path = tmp_path / "d.yaml"
    path.write_text(ALL, "utf-8")
    result = invoke("cases", "--all", str(path))
    assert result.stdout.splitlines() == [
        "GET /a",
        "  200          -                             OK",
        "  400          request                       Bad",
        '  200 "a dog"  variant                       one dog',
        "  400 A_B      possible code",
        "  400 C_D      possible code",
    ]


def test_without_all_they_are_not_listed(tmp_path):
    """`cases` prints what an implementation must do."""
    path = tmp_path / "d.yaml"
    path.write_text(ALL, "utf-8")
    rows = json.loads(invoke("cases", str(path), "--format", "json").stdout)
    assert [row["status"] for row in rows] == ["200", "400"]


def test_an_error_that_nobody_expected_is_two_lines(monkeypatch):
    """What it is, and a way to see where."""
    monkeypatch.delenv("TALLYSTICK_TRACEBACK", raising=False)
    first, second = _defect(KeyError("a\nb" + "x" * 1_000)).splitlines()
    assert first.startswith("This is a defect of Tallystick: KeyError: 'a\\nbx")
    assert (len(first), "TALLYSTICK_TRACEBACK=1" in second) == (532, True)
    monkeypatch.setenv("TALLYSTICK_TRACEBACK", "1")
    assert _defect(KeyError("a")).startswith("KeyError: 'a'")
