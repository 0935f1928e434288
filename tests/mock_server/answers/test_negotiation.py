"""Which media type is sent, by RFC 9110 sections 12.4.2 and 12.5.1."""

import pytest

from mock_server.answers.negotiation import choose

J, CSV, XML, TEXT, HTML = (
    "application/json",
    "text/csv",
    "application/xml",
    "text/plain",
    "text/html",
)
PROBLEM, PDF = "application/problem+json", "application/pdf"
ONE, TWO = "application/vnd.a+json;version=1", "application/vnd.a+json; version=2"


@pytest.mark.parametrize(
    ("documented", "accept", "sent"),
    [
        # Nothing is asked for: JSON first, else the document's order.
        ([J, CSV], None, J),
        ([CSV, J], None, J),
        ([CSV, XML], None, CSV),
        ([XML, "application/vnd.a+json"], None, "application/vnd.a+json"),
        ([CSV, J], "", J),
        # Types, whatever their case.
        ([J, CSV, XML], "text/csv", CSV),
        ([J, CSV, XML], "TEXT/CSV", CSV),
        (["Text/CSV", J], "text/csv", "Text/CSV"),
        ([J, CSV, XML], "application/xml", XML),
        ([J], "application/json", J),
        ([J], "application/json; charset=utf-8", None),
        # Ranges.
        ([J, CSV], "text/*", CSV),
        ([J, TEXT, CSV], "text/*", TEXT),
        ([J, CSV, XML], "application/*", J),
        ([XML, J], "application/*", J),
        ([XML, CSV], "*/*", XML),
        ([XML, J], "*/*", J),
        ([CSV, J], "*", J),
        ([J], "image/*", None),
        # A type beside a range of the same quality is named, the others are only allowed.
        ([J, CSV], "text/csv, */*", CSV),
        ([J, XML], "application/xml, application/*", XML),
        # Qualities.
        ([J, CSV], "application/json;q=0.5, text/csv;q=0.9", CSV),
        ([J, CSV], "application/json;q=0.9, text/csv;q=0.5", J),
        ([J, CSV], "application/json;q=0.8, text/csv", CSV),
        ([J, CSV, XML], "text/csv;q=0.1, application/xml;q=0.2", XML),
        ([J, CSV], "*/*;q=0.1, text/csv;q=0.01", J),
        ([J, CSV], "application/json; q=0.5 , text/csv ; q=0.6", CSV),
        ([J, CSV], "application/json;Q=0.1, text/csv;Q=0.2", CSV),
        ([J, CSV], "application/json;q=1.000, text/csv;q=0.999", J),
        ([J, CSV], "application/json;q=7, text/csv", J),
        ([J, CSV], "application/json;q=word, text/csv;q=0.5", J),
        # Quality 0 is "not acceptable".
        ([J, CSV], "application/json;q=0, */*", CSV),
        ([J], "application/json;q=0", None),
        ([J], "application/json;q=0, */*", None),
        ([J, CSV], "text/*;q=0, */*", J),
        ([CSV], "text/*;q=0, */*", None),
        ([J, CSV], "*/*;q=0, text/csv", CSV),
        # The most specific range counts, wherever it stands.
        ([J, CSV], "*/*, application/json;q=0.1", CSV),
        ([TEXT, HTML], "text/*;q=0.3, text/html;q=0.7", HTML),
        ([TEXT, HTML, J], "text/*;q=0.3, */*;q=0.5", J),
        # Parameters.
        ([ONE, TWO], "application/vnd.a+json;version=2", TWO),
        ([ONE, TWO], "application/vnd.a+json; version=1", ONE),
        ([ONE, TWO], 'application/vnd.a+json; version="2"', TWO),
        ([ONE, TWO], "application/vnd.a+json;version=3", None),
        ([ONE, TWO], "application/vnd.a+json", ONE),
        ([ONE, TWO], "application/vnd.a+json;version=2;q=0.1, application/vnd.a+json;q=0.2", ONE),
        (["text/html;level=1", "text/html"], "text/html;level=1, text/html;q=0.7",
         "text/html;level=1"),
        # Problems are JSON for whoever reads JSON, and not the reverse.
        ([PROBLEM], "application/json", PROBLEM),
        ([PROBLEM], "application/problem+json", PROBLEM),
        ([PROBLEM, XML], "application/xml", XML),
        ([J], "application/problem+json", None),
        # Nothing acceptable.
        ([J, CSV], "image/png", None),
        ([PDF], "application/json", None),
        # What is no range is left out.
        ([J, CSV], "nonsense, text/csv", CSV),
        ([J, CSV], ",, text/csv,", CSV),
        ([J], "nonsense", None),
        # A browser.
        ([J], "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", J),
        ([J, HTML], "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
    ],
)  # fmt: skip
def test_the_type_that_is_sent(documented: list[str], accept: str | None, sent: str | None) -> None:
    """Of what the document has, what the client wants most; None where it wants nothing of it."""
    place = choose(tuple(documented), accept)
    assert (None if place is None else documented[place]) == sent


def test_no_type_at_all() -> None:
    """A response without content is acceptable to nobody and everybody."""
    assert choose((), "text/csv") is None
