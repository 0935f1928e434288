"""The kinds of requests of a soak, each a script with the answers that are right.

Rules: each connection has sessions of its own, so that whatever others do, it knows what the next
answer must be. A script leaves its session as it found it, or resets it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from .exchange import LOST, Answer, Script, Sent, request

Kind = Callable[[Random, str], Script]
"""Gets the name of a session of its own."""

RETURN, REFRESH = "https://app.example.com/return", "https://app.example.com/refresh"
VALID = {"returnUrl": RETURN, "refreshUrl": REFRESH}
STATES = {"Disconnected": "409 PaymentAccount.Disconnected", "Active": "200"}
FORCED = {
    "502": "502 PaymentAccount.ProviderError",
    "PaymentAccount.NotEnabled": "409 PaymentAccount.NotEnabled",
    "Organisation.NotFound": "404 Organisation.NotFound",
    "Payment.Forbidden": "403 Payment.Forbidden",
    "200": "200",
}
BROKEN = (b"{", b'{"returnUrl":', b"[1,]", b"\xff\xfe", b'"\x00"', b"nul", b"{}x", b"[" * 2_000)


def _link(source: Random) -> str:
    """One of so few organisations that the state of all is known after the first tenth."""
    organisation = UUID(int=source.randrange(1_000) << 64, version=4)
    return f"/organisations/{organisation}/payment-account/link"


def _control(session: str) -> str:
    return f"/~session/{session}/_tallystick"


# --- the bundled contract


def valid(source: Random, session: str) -> Script:
    """What succeeds, in the default session or in one's own."""
    own: dict[str, Any] = {"tallystick_session": session} if source.random() < 0.5 else {}
    yield request(f"POST {_link(source)}", 200, value=VALID, case="200", **own)


def opened(source: Random, _: str) -> Script:
    """A link, opened and used."""
    made = yield request(f"POST {_link(source)}", 200, value=VALID)
    place = "/" + made.value["url"].split("/", 3)[3]
    yield request(f"GET {place}", 200)
    yield request(f"POST {place}/complete", 303)


def invalid(source: Random, _: str) -> Script:
    """What the document has a case for."""
    body = dict(source.choice([{}, {"returnUrl": RETURN}, {**VALID, "returnUrl": "/no"}]))
    yield request(f"POST {_link(source)}", 400, value=body)


def malformed(source: Random, _: str) -> Script:
    """Bodies that are no JSON, or of another type."""
    if source.random() < 0.8:
        yield request(f"POST {_link(source)}", 400, body=source.choice(BROKEN))
    else:
        yield request(f"POST {_link(source)}", 415, 400, body=b"<a/>", content_type="text/xml")


def unknown(source: Random, _: str) -> Script:
    """What no operation answers."""
    yield source.choice(
        [
            request(f"GET /nothing/{source.random()}", 404),
            request(f"DELETE {_link(source)}", 405),
            request(f"OPTIONS {_link(source)}", 204),
            request("GET /~nothing", 400),
            request("GET /~session/no%20name/x", 400),
            request(f"POST {_link(source)}", 400, value=VALID, prefer="code=499"),
        ]
    )


def by_name(source: Random, _: str) -> Script:
    """A case, asked for by header or address."""
    name, case = source.choice(list(FORCED.items()))
    status = int(case.split()[0])
    if source.random() < 0.5:
        wanted = f"code={name}" if name.isdigit() else f"example={name}"
        yield request(f"POST {_link(source)}", status, value={}, case=case, prefer=wanted)
    else:
        yield request(f"POST /~case/{name}{_link(source)}", status, value={}, case=case)


def queued(source: Random, session: str) -> Script:
    """Forces that wait, once and several times."""
    names = source.sample(list(FORCED), source.randint(1, 3))
    sent = {"cases": names, "times": source.randint(1, 2)}
    yield request(f"POST {_control(session)}/forces", 201, value=sent)
    for name in names * int(str(sent["times"])):
        case, status = FORCED[name], int(FORCED[name].split()[0])
        link = f"POST /~session/{session}{_link(source)}"
        yield request(link, status, value={}, case=case)
    yield request(f"POST /~session/{session}{_link(source)}", 200, value=VALID, case="200")


def own_answer(source: Random, session: str) -> Script:
    """An answer of the user's own, undone again."""
    sent = {"status": 418, "body": {"n": "x" * source.randint(0, 2_000)}, "times": None}
    made = yield request(f"POST {_control(session)}/forces", 201, value=sent)
    for _ in range(2):
        yield request(f"POST /~session/{session}{_link(source)}", 418, value=VALID)
    yield request(f"DELETE {_control(session)}/forces/{made.value['id']}", 204)


def state(source: Random, session: str) -> Script:
    """An organisation whose state is set, and a reset."""
    link = _link(source)
    organisation, (name, case) = link.split("/")[2], source.choice(list(STATES.items()))
    place = f"{_control(session)}/organisations/{organisation}"
    yield request(f"PUT {place}", 200, value={"payment_account": name})
    yield request(f"POST /~session/{session}{link}", int(case[:3]), value=VALID, case=case)
    yield request(f"POST {_control(session)}/reset", 204)
    yield request(f"POST /~session/{session}{link}", 200, value=VALID, case="200")


def clock(source: Random, session: str) -> Script:
    """Time that is moved."""
    for body in ({"freeze": True}, {"advance": source.randint(1, 9_999)}, {"reset": True}):
        yield request(f"POST {_control(session)}/clock", 200, value=body)


def disturbed(source: Random, session: str) -> Script:
    """Faults of the transport."""
    fault = source.choice(["reset", "empty", "wrong-type", "bad-gateway"])
    yield request(f"POST {_control(session)}/faults", 201, value={"faults": [fault]})
    sent = request(f"POST /~session/{session}{_link(source)}", value=VALID)
    lost = fault in ("reset", "empty")
    right = {"bad-gateway": (502,), "wrong-type": (200,)}.get(fault, LOST)
    yield Sent(sent.data, right, ends=lost)


def looked_at(source: Random, session: str) -> Script:
    """What the control API shows."""
    yield source.choice(
        [
            request("GET /_tallystick/health", 200),
            request(f"GET {_control(session)}/requests?after={source.randint(0, 300)}", 200),
            request(f"GET {_control(session)}/requests/{source.randint(1, 9)}", 200, 404),
            request(f"GET {_control(session)}/forces", 200),
            request(f"GET {_control(session)}/coverage", 200),
            request("GET /_tallystick/coverage?total=true", 200),
            request(f"GET {_control(session)}/?live", 200),
        ]
    )


def verified(source: Random, session: str) -> Script:
    """How often a case was served."""
    yield request(f"POST {_control(session)}/reset", 204)
    yield request(f"POST /~session/{session}{_link(source)}", 200, value=VALID)
    for times, status in ((1, 200), (2, 409)):
        sent = {"case": "200", "times": times}
        yield request(f"POST {_control(session)}/verify", status, value=sent)


def refused(source: Random, session: str) -> Script:
    """Control requests that are wrong, or of another origin."""
    yield source.choice(
        [
            request(f"POST {_control(session)}/forces", 400, value={"cases": 7}),
            request(f"POST {_control(session)}/forces", 400, value={"cases": ["nothing"]}),
            request(f"POST {_control(session)}/faults", 400, value={"rate": "often"}),
            request(f"POST {_control(session)}/clock", 400, body=source.choice(BROKEN)),
            request(f"DELETE {_control(session)}/forces/{'9' * 30}", 404),
            request("POST /_tallystick/reset", 403, origin="http://evil.example"),
            request("GET /_tallystick/nothing", 404),
        ]
    )


def ended(_: Random, session: str) -> Script:
    """A session that ends, and begins anew."""
    yield request(f"GET {_control(session)}/health", 200)
    yield request(f"DELETE /_tallystick/sessions/{session}", 204)


def hostile(source: Random, _: str) -> Script:
    """What is no request, or too much of one; the connection ends with the answer."""
    long = "x: " + "a" * 70_000 + "\r\n"
    data, status = source.choice(
        [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
            (f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{long}\r\n".encode(), 431),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        ]
    )
    yield Sent(data, (status,), ends=True)


# --- the shop


def listed(source: Random, _: str) -> Script:
    """Pages of collections."""
    yield source.choice(
        [
            request(f"GET /shops?page={source.randint(1, 3)}&pageSize=5", 200),
            request("GET /shops?status=open&sort=name", 200),
            request("GET /shops?page=x", 400),
            request("GET /shops/7", 200),
            request("GET /shops/x", 400),
        ]
    )


def kept(source: Random, session: str) -> Script:
    """An item that is made, read, changed and removed."""
    base, new = f"/~session/{session}", {"name": "x" * source.randint(1, 60)}
    made = yield request(f"POST {base}/shops", 201, value=new)
    place = f"{base}/shops/{_id(made)}"
    yield request(f"GET {place}", 200)
    yield request(f"PUT {place}", 200, value={"name": "other"})
    yield request(f"GET {base}/shops?page=1", 200)
    yield request(f"DELETE {place}", 204)
    yield request(f"GET {place}", 404)


def crowded(source: Random, session: str) -> Script:
    """Items that stay until a reset."""
    base = f"/~session/{session}"
    for _ in range(source.randint(1, 5)):
        yield request(f"POST {base}/shops", 201, value={"name": "y" * source.randint(1, 500)})
    yield request(f"GET {_control(session)}/state", 200)
    if source.random() < 0.2:
        yield request(f"POST {_control(session)}/reset", 204)


def brought_in(_: Random, session: str) -> Script:
    """What collections have, saved and brought in again."""
    saved = yield request(f"GET {_control(session)}/state", 200)
    yield request(f"PUT {_control(session)}/state", 204, body=saved.body)


def wrong_item(source: Random, _: str) -> Script:
    """Bodies that no collection takes."""
    sent: object = source.choice([{}, {"name": 7}, [], None, {"name": "a", "status": 3}])
    yield request("POST /shops", 400, value=sent, body=b"null" if sent is None else None)


def _id(made: Answer) -> object:
    return made.value["id"]


CONTRACT: dict[Kind, int] = {
    valid: 30,
    opened: 3,
    invalid: 8,
    malformed: 6,
    unknown: 6,
    by_name: 10,
    queued: 4,
    own_answer: 2,
    state: 3,
    clock: 2,
    disturbed: 2,
    looked_at: 8,
    verified: 2,
    refused: 5,
    ended: 1,
    hostile: 1,
}
"""How often each is chosen."""

SHOP: dict[Kind, int] = {
    listed: 10,
    kept: 6,
    crowded: 3,
    brought_in: 1,
    wrong_item: 6,
    looked_at: 1,
    ended: 1,
}
