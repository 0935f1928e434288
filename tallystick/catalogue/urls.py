"""What is certainly an absolute http(s) URL, what certainly is none, and what lies in between.

Rules: *valid* is what RFC 3986, the WHATWG URL standard and the usual parsers all take;
*invalid* is what all of them refuse. Everything else is disputed: slash-repaired forms
(`https:/a`), white space and control characters other than a space in the host, userinfo, IPv6
zones, odd hosts and ports, characters that one standard wants percent-encoded. So is what an
honest service may refuse to open for safety's sake: plain `http` where `https` would do too, and
hosts that are not on the public internet (a name without a dot, a loopback or private address).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any

import idna

from tallystick.judgement import Judgement

LONGEST_VALID = 2_048
"""Up to this many characters, length alone is no reason to refuse a URL. RFC 9110 section 4.1
asks for 8,000 octets at least, older libraries stop near 2,083."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_PCHARS = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    rf"""(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://
         (?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?\#\[\]@:\\]+)
         (?::(?P<port>[0-9]+))?
         (?:/{_PCHARS}*)*
         (?:\?(?:{_PCHARS}|[/?])*)?
         (?:\#(?:{_PCHARS}|[/?])*)?""",
    re.VERBOSE,
)  # RFC 3986 appendix A, without userinfo
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_PRIVATE_SUFFIXES = frozenset({"localhost", "local", "internal", "lan", "home", "corp"})
_SPACE_IN_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#@\\]+ +[^\s/?#@\\]")


def judge_url(value: Any, schemes: Sequence[str] = ("http", "https")) -> Judgement:
    """How certain it is that `value` is an absolute URL with one of these schemes.

    With no schemes given, only what has no scheme at all is of the wrong one.
    """
    if not isinstance(value, str):
        return Judgement.INVALID
    if not value.strip():
        return Judgement.DISPUTED  # empty is invalid to some and missing to others
    if _certainly_invalid(value, schemes):
        return Judgement.INVALID
    return Judgement.VALID if _certainly_valid(value, schemes) else Judgement.DISPUTED


def _certainly_invalid(value: str, schemes: Sequence[str]) -> bool:
    if not value or value != value.strip() or re.search(r"[\x00-\x1f\x7f-\x9f]", value):
        return False  # the WHATWG standard strips these, and what is left may be valid
    scheme = _SCHEME.match(value)
    if not scheme:
        return True  # relative, or scheme-relative
    rest = value[scheme.end() :]
    return bool(
        (schemes and scheme[0][:-1].lower() not in schemes)
        or rest in {"", "/", "//"}
        or _SPACE_IN_HOST.match(value) is not None
    )


def ordinary(schemes: Sequence[str]) -> re.Pattern[str]:
    """A pattern of URLs that are certainly not invalid: most of those that one meets. It is a
    short cut, for those in a hurry.
    """
    names = "|".join(re.escape(scheme) for scheme in schemes) or "https?"
    # Nothing of it need be tried twice, so nothing is given back.
    return re.compile(rf"(?:{names})://[A-Za-z0-9][A-Za-z0-9.\-]*+(?:[:/?#][!-~]*+)?+")


def _certainly_valid(value: str, schemes: Sequence[str]) -> bool:
    parts = _URL.fullmatch(value)
    return (
        parts is not None
        and len(value) <= LONGEST_VALID
        and parts["scheme"].lower() in _preferred(schemes)
        and _valid_port(parts["port"])
        and _valid_host(parts["host"])
    )


def _preferred(schemes: Sequence[str]) -> tuple[str, ...]:
    if not schemes:
        return ("https",)
    return tuple(scheme for scheme in schemes if scheme != "http" or "https" not in schemes)


def _valid_port(port: str | None) -> bool:
    return port is None or (len(port) <= 5 and 1 <= int(port) <= 65_535)


def _valid_host(host: str) -> bool:
    if host.startswith("["):
        return _is_public_address(host[1:-1])
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].lower() in _PRIVATE_SUFFIXES:
        return False
    if not host.isascii():
        return _is_internationalised(host)
    if labels[-1][:1].isdigit():
        # The WHATWG standard reads a host whose last label is a number as IPv4, in any base.
        return _is_public_address(host)
    return len(host) <= 253 and all(_valid_label(label) for label in labels)


def _valid_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if label[2:4] == "--":  # a reserved label (RFC 5890 section 2.3.1): valid if real punycode
        return label.lower().startswith("xn--") and _is_internationalised(label.lower())
    return True


def _is_internationalised(host: str) -> bool:
    """Whether the host is plain under IDNA 2008 (RFC 5891) and needs no mapping first."""
    try:
        idna.encode(host, strict=True)
    except (idna.IDNAError, UnicodeError):
        return False
    return True


def _is_public_address(host: str) -> bool:
    """An address of the public internet. Those set apart for documentation (RFC 5737, RFC 3849)
    are not on it: who refuses private addresses for safety's sake refuses them, too.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast
