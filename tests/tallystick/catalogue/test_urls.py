"""What is certainly an absolute http(s) URL, what certainly is none, and what lies in between."""

import pytest

from tallystick import Constraint, Judgement
from tallystick.catalogue.urls import judge_url

VALID = [
    "https://example.com",
    "https://example.com/",
    "https://example.com/return",
    "https://app.example.com/payments/return",
    "HTTPS://EXAMPLE.COM/",
    "Https://Example.Com/Path",
    "https://example.com:443/",
    "https://example.com:8443/a",
    "https://example.com:1/",
    "https://example.com:65535/",
    "https://example.com?x=1",
    "https://example.com/?x=1&y=2",
    "https://example.com/?x",
    "https://example.com/?",
    "https://example.com/#",
    "https://example.com/#part",
    "https://example.com#part",
    "https://example.com/?q=a/b?c",
    "https://example.com/#a/b?c",
    "https://example.com/a%20b",
    "https://example.com/%E2%82%AC",
    "https://example.com/a;b=c,d",
    "https://example.com/a:b@c",
    "https://example.com/~user/-._!$&'()*+,;=",
    "https://example.com//double//slash",
    "https://example.com/a/../b",
    "https://a-b.example.com/",
    "https://a--b.c1.example.com/",
    "https://1.example.com/",
    "https://4chan.example.org/",
    "https://xn--mnchen-3ya.example/",
    "https://münchen.de/",
    "https://93.184.215.14/a",
    "https://8.8.8.8/",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/a",
    "https://example.com/" + "a" * 1000,
    "https://" + "a" * 63 + ".example.com/",
]

INVALID = [
    # relative (RFC 3986 section 4.2)
    "return",
    "not-a-url",
    "not a url",
    "/relative/path",
    "./path",
    "../path",
    "path/to/x",
    "?x=1",
    "#part",
    "www.example.com",
    "example.com",
    "example.com/return",
    "//example.com/path",
    "///example.com",
    "://example.com",
    "https//example.com",
    "1https://example.com",
    # nothing after the scheme
    "https:",
    "https:/",
    "https://",
    "http://",
    # another scheme
    "ftp://example.com/file",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "mailto:ada@example.com",
    "data:text/html,hi",
    "ws://example.com/",
    "urn:isbn:0451450523",
    "htp://example.com/",
    "httpss://example.com/",
    "localhost:3000/return",
    "example.com:8080/return",
    "C:\\return",
    # a space in the host
    "https://exa mple.com/",
    "https://exa mple.com",
    "https://not a host/",
    "http://my host/",
]

DISPUTED = [
    "https://192.0.2.7/a",
    "https://[2001:db8::1]/",
    # slash-repaired by the WHATWG standard
    "https:/example.com",
    "https:example.com",
    "https:///example.com",
    "https:////example.com",
    "https:\\\\example.com",
    "https://example.com\\path",
    # white space and control characters elsewhere
    " https://example.com/",
    "https://example.com/ ",
    "https://example.com/\n",
    "\thttps://example.com/",
    "https://exa\tmple.com/",
    "https://exam\nple.com/",
    "https://example.com/a b",
    "https://example.com/?q=a b",
    "https://example.com/\x00",
    "https://example.com/\x7f",
    "https://example.com/\u00a0",
    "  ",
    "\u3000",
    "",
    # userinfo
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com@evil.example/",
    # IPv6 zones, odd hosts and ports
    "https://[fe80::1%25en0]/",
    "https://[fe80::1%en0]/",
    "https://[zz]/",
    "https://[]/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:99999999999/",
    "https://example.com:/",
    "https://example.com:port/",
    "https://256.256.256.256/",
    "https://1.2.3/",
    "https://0x7f.1/",
    "https://example.com./",
    "https://example..com/",
    "https://.example.com/",
    "https://-a.example.com/",
    "https://a-.example.com/",
    "https://a_b.example.com/",
    "https://*.example.com/",
    "https://xn--a.example/",
    "https://ab--cd.example/",
    "https://exam%20ple.com/",
    "https://" + "a" * 64 + ".example.com/",
    "https://" + "a." * 150 + "com/",
    "https://host#°x",
    "https://?",
    "https://#x",
    # characters that one standard wants percent-encoded
    "https://example.com/é",
    "https://example.com/a|b",
    "https://example.com/?a[]=1",
    "https://example.com/{id}",
    'https://example.com/"x"',
    "https://example.com/<x>",
    "https://example.com/^",
    "https://example.com/%",
    "https://example.com/%zz",
    "https://example.com/#a#b",
    # what a service may refuse to open for safety's sake
    "http://example.com/",
    "http://app.example.com/return",
    "https://localhost/",
    "https://localhost:3000/return",
    "http://localhost:3000/return",
    "https://app.localhost/",
    "https://intranet/",
    "https://printer.local/",
    "https://db.internal/",
    "https://127.0.0.1/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    # too long for some
    "https://example.com/" + "a" * 2100,
]


@pytest.mark.parametrize("value", VALID)
def test_certainly_valid(value):
    """RFC 3986, the WHATWG standard and the usual parsers all take it."""
    assert judge_url(value) is Judgement.VALID


@pytest.mark.parametrize("value", INVALID)
def test_certainly_invalid(value):
    """All of them refuse it."""
    assert judge_url(value) is Judgement.INVALID


@pytest.mark.parametrize("value", DISPUTED)
def test_disputed(value):
    """Honest implementations disagree, so the mock accepts it and no test asserts on it."""
    assert judge_url(value) is Judgement.DISPUTED


@pytest.mark.parametrize("value", [None, 7, 1.5, True, [], ["https://example.com/"], {}])
def test_what_is_no_string_is_no_url(value):
    """Whatever it holds."""
    assert judge_url(value) is Judgement.INVALID


@pytest.mark.parametrize("value", [*VALID, *(v for v in DISPUTED if not v.isspace())])
def test_the_short_cut_refuses_nothing_that_may_be_valid(value):
    """The mock asks only whether a value is certainly invalid, and has a quicker way to know."""
    constraint = Constraint("absolute-url", {"schemes": ["http", "https"]})
    assert constraint.refuser()(value) is False


@pytest.mark.parametrize("value", ["  ", "\u3000"])
def test_the_short_cut_refuses_blanks(value):
    """To nobody are they a URL, though some call them missing and others invalid."""
    constraint = Constraint("absolute-url", {"schemes": ["http", "https"]})
    assert constraint.refuser()(value) is True


@pytest.mark.parametrize("value", INVALID)
def test_the_short_cut_refuses_what_is_certainly_invalid(value):
    """It agrees with the judgement."""
    constraint = Constraint("absolute-url", {"schemes": ["http", "https"]})
    assert constraint.refuser()(value) is True


@pytest.mark.parametrize(
    ("value", "schemes", "judgement"),
    [
        ("http://example.com/", ["http"], Judgement.VALID),
        ("https://example.com/", ["http"], Judgement.INVALID),
        ("http://example.com/", ["https"], Judgement.INVALID),
        ("HTTP://example.com/", ["https"], Judgement.INVALID),
        ("https://example.com/", ["https"], Judgement.VALID),
        ("https://example.com/", [], Judgement.VALID),
        ("ftp://example.com/", [], Judgement.DISPUTED),
        ("http://example.com/", [], Judgement.DISPUTED),
        ("mailto:ada@example.com", [], Judgement.DISPUTED),
        ("/relative", [], Judgement.INVALID),
        ("//example.com/", [], Judgement.INVALID),
        ("ftp://example.com/", ["ftp"], Judgement.VALID),
    ],
)
def test_the_schemes_that_the_prose_names(value, schemes, judgement):
    """`http(s)` is the vendor's; another document may name one scheme, or none."""
    assert judge_url(value, schemes) is judgement


def test_a_long_text_takes_no_long_time():
    """No pattern may run away on what a client sends."""
    assert judge_url("https://" + "a." * 200_000 + " " * 1000) is Judgement.DISPUTED
