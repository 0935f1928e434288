"""The pure parts of `python -m benchmarks.peers`: loads, stubs, figures, goals, tables, picture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from benchmarks.pages import written
from benchmarks.peers import figures
from benchmarks.peers.contenders import CONTENDERS
from benchmarks.peers.documents import in_3_0, in_json_only
from benchmarks.peers.figures import Figure, figure, goals
from benchmarks.peers.loads import LOADS, TRAINS, VENDOR, Load
from benchmarks.peers.measuring import Cell, Rounds
from benchmarks.peers.plot import place, svg
from benchmarks.peers.report import Report, short
from benchmarks.peers.running import why
from benchmarks.peers.starts import IMPORT, Start
from benchmarks.peers.stubs import for_mockoon, for_wiremock
from benchmarks.peers.wrk import Counted, counted, script

# --- what is sent


def test_a_load_is_written_for_wrk() -> None:
    """Method, body and headers, with quotes that Lua reads; then what prints the result."""
    load = Load("x", "x", VENDOR, 200, "/bins", {"a": 'b"c'}, is_forced=True)
    text = script(load, load.all_headers({"Prefer": "code=409"}))
    assert text.splitlines()[:5] == [
        'wrk.method = "POST"',
        'wrk.body = "{\\"a\\":\\"b\\\\\\"c\\"}"',
        'wrk.headers["Accept"] = "*/*"',
        'wrk.headers["Content-Type"] = "application/json"',
        'wrk.headers["Prefer"] = "code=409"',
    ]


def test_only_the_forced_load_asks_for_a_case() -> None:
    """A peer's own header goes with that load alone."""
    forced = [load.name for load in LOADS if "X-Case" in load.all_headers({"X-Case": "1"})]
    assert forced == ["forced"]


def test_what_wrk_counted() -> None:
    """Microseconds become seconds; without a result, what wrk said is the error."""
    output = "Running 1s test\nRESULT 900 2000000 1500 4500 900 0\n"
    assert counted(output) == Counted(900, 2.0, 0.0015, 0.0045, 900, 0)
    with pytest.raises(RuntimeError, match="unable to connect"):
        counted("unable to connect to 127.0.0.1:9")


@pytest.mark.parametrize(
    ("refused", "lost", "status", "is_right"),
    [
        (0, 0, 200, True),
        (1, 0, 200, False),
        (9, 0, 409, True),
        (8, 0, 409, False),
        (0, 1, 200, False),
    ],
)
def test_all_answers_have_the_status(refused: int, lost: int, status: int, is_right: bool) -> None:
    """wrk counts what is 400 or above: all of nine answers, or none."""
    assert Counted(9, 1.0, 0.1, 0.2, refused, lost).is_right(status) is is_right


def test_wiremock_and_mockoon_answer_the_same_routes() -> None:
    """One list of stubs: each method and path is a route of both, and a forced one comes first."""
    for document in (VENDOR, TRAINS):
        mappings = for_wiremock(document)["mappings"]
        wiremock = {(m["request"]["method"], m["request"]["urlPathTemplate"]) for m in mappings}
        routes = for_mockoon(document, 1)["routes"]
        assert len(routes) == len(wiremock)
    first = for_mockoon(VENDOR, 1)["routes"][0]["responses"][0]
    assert (first["statusCode"], first["rules"][0]["target"]) == (409, "header")


def test_copies_of_documents() -> None:
    """Without extensions and XML for all; for Connexion in the words of 3.0."""
    assert in_json_only({"a": [{"x-b": 1, "c": 2}], "xml": 3}) == {"a": [{"c": 2}]}
    given = {"const": 1, "type": ["string", "null"], "exclusiveMinimum": 0, "examples": [2]}
    assert in_3_0(given) == {
        "enum": [1],
        "type": "string",
        "nullable": True,
        "minimum": 0,
        "exclusiveMinimum": True,
    }


# --- what is made of it


def test_a_figure_is_the_median_with_quartiles() -> None:
    """Of five rounds the second, third and fourth."""
    assert figure([5.0, 1.0, 3.0, 2.0, 4.0]) == Figure(2.0, 3.0, 4.0)
    assert figure([7.0]) == Figure(7.0, 7.0, 7.0)
    assert Figure(2.0, 3.0, 4.0).text(".1f") == "3.0 (2.0–4.0)"


def measured(**cpu: list[float]) -> Rounds:
    """Rounds of the vendor's POST, by the CPU time of each contender."""
    cells = [
        Cell(name, "valid", 200, [100.0] * len(us), [2.0] * len(us), [5.0] * len(us), us)
        for name, us in cpu.items()
    ]
    return Rounds(cells)


SMALL = [Start("mock", VENDOR, [1.5]), Start(IMPORT, "", [0.7])]
REAL = [
    Start("mock", "a.yaml", [2.0, 2.0]),
    Start("prism", "a.yaml", [3.0, 1.0, 3.0]),
    Start("mock", "b.yaml", [2.0]),
    Start("prism", "b.yaml", [], "it does not serve"),
    Start("mock", "c.yaml", [2.0]),
    Start("prism", "c.yaml", [1.0]),
]


def test_the_goals() -> None:
    """Each is compared round by round; what was not measured is neither reached nor missed."""
    rounds = measured(mock=[40.0, 60.0, 50.0], bare=[25.0, 30.0, 25.0], prism=[320.0, 600.0, 300.0])
    assert [(goal.measured, goal.is_reached) for goal in goals(rounds, SMALL, REAL)] == [
        ("2.00 times", False),  # 1.6, 2.0 and 2.0 times the bare function
        ("2.00 times", False),
        ("not measured", None),
        ("8.00 times", True),  # Prism: 8, 10 and 6 times
        ("not measured", None),
        ("2.50 times", True),
        ("0.80 s", True),
        ("2 of 3; not c.yaml", False),
    ]
    assert goals(measured(mock=[45.0], bare=[25.0]), [], [])[0].is_reached is True


def test_the_tables_say_why_something_is_missing() -> None:
    """A peer that is not there has its reason in each table, and costs no other row."""
    contenders = [c for c in CONTENDERS if c.name in ("mock", "bare", "prism")]
    rounds = measured(mock=[40.0], bare=[25.0])
    rounds.cells.append(Cell("prism", "valid", reason="npm is not installed"))
    report = Report(contenders, rounds, SMALL, [], "1 round")
    lines = report.markdown().splitlines()
    assert "| Prism, `--verboseLevel silent` | – | – | – | – | npm is not installed |" in lines
    assert "| the mock, `-q` | 100 (100–100) | 2.00 (2.00–2.00) | 5.00 (5.00–5.00) " in "\n".join(
        lines
    )
    assert "| `import connexion` | 0.70 (0.70–0.70) s | – |" in lines
    assert report.to_json()["cells"][2]["reason"] == "npm is not installed"


def test_the_note_of_another_status_by_design() -> None:
    """The bare function validates nothing; its answer to an invalid request is 200, and said."""
    contenders = [c for c in CONTENDERS if c.name == "bare"]
    cell = Cell("bare", "invalid", 200, [1.0], [1.0], [1.0], [1.0])
    text = Report(contenders, Rounds([cell]), [], [], "").markdown()
    assert "| its answer is 200 |" in text


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (b"Starting\n\x1b[31mError: no such file\x1b[0m\n  at x\n", "Error: no such file"),
        (b"--errors: what is an error\n  message: 'Error opening file'\n", "Error opening file'"),
        (b"error: no document\nhint\n", "error: no document"),
        (b'Error: no "/home/of/one/a.md"', 'Error: no "a.md"'),
        (b"Error: no http://a.example/b/c.md", "Error: no http://a.example/b/c.md"),
        (b"usage\nbad option\n\n", "bad option"),
        (b"", ""),
    ],
)
def test_the_reason_of_a_server_that_does_not_start(log: bytes, reason: str) -> None:
    """The first line with an error, or the last line, without colours."""
    assert why(log) == reason


def test_a_reason_is_one_line() -> None:
    """Line breaks and pipes would end a row of the table."""
    assert short("a\n b|c") == "a b/c"
    assert len(short("x" * 500)) == 120


def test_the_picture() -> None:
    """It is XML; the cheapest is first, each with its figure, and ours stands out."""
    found = {"the mock, -q": Figure(40, 45, 50), "a <b>": Figure(20, 25, 30)}
    root = ElementTree.fromstring(svg("CPU", "µs", found, "the mock"))
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["CPU", "10 µs", "100 µs", "a <b>", "25.0", "the mock, -q", "45.0"]
    assert place(10, 1, 100) == (place(1, 1, 100) + place(100, 1, 100)) / 2


def test_a_page_keeps_what_is_around_the_markers() -> None:
    """Only what stands between them is written anew."""
    page = "a\n<!-- m -->\nold\n<!-- /m -->\nz\n"
    assert written(page, "m", "new\n") == "a\n<!-- m -->\n\nnew\n\n<!-- /m -->\nz\n"
    with pytest.raises(ValueError, match="<!-- n -->"):
        written(page, "n", "new")


def test_the_goals_speak_of_a_load_that_there_is() -> None:
    """A renamed load or contender would leave each goal unmeasured."""
    names = {contender.name for contender in CONTENDERS}
    assert {figures.MOCK, figures.BARE, figures.WIREMOCK} <= names
    assert {figures.PRISM, figures.LOGGING} <= names
    assert figures.GOAL_LOAD in {load.name for load in LOADS}


@pytest.mark.whole
@pytest.mark.skipif(shutil.which("wrk") is None, reason="the command would install wrk")
def test_a_short_run() -> None:
    """The command starts a server, sends it a load, and ends with 0."""
    words = ["--only", "bare", "--loads", "valid", "--rounds", "1", "--starts", "1"]
    command = [sys.executable, "-m", "benchmarks.peers", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = [row for row in done.stdout.splitlines() if row.startswith("| a bare ASGI function |")]
    load, start = (row.split(" | ") for row in rows)
    assert int(load[1].partition(" ")[0].replace(",", "")) > 10
    assert float(start[1].partition(" ")[0]) > 0
