"""The meaning of a response: what each check finds, and what it lets pass."""

from __future__ import annotations

import pytest

from contract_tests.checks import table
from contract_tests.checks.table import ResponseCheck
from tests.contract_tests.checks.contexts import (
    BROKEN,
    HANDLED,
    LAMP,
    RED,
    Row,
    Rows,
    accepted,
    denied,
    each_row,
    got,
    handled,
    messages,
    reaching,
    refused,
    served,
)

LOCKED = {"title": "Lamp.Locked"}
SPACE, ID = "RFC 8259 section 2", "RFC 3986 section 2.3"
IS_BROKEN = reaching("409 Lamp.Broken")

ROWS: Rows = {
    table.STATUS_OF_THE_CASE: [
        Row(
            "an error under another status",
            got(400, BROKEN, IS_BROKEN),
            "the documented status of 409 Lamp.Broken is 409, not 400 Lamp.Broken",
        ),
        Row(
            "an error instead of a success",
            got(409, BROKEN, reaching("200")),
            "the request that should get 200 gets 409 Lamp.Broken",
        ),
        Row("the documented status", got(409, LOCKED, IS_BROKEN)),
        Row("a status in the range", got(503, {}, reaching("5XX"))),
        Row("another expectation", got(400, BROKEN, RED)),
    ],
    table.VALID_ACCEPTED: [
        Row("a refusal", got(400, {}, RED), "a red lamp should get 200, not 400"),
        Row(
            "a refusal with a code",
            got(409, LOCKED, RED),
            "a red lamp should get 200, not 409 Lamp.Locked",
        ),
        Row("a success", got(200, LAMP, RED)),
        Row("another case that may come", got(503, {}, accepted("200", "5XX"))),
        Row("a standard settles it", got(400, {}, accepted(source=SPACE))),
        Row("it need not be accepted", got(400, {}, HANDLED)),
        Row("a rule may be against it", got(400, {}, accepted(is_advised=True))),
        Row(
            "no rule makes an error of the server",
            got(503, {}, accepted(is_advised=True)),
            "a red lamp should get 200, not 503",
        ),
    ],
    table.EQUIVALENT_ACCEPTED: [
        Row(
            "a refusal",
            got(400, {}, accepted(source=SPACE)),
            "a red lamp should get 200, not 400",
        ),
        Row("a success", got(200, LAMP, accepted(source=SPACE))),
        Row("no standard settles it", got(400, {}, RED)),
        Row("it is advised only", got(400, {}, accepted(source=ID, is_advised=True))),
    ],
    table.ADVISED_ACCEPTED: [
        Row(
            "a refusal",
            got(404, {}, accepted(source=ID, is_advised=True)),
            "a red lamp should get 200, not 404",
        ),
        Row("a success", got(200, LAMP, accepted(source=ID, is_advised=True))),
        Row("a standard demands it", got(400, {}, accepted(source=SPACE))),
    ],
    table.VALID_ADVISED: [
        Row(
            "a refusal",
            got(400, {}, accepted(is_advised=True)),
            "a red lamp should get 200, not 400",
        ),
        Row("a success", got(200, LAMP, accepted(is_advised=True))),
        Row("an error of the server", got(503, {}, accepted(is_advised=True))),
        Row("the schema says so in as many words", got(400, {}, RED)),
        Row("a standard advises it", got(400, {}, accepted(source=ID, is_advised=True))),
    ],
    table.REFUSAL_ADVISED: [
        Row(
            "a success, where no refusal is documented",
            got(200, LAMP, refused(is_advised=True)),
            "a square lamp should be refused with a 4xx, not get 200",
        ),
        Row("a 422", got(422, {}, refused(is_advised=True))),
        Row("a success, where one is", got(200, LAMP, refused())),
    ],
    table.INVALID_REFUSED: [
        Row("where no refusal is documented", got(200, LAMP, refused(is_advised=True))),
        Row(
            "a success",
            got(200, LAMP, refused()),
            "a square lamp should be refused with a 4xx, not get 200",
        ),
        Row(
            "a server error",
            got(503, {}, refused()),
            "a square lamp should be refused with a 4xx, not get 503",
        ),
        Row("a 400", got(400, {}, refused())),
        Row("another 4xx", got(422, {}, refused())),
        Row("it may be accepted", got(200, LAMP, HANDLED)),
    ],
    table.CREDENTIALS_REQUIRED: [
        Row(
            "a success",
            got(200, LAMP, denied()),
            "a lamp of nobody should get a 401 or 403, not 200",
        ),
        Row("a 401", got(401, {}, denied())),
        Row("a 403", got(403, {}, denied())),
        Row("another refusal", got(404, {}, denied())),
        Row("a redirection to where one logs in", got(302, None, denied())),
        Row("the document has no 401 or 403", got(200, LAMP, denied(is_advised=True))),
    ],
    table.CREDENTIALS_ADVISED: [
        Row(
            "a success",
            got(200, LAMP, denied(is_advised=True)),
            "a lamp of nobody should get a 401 or 403, not 200",
        ),
        Row("a 401", got(401, {}, denied(is_advised=True))),
        Row("the document has a 401 or 403", got(200, LAMP, denied())),
    ],
    table.STATUS_OF_THE_CODE: [
        Row(
            "a code under another status",
            got(400, LOCKED, refused("Lamp.Locked")),
            "the documented status of Lamp.Locked is 409, not 400",
        ),
        Row(
            "where the document leaves much open",
            got(404, BROKEN, HANDLED),
            "the documented status of Lamp.Broken is 409, not 404",
        ),
        Row("its own status", got(409, LOCKED, HANDLED)),
        Row("no documented code", got(400, {"title": "Lamp.Odd"}, HANDLED)),
        Row("a case is expected", got(400, BROKEN, IS_BROKEN)),
    ],
    table.NO_OTHER_CASE: [
        Row(
            "a code that is about something else",
            got(409, LOCKED, refused("Lamp.MissingColour")),
            "a square lamp is no Lamp.Locked",
        ),
        Row(
            "where the document leaves much open",
            got(404, {"code": "Lamp.Unknown"}, handled("Lamp.Broken")),
            "an odd lamp is no Lamp.Unknown",
        ),
        Row("a code that is about it", got(409, LOCKED, refused("Lamp.Locked"))),
        Row("no code", got(400, {"title": "Bad Request"}, refused("Lamp.Locked"))),
        Row("any code may be named", got(409, LOCKED, HANDLED)),
        Row("a server error", got(503, LOCKED, handled("Lamp.Broken"))),
        Row("a case is expected", got(409, LOCKED, IS_BROKEN)),
    ],
    table.CODE_OF_THE_CASE: [
        Row(
            "the code of another case",
            got(409, LOCKED, IS_BROKEN),
            "the response should name Lamp.Broken, but names Lamp.Locked",
        ),
        Row(
            "neither code nor text",
            got(409, {"title": "Conflict"}, IS_BROKEN),
            "the response should name Lamp.Broken; no documented code or text was found",
        ),
        Row("the code", got(409, {"errors": [{"code": "Lamp.Broken"}]}, IS_BROKEN)),
        Row("the text", got(409, {"detail": "Sorry, the lamp is broken."}, IS_BROKEN)),
        Row("another status", got(400, LOCKED, IS_BROKEN)),
        Row("a case without a code", got(200, LAMP, reaching("200"))),
        Row("no content is documented, none came", got(410, None, reaching("410 Lamp.Gone"))),
    ],
    table.TEXT_OF_THE_CASE: [
        Row(
            "the text of another case",
            got(
                409, {"title": "Lamp.Broken", "detail": "Somebody has locked the lamp."}, IS_BROKEN
            ),
            "the text of 409 Lamp.Broken is that of Lamp.Locked",
        ),
        Row("its own text", got(409, BROKEN, IS_BROKEN)),
        Row("words of its own", got(409, {"detail": "Lamp.Broken: try another"}, IS_BROKEN)),
        Row("another expectation", got(409, {"detail": "somebody has locked the lamp"}, HANDLED)),
    ],
    table.UNDECLARED_METHOD: [
        Row(
            "DELETE succeeds",
            got(204, expectation=served("DELETE")),
            "DELETE, which the document does not have, succeeds with 204",
        ),
        Row("DELETE is refused", got(405, expectation=served("DELETE"))),
        Row("OPTIONS succeeds", got(204, expectation=served("OPTIONS"))),
        Row("a documented request succeeds", got(200, LAMP, RED)),
    ],
    table.ALLOWED_METHODS: [
        Row("no Allow", got(405, expectation=served("PUT")), "the 405 has no Allow header"),
        Row("Allow", got(405, expectation=served("PUT"), headers={"allow": "POST"})),
        Row("an empty Allow", got(405, expectation=served("PUT"), headers={"allow": ""})),
        Row("another status", got(404, expectation=served("PUT"))),
    ],
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_semantics(check: ResponseCheck, row: Row) -> None:
    """The check finds the violation of its row, or none."""
    assert messages(check, row.context) == ([] if row.message is None else [row.message])


def test_confused_codes_are_one_cause() -> None:
    """Whichever of two codes stands for the other, the violation names both."""
    one = table.CODE_OF_THE_CASE.violations(got(409, LOCKED, IS_BROKEN))
    other = table.CODE_OF_THE_CASE.violations(got(409, BROKEN, reaching("409 Lamp.Locked")))
    assert [v.codes for v in (*one, *other)] == [frozenset({"Lamp.Broken", "Lamp.Locked"})] * 2
