"""The table of media types: which bodies are read, and as what."""

import pytest

from mock_server.requests.bodies import MalformedBodyError, decoder, is_json, read_json


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON",
        "application/problem+json",
        "application/vnd.api+json",
        "text/json",
        "application/x-json",
        "application/json-seq",
        "application/json; charset=utf-8",
    ],
)
def test_json(media_type: str) -> None:
    """These are read as JSON."""
    decode = decoder(media_type)
    assert decode is not None
    assert decode(b'{"a": [1, null]}') == {"a": [1, None]}
    assert is_json(media_type)


@pytest.mark.parametrize(
    "media_type",
    [None, "", "text/plain", "application/xml", "multipart/form-data", "application/*", "*/*"],
)
def test_nothing_reads(media_type: str | None) -> None:
    """No schema is asked about a body of these."""
    assert decoder(media_type) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"null", None), (b"\xef\xbb\xbf1", 1), ('"\u00e9"'.encode(), "\u00e9"), (b" {} ", {})],
)
def test_what_is_json(body: bytes, expected: object) -> None:
    """UTF-8, with a byte order mark or without (RFC 8259 section 8.1)."""
    assert read_json(body) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\xe9"', b'"\\ud800"', b"{} {}"])
def test_what_is_not_json(body: bytes) -> None:
    """A body that is no JSON text is malformed, and the message says so."""
    with pytest.raises(MalformedBodyError, match=r"^not valid JSON: "):
        read_json(body)
