"""Error codes in prose: the lines that are, those that are not, and those that only look so."""

import pytest

from tallystick.catalogue.prose import read

TEXT = "the account is closed"


def codes(description, names=()):
    return [(line.code, line.text) for line in read(description, names)[0]]


def suspects(description, names=()):
    return [(suspect.line, suspect.reason) for suspect in read(description, names)[1]]


@pytest.mark.parametrize(
    "line",
    [
        "{} — the account is closed",
        "{} – the account is closed",
        "{} - the account is closed",
        "{} -- the account is closed",
        "{}: the account is closed",
        "{} : the account is closed",
        "{}—the account is closed",
        "- {} — the account is closed",
        "* {} — the account is closed",
        "+ {}: the account is closed",
        "• {} — the account is closed",
        "1. {} — the account is closed",
        "12) {} — the account is closed",
        "   - {} — the account is closed",
        "`{}` — the account is closed",
        "`{}`: the account is closed",
        "- `{}` - the account is closed",
        "**{}** — the account is closed",
        "**{}**: the account is closed",
        "**{}:** the account is closed",
        "__{}__ — the account is closed",
        "**`{}`** — the account is closed",
        "- **`{}`**: the account is closed",
        "| {} | the account is closed |",
        "| `{}` | the account is closed |",
        "| **{}** | the account is closed |",
        "| 409 | {} | the account is closed |",
        "| {} | 409 | the account is closed |",
        "{} | the account is closed",
        "{} — the account\nis closed",
        "- {} — the account\n  is closed",
        "{} — the **account** is closed",
        "{} — the `account` is closed",
        "{} —   the account   is closed  ",
    ],
)
@pytest.mark.parametrize(
    "code",
    ["Account.Closed", "account.closed", "ACCOUNT_CLOSED", "account-closed", "AccountClosed"],
)
def test_a_code_line(line, code):
    """Every dash, mark and list, with every shape of code."""
    assert codes(line.format(code)) == [(code, TEXT)]


@pytest.mark.parametrize(
    "code",
    [
        "Payment.Forbidden",
        "PaymentAccountLink.MissingReturnUrl",
        "errors.account.not_found",
        "auth.token-expired",
        "E_NO_MONEY",
        "ERR_404",
        "insufficient_funds",
        "card-declined",
        "InsufficientFunds",
        "Http404Error",
    ],
)
def test_shapes_of_codes(code):
    """Dotted, SCREAMING_SNAKE, snake_case, kebab-case, CamelCase."""
    assert codes(f"{code} — {TEXT}") == [(code, TEXT)]


@pytest.mark.parametrize("code", ["INVALID", "E1001", "CLOSED"])
def test_one_word_in_capitals_is_a_code_in_backticks_only(code):
    """Bare, it may be any emphasised word."""
    assert (codes(f"`{code}` — {TEXT}"), codes(f"{code} — {TEXT}")) == ([(code, TEXT)], [])


@pytest.mark.parametrize(
    "line",
    [
        "Conflict — the account is closed",
        "Conflict - the account is closed",
        "Note: the account is closed",
        "Forbidden — caller may not",
        "Note that Account.Closed may follow",
        "The account — if there is one — is closed",
        "If the account is closed: open it",
        "Not found - the account does not exist",
        "Well-known — a name",
        "One-time: a link",
        "NOTE: the account is closed",
        "TODO: write this",
        "HTTP: a protocol",
        "GitHub — a host",
        "JavaScript: a language",
        "e.g. — for example",
        "stripe.com — a host",
        "Stripe.js - a script",
        "openapi.yaml: a file",
        "https://example.com - an address",
        "Account.Closed",
        "",
        "Ein Konto – geschlossen",
        "a — b",
        "3 — three",
        "|---|---|",
        "| Code | Meaning |",
        "a | b",
    ],
)
def test_what_is_no_code_line(line):
    """A sentence that merely starts with a word and a dash is no code."""
    assert codes(line) == []


@pytest.mark.parametrize("line", ["`returnUrl` — where to go", "return_url: where to go"])
def test_the_name_of_a_property_is_no_code(line):
    """Prose explains properties in the same form; then it is no suspect, either."""
    assert read(line, {"returnUrl", "return_url"}) == ([], [])


def test_paragraphs():
    """As in the vendor's document: one code a paragraph, folded onto one line."""
    text = (
        "PaymentAccount.NotEnabled — organisation does not have a payment account; enable it "
        "first\n\nPaymentAccount.Disconnected — payment account is disconnected; reset the "
        "integration and re-run onboarding"
    )
    assert codes(text) == [
        (
            "PaymentAccount.NotEnabled",
            "organisation does not have a payment account; enable it first",
        ),
        (
            "PaymentAccount.Disconnected",
            "payment account is disconnected; reset the integration and re-run onboarding",
        ),
    ]


def test_a_list_among_prose():
    """What stands before and after belongs to no code."""
    text = (
        "Something is wrong:\n\n* `Thing.Small` — it is too small,\n  by far\n"
        "* `Thing.Large` — it is too large\n\nTry again later."
    )
    assert codes(text) == [
        ("Thing.Small", "it is too small, by far"),
        ("Thing.Large", "it is too large"),
    ]


def test_a_table():
    """A header, a rule and rows."""
    text = (
        "| Code | Status | Meaning |\n|:-----|:------:|--------:|\n"
        "| `Thing.Small` | 400 | too small |\n| `Thing.Large` | 400 | too large |\n"
    )
    assert codes(text) == [("Thing.Small", "too small"), ("Thing.Large", "too large")]


def test_a_bar_in_the_text_makes_no_table():
    """`a|b` is a way to write alternatives."""
    assert codes("Mode.Invalid — Mode must be one of live|test") == [
        ("Mode.Invalid", "Mode must be one of live|test")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The codes:<br>Thing.Small — too small<br/>Thing.Large — too large<br /><br>Try again",
        "<p>The codes:</p>\n<ul>\n  <li>Thing.Small — too small</li>\n"
        "  <li>Thing.Large: too large</li></ul>End",
        "<UL class='x'><LI><P>Thing.Small &ndash; too small</P></LI>"
        "<LI>Thing.Large - too large</LI></UL>",
        "<ol><li><code>Thing.Small</code>: too small<li><b>Thing.Large</b>: too large</ol>",
        "<dl><dt><strong>Thing.Small</strong></dt>\n<dd>too small</dd>"
        "<dt>Thing.Large</dt><dd>too large</dl>",
        "<table>\n<tr>\n<th>Code</th>\n<th>Text</th>\n</tr>\n<tr>\n<td>Thing.Small</td>\n"
        "<td>too small</td>\n</tr><tr><td><code>Thing.Large</code></td><td>too large</td></tr>"
        "</table>",
        "<div>Thing.Small — too small</div><div>Thing.Large — too large</div>",
    ],
)
def test_html(text):
    """Markdown may hold HTML (CommonMark 0.31.2 section 6.6), and many generators write it."""
    assert codes(text) == [("Thing.Small", "too small"), ("Thing.Large", "too large")]


def test_html_in_backticks_is_text():
    """A sentence may be about a tag."""
    assert codes("Thing.Small — it holds no `<br>` & no `<li>`") == [
        ("Thing.Small", "it holds no <br> & no <li>")
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("INVALID — it is", "one plain word is not taken for a code; put it in backticks if it is"),
        ("- CLOSED: it is", "one plain word is not taken for a code; put it in backticks if it is"),
        ("`closed` — it is", "one plain word is not taken for a code"),
        ("| `closed` | it is |", "one plain word is not taken for a code"),
        ("Account.Closed", "the code has no text after it"),
        ("- `Account.Closed`", "the code has no text after it"),
        ("Account.Closed —", "the code has no text after it"),
        ("| `Account.Closed` | |", "the code has no text beside it"),
        (
            "`Account.Closed`, `Account.Frozen` — it is",
            "several codes share one text; give each a line of its own",
        ),
        (
            "Account.Closed / Account.Frozen — it is",
            "several codes share one text; give each a line of its own",
        ),
        (
            "`Account.Closed` or `Account.Frozen`: it is",
            "several codes share one text; give each a line of its own",
        ),
        (
            "Account.Closed (it is closed)",
            "no dash or colon stands between the code and its text",
        ),
        ("`Account.Closed` => closed", "no dash or colon stands between the code and its text"),
        ("ACCOUNT_CLOSED = closed", "no dash or colon stands between the code and its text"),
    ],
)
def test_a_suspect(line, reason):
    """What looks like a code line and cannot be read is given back, never dropped."""
    assert (codes(line), suspects(line)) == ([], [(line, reason)])


@pytest.mark.parametrize(
    "line", ["The account is closed.", "Conflict — it is closed", "Account.Closed — it is", "OK"]
)
def test_what_is_no_suspect(line):
    """Ordinary sentences and code lines that were read."""
    assert suspects(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "Ab" + "A" * 5000 + "?",
        "A" + "b" * 5000 + "?",
        "a" + "-a" * 5000 + "?",
        "A.a" + ".a" * 5000 + "?",
        "**" * 5000,
        "| " * 5000,
        "`" * 5000 + " — ",
        "<br " * 5000,
        "<" * 5000,
        "<td>" * 5000,
        "<td>" + " " * 5000,
        "&" * 5000,
    ],
)
def test_a_long_line_takes_no_long_time(line):
    """Descriptions hold tokens and pictures, too: no pattern may run away on them."""
    assert codes(line) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("BIN_FULL: no room. BIN_LOCKED: it is counted.", ["BIN_FULL", "BIN_LOCKED"]),
        ("Bin.Full — no room; Bin.Locked — it is counted", ["Bin.Full", "Bin.Locked"]),
        ("`FULL` - no room. `LOCKED` - it is counted.", ["FULL", "LOCKED"]),
        ("A_B: one. C_D: two. E_F: three.", ["A_B", "C_D", "E_F"]),
        # A word, a code without a text, and a code in the middle of a sentence are none.
        ("BIN_FULL: no room. Note: it is counted.", ["BIN_FULL"]),
        ("BIN_FULL: no room. See BIN_LOCKED: it is counted.", ["BIN_FULL"]),
        ("BIN_FULL: no room, BIN_LOCKED: it is counted.", ["BIN_FULL"]),
        ("Some text first. BIN_LOCKED: it is counted.", []),
    ],
)
def test_several_codes_on_a_line(line, found):
    assert [code for code, _ in codes(line)] == found
