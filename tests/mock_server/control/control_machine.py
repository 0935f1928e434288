"""A state machine (Hypothesis) of the control API and the mock together, and a model of both.

Rules: the model is written by hand, from what `docs/mock.md` says. It talks to the mock over HTTP
only. Each rule names a session; after each step, the mock must show of that session, and of another
one, what the model has.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.mock_server.documented import ID, OPERATION, OTHER_ID, VALID, path

NAMES = ("", "a")
ORGANISATIONS = (ID, OTHER_ID)
CASES = {
    "200": "200",
    "502": "502 PaymentAccount.ProviderError",
    "404": "404 Organisation.NotFound",
    "PaymentAccount.Disconnected": "409 PaymentAccount.Disconnected",
    "Payment.Forbidden": "403 Payment.Forbidden",
}
STATES = {
    "NotEnabled": "409 PaymentAccount.NotEnabled",
    "NotStarted": "200",
    "OnboardingInProgress": "200",
    "Active": "200",
    "Restricted": "200",
    "Rejected": "200",
    "Disconnected": "409 PaymentAccount.Disconnected",
}
INVALID = "400 PaymentAccountLink.MissingReturnUrl"
BAD_GATEWAY = "bad-gateway"
TOLERANCE = 60
"""Seconds for which a busy machine may stop between two of our looks at a clock."""

sessions = st.sampled_from(NAMES)
organisations = st.sampled_from(ORGANISATIONS)
tags = st.sampled_from(("red", "blue"))
times = st.sampled_from((1, 1, 2, 3, None))
matches = st.one_of(
    st.just({}),
    st.just({}),
    st.builds(lambda one: {"path.id": one}, organisations),
    st.builds(lambda tag: {"header.x-tag": tag}, tags),
    st.just({"operation": OPERATION}),
    st.just({"operation": "GET /other"}),
)


@dataclass
class Queued:
    """A force or a fault: what it plays, how often, for which requests."""

    number: int
    plays: list[str]
    times: int | None
    match: dict[str, str]
    own: dict[str, Any] = field(default_factory=dict)
    played: int = 0

    @property
    def left(self) -> int | None:
        return None if self.times is None else self.times * len(self.plays) - self.played


@dataclass
class Queue:
    """What waits in a session, in order; numbers begin anew when all is forgotten."""

    items: list[Queued] = field(default_factory=list)
    last: int = 0

    def add(self, plays: list[str], times: int | None, match: dict[str, str], **own: Any) -> None:
        self.last += 1
        self.items.append(Queued(self.last, plays, times, match, own))

    def take(self, facts: dict[str, str]) -> tuple[str, Queued] | None:
        for item in self.items:
            if item.match.items() <= facts.items():
                name = item.plays[item.played % len(item.plays)]
                item.played += 1
                if item.left == 0:
                    self.items.remove(item)
                return name, item
        return None

    def remove(self, number: int) -> bool:
        kept = [item for item in self.items if item.number != number]
        found, self.items = len(kept) < len(self.items), kept
        return found

    def clear(self) -> None:
        self.items, self.last = [], 0


@dataclass
class Clock:
    """Real time, moved by `shift`, or standing still."""

    shift: float = 0.0
    stands: float | None = None

    def now(self) -> float:
        return time.time() + self.shift if self.stands is None else self.stands

    def set(self, body: dict[str, Any]) -> None:
        if body.get("reset"):
            self.shift, self.stands = 0.0, None
        if body.get("freeze") is True:
            self.stands = self.now()
        elif body.get("freeze") is False and self.stands is not None:
            self.shift, self.stands = self.stands - time.time(), None
        if self.stands is None:
            self.shift += body.get("advance", 0)
        else:
            self.stands += body.get("advance", 0)


@dataclass
class Session:
    """What a session has."""

    forces: Queue = field(default_factory=Queue)
    faults: Queue = field(default_factory=Queue)
    clock: Clock = field(default_factory=Clock)
    states: dict[str, str] = field(default_factory=dict)
    journal: list[tuple[str, str | None]] = field(default_factory=list)
    served: Counter[str] = field(default_factory=Counter)


class ControlMachine(RuleBasedStateMachine):
    """The bundled contract. `client` is set by whoever runs it."""

    client: httpx.Client

    def __init__(self) -> None:
        super().__init__()
        for name in NAMES[1:]:
            self.client.delete(f"/_tallystick/sessions/{name}")
        self.client.post("/_tallystick/reset")
        self.client.delete("/_tallystick/coverage?total=true")
        self.sessions: dict[str, Session] = {"": Session()}
        self.past: Counter[str] = Counter()
        self.touched = ""

    # --- helpers

    def control(self, name: str, method: str, place: str, body: Any = None) -> httpx.Response:
        """A control request in a session."""
        base = f"/~session/{name}" if name else ""
        return self.client.request(method, f"{base}/_tallystick/{place}", json=body)

    def shown(self, name: str, place: str) -> Any:
        answer = self.control(name, "GET", place)
        assert answer.status_code == 200
        return answer.json()

    @contextmanager
    def in_session(self, name: str) -> Iterator[Session]:
        """The model of a session, made when it is first named."""
        self.touched = name
        yield self.sessions.setdefault(name, Session())

    def forget(self, session: Session) -> None:
        """What was served is counted on, over all sessions."""
        self.past += session.served
        session.served.clear()

    # --- the mocked API

    @rule(name=sessions, organisation=organisations, tag=tags, is_valid=st.booleans())
    def ask(self, name: str, organisation: str, tag: str, *, is_valid: bool) -> None:
        """A request, with nothing that asks for a case."""
        with self.in_session(name) as session:
            facts = {"operation": OPERATION, "path.id": organisation, "header.x-tag": tag}
            forced = session.forces.take(facts)
            state = STATES[session.states.get(organisation, "NotStarted")]
            if forced is not None:
                label = CASES[forced[0]] if forced[0] in CASES else forced[0]
            else:
                label = state if is_valid else INVALID
            own = forced[1].own if forced else {}
            self.answered(session, label, own, facts, VALID if is_valid else {}, {})

    @rule(name=sessions, wanted=st.sampled_from(list(CASES)), organisation=organisations, tag=tags)
    def ask_for(self, name: str, wanted: str, organisation: str, tag: str) -> None:
        """A request that asks for a case by header: no force is used up."""
        with self.in_session(name) as session:
            facts = {"operation": OPERATION, "path.id": organisation, "header.x-tag": tag}
            prefer = f"code={wanted}" if wanted.isdigit() else f"example={wanted}"
            self.answered(session, CASES[wanted], {}, facts, {}, {"Prefer": prefer})

    def answered(
        self,
        session: Session,
        label: str,
        own: dict[str, Any],
        facts: dict[str, str],
        body: Any,
        headers: dict[str, str],
    ) -> None:
        """Send a request, whose answer must be this case, disturbed as is queued."""
        disturbed = session.faults.take(facts)
        fault = disturbed[0] if disturbed else None
        sent = {"X-Tag": facts["header.x-tag"], **headers}
        if self.touched:
            sent["Tallystick-Session"] = self.touched
        answer = self.client.post(path(facts["path.id"]), json=body, headers=sent)
        session.journal.append((label, fault))
        session.served[label] += 1
        if fault == BAD_GATEWAY:
            assert (answer.status_code, "tallystick-case" in answer.headers) == (502, False)
            return
        assert answer.headers["tallystick-case"] == label
        assert answer.status_code == int(label[:3])
        kind = answer.headers["content-type"].split(";")[0]
        assert (kind == "text/html") == (fault == "wrong-type")
        if "body" in own:
            assert answer.json() == own["body"]
        elif label == "200":
            expires = datetime.fromisoformat(answer.json()["expiresAt"]).timestamp()
            assert abs(expires - session.clock.now() - 300) < TOLERANCE

    @rule(name=sessions, number=st.integers(0, 9))
    def ask_for_nothing(self, name: str, number: int) -> None:
        """A request that no operation answers: no force, no fault."""
        with self.in_session(name) as session:
            headers = {"Tallystick-Session": name} if name else {}
            assert self.client.get(f"/nothing/{number}", headers=headers).status_code == 404
            session.journal.append(("404", None))

    @rule(name=sessions, organisation=organisations, tag=tags)
    def ask_often(self, name: str, organisation: str, tag: str) -> None:
        """As often as it takes for what waits to be used up."""
        for _ in range(3):
            self.ask(name, organisation, tag, is_valid=True)

    # --- forces and faults

    @rule(
        name=sessions,
        names=st.lists(st.sampled_from(list(CASES)), min_size=1, max_size=3),
        times=times,
        match=matches,
    )
    def force(self, name: str, names: list[str], times: int | None, match: dict[str, str]) -> None:
        """Queue cases."""
        with self.in_session(name) as session:
            sent = {"cases": names, "times": times, "match": match}
            assert self.control(name, "POST", "forces", sent).status_code == 201
            session.forces.add(names, times, match)

    @rule(name=sessions, times=times, match=matches, body=st.sampled_from(([], {"n": 1}, "x")))
    def force_own(self, name: str, times: int | None, match: dict[str, str], body: Any) -> None:
        """Queue an answer of one's own, in place of the success, or with a status."""
        with self.in_session(name) as session:
            own = {"body": body, **({} if times == 1 else {"status": 418})}
            sent = {**own, "times": times, "match": match}
            assert self.control(name, "POST", "forces", sent).status_code == 201
            session.forces.add(["200" if times == 1 else "418"], times, match, **own)

    @rule(
        name=sessions,
        faults=st.lists(st.sampled_from(("wrong-type", BAD_GATEWAY)), min_size=1, max_size=2),
        times=times,
        match=matches,
    )
    def fault(self, name: str, faults: list[str], times: int | None, match: dict[str, str]) -> None:
        """Queue faults that leave an answer behind."""
        with self.in_session(name) as session:
            sent = {"faults": faults, "times": times, "match": match}
            assert self.control(name, "POST", "faults", sent).status_code == 201
            session.faults.add(faults, times, match)

    @rule(name=sessions, kind=st.sampled_from(("forces", "faults")), number=st.integers(0, 3))
    def remove(self, name: str, kind: str, number: int) -> None:
        """Forget one that waits, or, with 0, all."""
        with self.in_session(name) as session:
            queue: Queue = getattr(session, kind)
            if number == 0:
                queue.clear()
                assert self.control(name, "DELETE", kind).status_code == 204
                return
            status = self.control(name, "DELETE", f"{kind}/{number}").status_code
            assert status == (204 if queue.remove(number) else 404)

    @rule(
        name=sessions,
        wrong=st.sampled_from(
            (
                ("forces", {"cases": ["nothing"]}),
                ("forces", {"cases": []}),
                ("forces", {"cases": ["502"], "times": 0}),
                ("faults", {"faults": ["nothing"]}),
                ("faults", {"rate": 2}),
                ("clock", {"advance": "x"}),
                ("clock", {}),
                ("verify", {"case": "nothing"}),
            )
        ),
    )
    def ask_wrongly(self, name: str, wrong: tuple[str, Any]) -> None:
        """A control request that is refused changes nothing."""
        with self.in_session(name):
            assert self.control(name, "POST", *wrong).status_code == 400

    # --- clock, state, sessions, resets

    @rule(
        name=sessions,
        body=st.dictionaries(
            st.sampled_from(("freeze", "reset")), st.booleans(), min_size=1
        ).flatmap(lambda one: st.sampled_from((one, {**one, "advance": 100_000}))),
    )
    def move_clock(self, name: str, body: dict[str, Any]) -> None:
        """Advance, freeze, thaw, reset, or several at once."""
        with self.in_session(name) as session:
            before = session.clock.now()
            assert self.control(name, "POST", "clock", body).status_code == 200
            session.clock.set(body)
            assert body.get("reset") or session.clock.now() >= before

    @rule(name=sessions, organisation=organisations, state=st.sampled_from(list(STATES)))
    def set_state(self, name: str, organisation: str, state: str) -> None:
        """Set what an organisation's payment account is."""
        with self.in_session(name) as session:
            place = f"organisations/{organisation}"
            answer = self.control(name, "PUT", place, {"payment_account": state})
            assert answer.status_code == 200
            session.states[organisation] = state

    @rule(name=sessions)
    def reset(self, name: str) -> None:
        """Begin anew."""
        with self.in_session(name) as session:
            assert self.control(name, "POST", "reset").status_code == 204
            self.forget(session)
            self.sessions[name] = Session()

    @rule(name=st.sampled_from(NAMES[1:]))
    def end(self, name: str) -> None:
        """End a session; asking for that does not make one."""
        session = self.sessions.pop(name, None)
        answer = self.client.delete(f"/_tallystick/sessions/{name}")
        assert answer.status_code == (404 if session is None else 204)
        if session is not None:
            self.forget(session)
        self.touched = ""

    @rule(name=sessions, is_total=st.booleans())
    def count_anew(self, name: str, *, is_total: bool) -> None:
        """Forget how often cases were served, here or everywhere."""
        with self.in_session(name) as session:
            query = "?total=true" if is_total else ""
            assert self.control(name, "DELETE", f"coverage{query}").status_code == 204
            self.forget(session)
            if is_total:
                self.past.clear()
                for other in self.sessions.values():
                    other.served.clear()

    # --- what must hold

    @invariant()
    def shows_what_is_queued(self) -> None:
        """Each force and fault, with how many requests it is still for."""
        session = self.sessions[self.touched]
        shown = [
            (each["id"], each["cases"], each["times"], each["match"], each["left"])
            for each in self.shown(self.touched, "forces")
        ]
        assert shown == [
            (each.number, [] if each.own else each.plays, each.times, each.match, each.left)
            for each in session.forces.items
        ]
        faults = [
            (each["id"], each["faults"], each["times"], each["match"], each["left"])
            for each in self.shown(self.touched, "faults")
        ]
        assert faults == [
            (each.number, each.plays, each.times, each.match, each.left)
            for each in session.faults.items
        ]

    @invariant()
    def shows_what_was_answered(self) -> None:
        """The journal, in order, and nothing of other sessions."""
        journal = self.sessions[self.touched].journal
        after = max(0, len(journal) - 3)
        rows = self.shown(self.touched, f"requests?after={after}")
        assert [(row["id"], row["case"], row["fault"]) for row in rows] == [
            (number, *entry) for number, entry in enumerate(journal[after:], after + 1)
        ]

    @invariant()
    def counts_what_was_served(self) -> None:
        """Each documented case, here and in all sessions."""
        assert counted(self.shown(self.touched, "coverage")) == documented(
            self.sessions[self.touched].served
        )
        total = sum((one.served for one in self.sessions.values()), Counter(self.past))
        assert counted(self.shown(self.touched, "coverage?total=true")) == documented(total)

    @invariant()
    def shows_the_time(self) -> None:
        """Of its own clock."""
        clock, shown = self.sessions[self.touched].clock, self.shown(self.touched, "clock")
        now = datetime.fromisoformat(shown["now"]).timestamp()
        assert shown["frozen"] == (clock.stands is not None)
        assert abs(now - clock.now()) < TOLERANCE

    @invariant()
    def keeps_the_others(self) -> None:
        """There are the sessions that were named, each with its own states and requests."""
        counts = {row["name"]: row["requests"] for row in self.shown("", "sessions")}
        assert counts == {name: len(one.journal) for name, one in self.sessions.items() if name}
        rows = self.shown(self.touched, "organisations")
        states = {row["id"]: row["payment_account"] for row in rows}
        assert states == self.sessions[self.touched].states


def counted(rows: list[dict[str, Any]]) -> Counter[str]:
    """How often each case was served, of those that were."""
    labels = {" ".join(filter(None, (row["status"], row["code"]))): row["served"] for row in rows}
    return +Counter(labels)


def documented(served: Counter[str]) -> Counter[str]:
    """Without what the document does not have."""
    return +Counter({label: count for label, count in served.items() if label != "418"})
