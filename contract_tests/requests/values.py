"""Values that a rule of the document makes certainly valid, certainly invalid, or neither.

A few words say what is particular in each value, so that a finding can name what an implementation
trips over. Rules: the rule's own three-valued judgement filters every list; a kind of rule without
lists here has the values that the rule itself knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.sentences import Field
from tallystick.judgement import Judgement

Values = list[tuple[str, Any]]
"""Values with what is particular in each."""


def plain(field: Field, constraint: Constraint) -> Any:
    """A certainly valid value with nothing particular in it, another for each property."""
    if constraint.kind == "absolute-url":
        return f"{_scheme(constraint)}://app.example.com/{field.name}"
    return constraint.valid_values()[0]


def valid(constraint: Constraint) -> Values:
    """Certainly valid values."""
    return _listed(constraint, _VALID, constraint.valid_values(), Judgement.VALID)


def invalid(constraint: Constraint) -> Values:
    """Certainly invalid values that are of the right type."""
    return [
        (what, value)
        for what, value in _listed(
            constraint, _INVALID, constraint.invalid_values(), Judgement.INVALID
        )
        if type(value) is type(constraint.valid_values()[0])
    ]


def disputed(constraint: Constraint) -> Values:
    """Values that some implementations take and others refuse."""
    return _listed(constraint, _DISPUTED, [], Judgement.DISPUTED)


def wrong_types(constraint: Constraint) -> Values:
    """Values of another type. None of them is empty, zero or false: that might count as missing."""
    values = [
        ("a number", 42),
        ("true", True),
        ("an array", ["https://app.example.com/"]),
        ("an object", {"url": "https://app.example.com/"}),
        ("a text", "some text"),
    ]
    right = type(constraint.valid_values()[0])
    numbers = (int, float)
    return [
        (what, value)
        for what, value in values
        if type(value) is not right
        and not (right in numbers and type(value) in numbers)
        and constraint.judge(value) is Judgement.INVALID
    ]


_ValuesMaker = Callable[[str], Values]


def _listed(
    constraint: Constraint, makers: Mapping[str, _ValuesMaker], known: list[Any], wanted: Judgement
) -> Values:
    values = (
        makers[constraint.kind](_scheme(constraint))
        if constraint.kind in makers
        else [(f"the value {value!r}", value) for value in known]
    )
    return [(what, value) for what, value in values if constraint.judge(value) is wanted]


def _scheme(constraint: Constraint) -> str:
    schemes = constraint.parameters.get("schemes") or ["https"]
    return "https" if "https" in schemes else str(schemes[0])


def _valid_urls(scheme: str) -> Values:
    host = f"{scheme}://app.example.com"
    return [
        ("a scheme in capitals", f"{scheme.upper()}://app.example.com/return"),
        ("a scheme in mixed case", f"{scheme.capitalize()}://app.example.com/return"),
        ("a host in capitals", f"{scheme}://APP.Example.COM/return"),
        ("no path", host),
        ("a path of one slash", f"{host}/"),
        ("a port", f"{host}:8443/return"),
        ("the highest port", f"{host}:65535/return"),
        ("a port and no path", f"{host}:3000"),
        ("a long path", f"{host}/a/b/c/d/e/f/g"),
        ("a path that ends in a slash", f"{host}/return/"),
        ("a path with a file name", f"{host}/return.html"),
        ("every character of a path", f"{host}/a-b._~!$&'()*+,;=:@/1"),
        ("an empty segment", f"{host}/a//b"),
        ("a query", f"{host}/return?invoice=42"),
        ("a query of several values", f"{host}/return?a=1&b=2&a=3"),
        ("a query and no path", f"{host}?a=1"),
        ("an empty query", f"{host}/return?"),
        ("a URL in the query", f"{host}/r?next=https://b.example.com/c"),
        ("an encoded URL in the query", f"{host}/r?next=https%3A%2F%2Fb.example.com%2Fc%3Fd%3D1"),
        ("a fragment", f"{host}/return#done"),
        ("a path in the fragment", f"{host}/#/return/done"),
        ("a query and a fragment", f"{host}/return?a=1#done"),
        ("percent-encoding", f"{host}/caf%C3%A9/a%20b"),
        ("an encoded slash", f"{host}/a%2Fb"),
        ("percent-encoding in small letters", f"{host}/caf%c3%a9"),
        ("an IDN host", f"{scheme}://bücher.example/return"),
        ("a punycode host", f"{scheme}://xn--bcher-kva.example/return"),
        ("an IPv4 host", f"{scheme}://93.184.215.14/return"),
        ("an IPv4 host with a port", f"{scheme}://93.184.215.14:8443/return"),
        ("an IPv6 host", f"{scheme}://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/return"),
        (
            "an IPv6 host with a port",
            f"{scheme}://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/return",
        ),
        ("a short host", f"{scheme}://a.example/"),
        ("digits and hyphens in the host", f"{scheme}://1-a-2.b3.example.com/"),
        ("a host of many labels", f"{scheme}://a.b.c.d.e.f.example.com/"),
        ("a label of 63 characters", f"{scheme}://{'a' * 63}.example.com/"),
        ("a long top-level domain", f"{scheme}://shop.photography/return"),
        ("300 characters", f"{host}/return?state={'s' * 300}"[:300]),
        ("2,000 characters in the path", f"{host}/{'p' * 2000}"[:2000]),
        ("2,000 characters in the query", f"{host}/return?state={'s' * 2000}"[:2000]),
    ]


def _invalid_urls(scheme: str) -> Values:
    return [
        ("a word", "not-a-url"),
        ("the scheme alone", scheme),
        ("an absolute path", "/relative/path"),
        ("a relative path", "relative/path"),
        ("a path from above", "../return"),
        ("a query alone", "?a=1"),
        ("a fragment alone", "#done"),
        ("no scheme", "app.example.com/return"),
        ("www and no scheme", "www.example.com"),
        ("a scheme-relative URL", "//app.example.com/return"),
        ("nothing before ://", "://app.example.com/return"),
        ("nothing after https://", f"{scheme}://"),
        ("nothing after http://", "http://"),
        ("a space in the host", f"{scheme}://exa mple.com/return"),
        ("ftp:", "ftp://example.com/file"),
        ("ws:", "ws://app.example.com/return"),
        ("wss:", "wss://app.example.com/return"),
        ("file:", "file:///etc/passwd"),
        ("javascript:", "javascript:alert(1)"),
        ("javascript: with slashes", "javascript://app.example.com/%0aalert(1)"),
        ("data:", "data:text/html,return"),
        ("mailto:", "mailto:ada@example.com"),
        ("urn:", "urn:uuid:6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"),
        ("the scheme of an app", "myapp://return"),
        ("a scheme with a letter too many", f"{scheme}x://app.example.com/return"),
        ("a scheme that ends in https", "xhttps://app.example.com/return"),
        ("a URL in the query of a path", f"/return?next={scheme}://app.example.com/"),
        ("a URL after a word", f"see {scheme}://app.example.com/"),
    ]


def _disputed_urls(scheme: str) -> Values:
    host = f"{scheme}://app.example.com"
    return [
        ("a plain http URL", "http://app.example.com/return"),
        ("localhost", f"{scheme}://localhost:3000/return"),
        ("an address for documentation", f"{scheme}://192.0.2.7/return"),
        ("a private address", f"{scheme}://10.0.0.1/return"),
        ("user and password", f"{scheme}://user:password@app.example.com/"),
        ("no slash", f"{scheme}:app.example.com"),
        ("backslashes", f"{scheme}:\\\\app.example.com\\return"),
        ("an open bracket", f"{scheme}://["),
        ("an address cut short", f"{scheme}://[::1"),
        ("an IPv6 zone", f"{scheme}://[fe80::1%25eth0]/"),
        ("a port that is too high", f"{host}:99999/"),
        ("a half percent-encoding", f"{host}/%zz%"),
        ("a space in the path", f"{host}/a b"),
        ("a space before", f" {host}/return"),
        ("a line feed", f"{host}/a\nb"),
        ("NUL", f"{host}/\0"),
        ("letters beyond ASCII", f"{host}/büch/😀"),
        ("half a surrogate pair", f"{host}/\ud800"),
        ("an odd fragment", f"{scheme}://host#°x"),
        ("100,000 characters", f"{host}/{'p' * 100_000}"),
    ]


_VALID: Mapping[str, _ValuesMaker] = {"absolute-url": _valid_urls}
_INVALID: Mapping[str, _ValuesMaker] = {"absolute-url": _invalid_urls}
_DISPUTED: Mapping[str, _ValuesMaker] = {"absolute-url": _disputed_urls}
