"""Bodies that JSON parsers disagree about: the shapes of the public JSONTestSuite, written anew.

Each is sent to an operation that takes any JSON, and to the control API.
"""

from collections.abc import Iterator

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client

DOCUMENT = """
openapi: 3.1.0
info: {title: Anything, version: "1"}
paths:
  /anything:
    post:
      requestBody: {required: true, content: {application/json: {schema: {}}}}
      responses:
        "200": {description: fine}
        "400": {description: wrong}
"""

RIGHT = [
    *(b"[]", b"[ ]", b"{}", b'""', b"0", b"-0", b"null", b"true", b"false", b" [1]\n", b"\t\r\n1 "),
    *(b"[123.456e78]", b"[1E+2]", b"[0e1]", b"[0e+1]", b"[-0.0]", b"[1E22]", b"[20e1]", b"[-123]"),
    *(b"[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",),
    *(b'["\\u0060\\u012a\\u12AB"]', b'["\\uD801\\udc37"]', b'["\\"\\\\\\/\\b\\f\\n\\r\\t"]'),
    *(b'["\\u0000"]', b'["\\uFFFF"]', '["\u20ac\U0001d11e"]'.encode(), b'["\x7f"]', b'["a/*b*/c"]'),
    *(b'{"a":"b","a":"c"}', b'{"a":"b","a":"b"}', b'{"":0}', b'{"a":[]}', b'{"\\u0000":1}'),
    *(b'[[]   ]', b'[1,null,true,"x",{}]', '{"\u043f":1}'.encode(), '["\u2028\u2029"]'.encode()),
]  # fmt: skip
WRONG = [
    *(b"[1,]", b"[,1]", b"[1,,2]", b"[,]", b"[", b"]", b"[1", b"[[]", b"[]]", b"[1]x", b"[1 true]"),
    *(b"{", b"}", b"{]", b"[}", b'{"a"', b'{"a":', b'{"a":1', b'{"a":1,}', b'{"a":1,,"b":2}'),
    *(b'{"a" b}', b'{"a"::1}', b"{a:1}", b"{'a':1}", b'{1:1}', b'{"a":1 "b":2}', b'{null:1}'),
    *(b'{"a":1}#', b'{"a":1}/**/', b'/**/{}', b'{"a":/*c*/1}', b'{}{}', b"[][]", b"# {}"),
    *(b"[01]", b"[-01]", b"[1.]", b"[.1]", b"[+1]", b"[- 1]", b"[--1]", b"[1e]", b"[1e+]", b"[0e]"),
    *(b"[1eE2]", b"[0x1]", b"[1_0]", b"[1 0]", b"[-]", b"[2.e3]", b"[1a]", b"[-2.]", b"[0.e1]"),
    *(b"[NaN]", b"[nan]", b"[Infinity]", b"[-Infinity]", b"[Inf]", b"[.-1]", b"[1+2]", b"[0.1.2]"),
    *(b"[nul]", b"[tru]", b"[fals]", b"[True]", b"[NULL]", b"nulll", b"truee", b"*", b"undefined"),
    *(b"['a']", b'["a]', b'"', b'["a', b'["\t"]', b'["\n"]', b'["\x00"]', b'["\x1f"]', b"[a]"),
    *(b'["\\x00"]', b'["\\a"]', b'["\\u"]', b'["\\u00A"]', b'["\\u00zz"]', b'["\\"]', b'["\\ "]'),
    *(b'["\\uD800\\u"]', b'["\\u{61}"]', b'["\\0"]', b'["\\v"]', b"['\\'']", b'["\\\x00"]'),
    *(b"\xff", b'["\xff"]', b'["\xc0\xaf"]', b'["\xe0\xff"]', b'["\xed\xa0\x80"]'),
    b"[\xe2\x81\xa0]",
    *(b'["\xf4\xbf\xbf\xbf"]', b"\xef\xbb", b"\xfe\xff\x00[\x00]", b"[\x00]\x00"),
    *(b"[]\x00", b"\x00"),
    *(b"[" * 1_000, b"[" * 100_000, b'{"a":' * 1_000, b"[\x0b]", b"[\x0c]", b"\xc2\xa0[]"),
    *(b" ", b"\n"),
    *(b"<null>", b"[<null>]", b"[1:2]", b"(1)", b"[*]", b"[1;2]", b'{"a":"b";"c":1}'),
    *(b"`1`", b"$1"),
]  # fmt: skip
OPEN = [
    *(b"[1e400]", b"[-1e400]", b"[1e-400]", b"[123123123123123123123123123123]"),
    b"[9" + b"9" * 5_000 + b"]",
    *(b'["\\uD800"]', b'["\\uDFAA"]', b'["\\uD800\\uD800x"]', b'["\\uD800\\n"]'),
    b'["\\uDd1e\\uD834"]',
    *(b"\xef\xbb\xbf{}", '["a"]'.encode("utf-16"), '["a"]'.encode("utf-16-le")),
    b"[" * 500 + b"]" * 500,
    *(b'{"a":' * 300 + b"1" + b"}" * 300, b'["\xef\xbf\xbf"]', b"[0." + b"1" * 5_000 + b"]"),
]  # fmt: skip
"""What the suite leaves open (RFC 8259 sections 6, 8.1, 8.2 and 9)."""


@pytest.fixture(scope="module")
def anything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A mock that takes any JSON."""
    file = tmp_path_factory.mktemp("json") / "document.yaml"
    file.write_text(DOCUMENT, encoding="utf-8")
    with serving(load_contract(str(file))) as url, client(url) as connected:
        yield connected


def sent(mock: httpx.Client, body: bytes, place: str = "/anything") -> int:
    """The status of the answer, which must be readable."""
    answer = mock.post(place, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500
    assert not answer.content or answer.json() is not None
    return answer.status_code


def statuses(mock: httpx.Client, bodies: list[bytes], place: str = "/anything") -> dict[int, int]:
    """How often each status came."""
    found = [sent(mock, body, place) for body in bodies]
    return {status: found.count(status) for status in found}


def test_what_is_json_is_taken(anything):
    """RFC 8259."""
    assert [body for body in RIGHT if sent(anything, body) != 200] == []


def test_what_is_no_json_is_refused(anything):
    """Wherever it breaks, and however deep it is nested."""
    assert [body[:40] for body in WRONG if sent(anything, body) != 400] == []


def test_what_parsers_disagree_about_is_answered(anything):
    """Taken or refused, never an error of the mock's own."""
    assert statuses(anything, OPEN).keys() <= {200, 400}


@pytest.mark.parametrize("place", ["forces", "faults", "clock", "verify"])
def test_the_control_api_is_no_other(anything, place):
    """None of these is a control request; what is no JSON changes nothing."""
    base = f"/~session/json/_tallystick/{place}"
    assert statuses(anything, [*WRONG, *OPEN], base).keys() == {400}
    assert anything.get("/~session/json/_tallystick/forces").json() == []
