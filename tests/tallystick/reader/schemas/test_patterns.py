"""Regular expressions of documents: ECMA-262, whatever engine matches them."""

import time
from itertools import count

import jsonschema_rs
import pytest

from tallystick.judgement import Judgement
from tallystick.reader.schemas import patterns
from tallystick.reader.schemas.patterns import BUDGET, MatchTime, is_native, is_usable, match

VALID, INVALID, DISPUTED = Judgement.VALID, Judgement.INVALID, Judgement.DISPUTED
SLOW = r"^(a|aa)+$(?!b)"

TABLE = [
    # Where a pattern may match: anywhere, since none is anchored (2020-12 validation, 6.3.3).
    ("b", "abc", VALID),
    ("^b", "abc", INVALID),
    ("c$", "abc", VALID),
    ("", "", VALID),
    # The end is the end, not the line break before it.
    ("^a$", "a\n", INVALID),
    ("^a$", "b\na", INVALID),
    ("^[a$]$", "$", VALID),
    # Classes are ASCII, but for white space.
    (r"^\d$", "7", VALID),
    (r"^\d$", "٣", INVALID),
    (r"^\D$", "٣", VALID),
    (r"^\w$", "é", INVALID),
    (r"^\W$", "é", VALID),
    (r"^\w+$", "a_Z9", VALID),
    (r"^\s$", "\ufeff", VALID),
    (r"^\s$", "\u00a0", VALID),
    (r"^\s$", "\x85", INVALID),
    (r"^\S$", "\x85", VALID),
    (r"^[\d]$", "٣", INVALID),
    (r"^[^\d]$", "٣", VALID),
    (r"^[\W]$", "é", VALID),
    (r"^[^\W\d]$", "é", INVALID),
    (r"^[^\W\d]$", "a", VALID),
    (r"^[\S]$", "\u00a0", INVALID),
    (r"^[\D]$", "7", INVALID),
    (r"\ba", "éa", VALID),
    (r"\Ba", "éa", INVALID),
    # A dot is anything but a line terminator.
    ("^.$", "\r", INVALID),
    ("^.$", "\u2028", INVALID),
    ("^.$", "\x85", VALID),
    ("^[.]$", "x", INVALID),
    # A hyphen beside a class is a hyphen.
    (r"^[\w-.]+$", "a-.", VALID),
    (r"^[\w-.]+$", "a/b", INVALID),
    (r"^[a-\d]+$", "a-7", VALID),
    (r"^[a-\d]+$", "b", INVALID),
    (r"^-\d-$", "-7-", VALID),
    # Brackets.
    ("^[]$", "", INVALID),
    ("^[]$", "x", INVALID),
    ("^[^]$", "\n", VALID),
    ("^[[a]$", "[", VALID),
    ("^[[a]b]$", "ab]", VALID),
    ("^]$", "]", VALID),
    (r"^[\]]$", "]", VALID),
    (r"^[^\]]$", "]", INVALID),
    ("^[a&&b]$", "&", VALID),
    # Escapes.
    (r"^\/$", "/", VALID),
    (r"^\u00e9$", "é", VALID),
    (r"^\u{1F600}$", "\U0001f600", VALID),
    (r"^\ud83d\ude00$", "\U0001f600", VALID),
    (r"^[\ud83d\ude00]$", "\U0001f600", VALID),
    (r"^\cA$", "\x01", VALID),
    (r"^[\b]$", "\x08", VALID),
    (r"^\$\.$", "$.", VALID),
    # Properties, groups, looking around, going back.
    (r"^\p{L}+$", "aé", VALID),
    (r"^\p{Lu}$", "é", INVALID),
    (r"^\P{L}$", "1", VALID),
    (r"^\p{Letter}$", "é", VALID),
    (r"^\p{Script=Greek}$", "α", VALID),
    (r"^(?<y>\d\d)-\k<y>$", "20-20", VALID),
    (r"^(?<y>\d\d)-\k<y>$", "20-21", INVALID),
    (r"^(a|b)\1$", "ab", INVALID),
    (r"^(?=.*\d)(?=.*[a-z]).{4,}$", "abc1", VALID),
    (r"^(?=.*\d)(?=.*[a-z]).{4,}$", "abcd", INVALID),
    (r"^(?!.*--)[a-z-]+$", "a--b", INVALID),
    (r"(?<=\$)\d+", "$5", VALID),
    (r"(?<!\$)\b5", "$5", INVALID),
    # Other dialects, where what they mean is plain.
    ("(?i)^abc$", "ABC", VALID),
    ("(?i)^abc$", "ABD", INVALID),
    ("(?i)^[^W]$", "w", INVALID),
    ("(?s)^.$", "\n", VALID),
    ("(?m)^b$", "a\nb\nc", VALID),
    (r"\Aab\Z", "ab", VALID),
    (r"\Aab\Z", "ab\n", INVALID),
    (r"^ab\z", "abc", INVALID),
    ("^(?P<a>x)y$", "xy", VALID),
    ("^(?>a+)b$", "aab", VALID),
    ("^a++b$", "aab", VALID),
    # What nothing can match says nothing.
    ("(", "x", DISPUTED),
    ("*a", "a", DISPUTED),
    ("[z-a]", "b", DISPUTED),
    (r"^\p{Nope}$", "x", DISPUTED),
    ("a{2,1}", "aa", DISPUTED),
    ("(?<=", "x", DISPUTED),
]


@pytest.mark.parametrize(("pattern", "text", "verdict"), TABLE)
def test_what_a_pattern_says_of_a_text(pattern, text, verdict):
    """As ECMA-262 has it."""
    assert (match(pattern, text), is_usable(pattern)) == (verdict, verdict is not DISPUTED)


def test_a_match_that_takes_too_long_is_disputed():
    """It ends soon after its deadline, and says neither yes nor no."""
    began = time.monotonic()
    verdict = match(SLOW, "a" * 100 + "!")
    assert (verdict, time.monotonic() - began < 10 * patterns.DEADLINE) == (DISPUTED, True)


@pytest.mark.parametrize(
    ("pattern", "native"),
    [
        ("^[a-z]+$", True),
        (r"^\d{4}$", True),
        (r"^\p{L}+$", False),  # large tables, as is a text of many letters that are counted
        ("^[A-Z0-9]{1,5000}$", False),
        ("(?i)^a$", True),
        (r"(a+\s?)+$", True),
        (r"^[ab]*a[ab]{30}$", False),  # linear, but for each letter all states count
        (r"^[.]\.[\].]$", True),
        (r"^\\.$", False),
        ("^.+$", False),
        (r"\ba", False),
        (r"^[\b]$", False),
        ("^(?!a)", False),
        (r"^(a)\1$", False),
        (SLOW, False),
        (r"^[\w-.]+$", False),
        ("^[]$", False),
        ("(", False),
    ],
)
def test_what_compiled_validators_match_by_themselves(pattern, native):
    """What needs no backtracking and is small, and so takes no time."""
    assert is_native(pattern) is native


@pytest.mark.parametrize(
    ("pattern", "text", "verdict"), [row for row in TABLE if is_native(row[0])]
)
def test_compiled_validators_agree(pattern, text, verdict):
    """Where they match by themselves, they say the same."""
    validator = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    assert validator.is_valid(text) is (verdict is VALID)


@pytest.mark.parametrize(("pattern", "text", "verdict"), TABLE)
def test_long_texts_are_no_others(monkeypatch, pattern, text, verdict):
    """What matches them, with a deadline, says the same of short ones."""
    monkeypatch.setattr(patterns, "_SHORT", -1)
    assert match(pattern, text) is verdict


@pytest.mark.parametrize("pattern", ["^[0-9]{13,19}$", "^(?!0)[0-9]{13,19}$"])
def test_waiting_for_a_processor_is_not_charged(monkeypatch, pattern):
    """On a busy machine a second may pass between any two steps; wrong values are refused all the
    same.
    """
    seconds = count()
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    token = BUDGET.set(MatchTime(0.1, 0))
    try:
        found = {match(pattern, "6300350228116x") for _ in range(100)}
    finally:
        BUDGET.reset(token)
    assert found == {INVALID}


def test_a_long_text_has_a_deadline():
    """Even where time is linear."""
    began = time.monotonic()
    match("^[ab]*a[ab]{600}[c-x]$", "ab" * 2_000_000)
    assert time.monotonic() - began < 10 * patterns.DEADLINE


@pytest.mark.parametrize(
    ("pattern", "is_taken"),
    [
        ("^(((a{100}){100}){100}){100}$", False),
        ("a{100001}", False),
        ("(?:ab|[cd]){50000}x", False),
        ("(a{400}){400}", False),
        ("a{100000}", True),
        ("a{1,1000000}", True),
        ("(?:a{10}){20}[b{9}]{30}", True),
        (r"\{1000000000\}[{]1{1}", True),
    ],
)
def test_a_pattern_that_is_large_once_written_out_is_not_used(pattern, is_taken):
    """It would take gigabytes to compile."""
    assert is_usable(pattern) is is_taken
