"""The summary in Markdown: whatever a target says in it is text."""

from __future__ import annotations

from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contract_tests.results.formats.markdown import render

TEXTS = [
    r"\[click\](http://evil.example/)",
    r"\\[click\\](http://evil.example/)",
    "[click](http://evil.example/)",
    "[click][1]",
    "![x](http://evil.example/x.png)",
    "<http://evil.example/>",
    "<a href='http://evil.example/'>click</a>",
    r"\<img src=x onerror=alert(1)>",
    "&lt;script&gt;",
    "a | b",
    r"a \| b",
    r"a \\| b",
    "a | [x](http://evil.example/) |",
    "`code` and ``more``",
    "\\`code\\`",
    "a backslash at the end \\",
    "*a* _b_ ~~c~~ **d**",
    "# a heading",
    "- an item",
    "+ an item",
    "1. an item",
    "123) an item",
    "=====",
    "> a quote",
    "```sh",
    "[1]: http://evil.example/",
]
KNOWN = {"paragraph", "inline", "text", "heading", "table", "thead", "tbody", "tr", "th", "td"}
KNOWN |= {"code_inline", "ordered_list", "list_item", "strong", "blockquote", "fence"}


def report(text: str) -> dict[str, Any]:
    """A report that says this everywhere."""
    case = {"operation": text, "status": "400", "code": text, "verdict": "failed", "reason": text}
    finding = {"check": text, "level": "standard", "message": text, "quote": text, "remedy": text}
    finding |= {"source": text, "curl": f"curl {text}"}
    totals = {"target": text, "requests": 1, "seconds": 1.0, "seed": 1}
    order = {"operation": text, "order": [[text]], "circles": [], "pairs": [], "not_tried": 0}
    return {"cases": [case], "findings": [finding], "precedence": [order], **totals}


def parsed(text: str) -> list[Token]:
    """The tokens of a summary, as GitHub reads it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [part for token in tokens for part in (token, *(token.children or ()))]


def kind(token: Token) -> str:
    return token.type.removesuffix("_open").removesuffix("_close")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_a_text(text: str) -> None:
    """It is no link, no picture, no HTML and no list; and it reads as it was."""
    plain = render(report("plain"))
    summary = render(report(text))
    tokens = parsed(summary)
    assert {kind(token) for token in tokens} <= KNOWN
    # Apart from what is code in one and text in the other, both have the same structure.
    shape = [kind(t) for t in tokens if kind(t) not in ("text", "code_inline", "inline")]
    assert shape == [
        kind(t) for t in parsed(plain) if kind(t) not in ("text", "code_inline", "inline")
    ]
    cells = ["".join(p.content for p in t.children or ()) for t in tokens if t.type == "inline"]
    assert f"400 {text}" in cells
    assert cells.count(text) >= 3  # the reason, the quote and the remedy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://evil.example/", r"http\://evil.example/"),
        ("see HTTPS://evil.example", r"see HTTPS\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        ("WWW.evil.example", r"WWW\.evil.example"),
        ("409 Lamp.Broken: it is broken", "409 Lamp.Broken: it is broken"),
    ],
)
def test_an_address_is_no_link(text: str, expected: str) -> None:
    """GitHub makes links of plain addresses, too (GFM section 6.9)."""
    lines = render(report(text)).splitlines()
    assert lines[lines.index("### Findings") + 4] == f"   > {expected}"


def test_findings_come_before_the_cases() -> None:
    """What is to be done is not below hundreds of tables."""
    headings = [line for line in render(report("GET /lamps")).splitlines() if line[:1] == "#"]
    assert headings == [
        "## Contract: 1 failed",
        "### Findings",
        "### Order of errors: `GET /lamps`",
        "### `GET /lamps`",
    ]
