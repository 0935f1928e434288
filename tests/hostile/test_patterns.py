"""Patterns of a document that take for ever: one request must not stop the mock."""

import random
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from tests.mock_server.running import Running, running

pytestmark = pytest.mark.whole

BACK = r"^(a|a)*(?!b)\1$"
DOCUMENT = rf"""
openapi: 3.1.0
info: {{title: Patterns, version: "1"}}
paths:
  /texts:
    post:
      parameters:
        - {{name: q, in: query, schema: {{type: string, pattern: '{BACK}'}}}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                ahead: {{type: string, pattern: '(?=(a+)+b)a'}}
                back: {{type: string, pattern: '{BACK}'}}
                large: {{type: string, pattern: '^[ab]*a[ab]{{30000}}[c-x]$'}}
                many: {{type: array, items: {{type: string, pattern: '{BACK}'}}}}
                names:
                  type: object
                  patternProperties: {{'{BACK}': {{type: integer}}}}
                named: {{type: object, propertyNames: {{pattern: '{BACK}'}}}}
                states: {{type: string, pattern: '^[ab]*a[ab]{{90}}[c-x]$'}}
                closed:
                  type: object
                  patternProperties: {{'{BACK}': {{}}, '^[ab]*a[ab]{{90}}$': {{}}}}
                  additionalProperties: false
                short: {{type: array, items: {{type: string, pattern: '^[a-f0-9]{{4}}$'}}}}
      responses:
        "200": {{description: fine}}
        "400": {{description: wrong}}
"""
LONG = "a" * 200_000 + "!"
MANY = ["a" * length + "!" for length in range(100, 400)]
STATES = "".join(random.Random(1).choices("ab", k=1_000_000))
SLOW = 5
"""Far more seconds than an answer takes, and far fewer than the match."""

ATTACKS = {
    "looking ahead": {"ahead": LONG},
    "going back": {"back": LONG},
    "large": {"large": "ab" * 100_000},
    "many texts": {"many": MANY},
    "many names": {"names": dict.fromkeys(MANY, 1)},
    "names of a pattern": {"named": dict.fromkeys(MANY, 1)},
    "many states": {"states": STATES},
    "a long name": {"names": {LONG * 5: 1}},
    "a long name, and no others": {"closed": {STATES: 1}},
    "very many names": {"closed": dict.fromkeys((f"{LONG[:30]}{n}!" for n in range(24_000)), 1)},
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A mock of the document, in a process of its own."""
    file = tmp_path_factory.mktemp("patterns") / "document.yaml"
    file.write_text(DOCUMENT, encoding="utf-8")
    with running(file, "--quiet") as mock:
        assert mock.client.post("/texts", json={"back": "aa"}).status_code == 200
        yield mock


@pytest.mark.parametrize("body", ATTACKS.values(), ids=ATTACKS)
def test_what_is_not_decided_in_time_is_accepted(texts, body):
    """Whatever the pattern, and however long the request."""
    began = time.monotonic()
    answer = texts.client.post("/texts", json=body)
    assert (answer.status_code, time.monotonic() - began < SLOW) == (200, True)


def test_a_million_letters_of_wrong_items_are_refused_at_once(texts):
    """For the first of them: to describe all takes seconds and gigabytes."""
    began = time.monotonic()
    answer = texts.client.post("/texts", json={"short": [1] * 340_000})
    assert (answer.status_code, time.monotonic() - began < SLOW) == (400, True)


def test_a_parameter_is_no_other(texts):
    """What is not decided in time is accepted there, too."""
    began = time.monotonic()
    answer = texts.client.post("/texts", params={"q": "a" * 20_000 + "!"}, json={})
    assert (answer.status_code, time.monotonic() - began < SLOW) == (200, True)


def test_what_is_decided_is_refused(texts):
    """A short text that does not match, with nothing else going on."""
    wrong = [{"back": "b"}, {"many": ["aa", "x"]}, {"names": {"aa": "text"}}, {"named": {"b": 1}}]

    def refused(body: object) -> bool:
        return texts.client.post("/texts", json=body).status_code == 400

    end = time.monotonic() + 2 * SLOW  # what earlier attacks have spent comes back
    for body in wrong:
        while not refused(body):
            assert time.monotonic() < end


def test_others_are_answered_and_the_mock_ends_meanwhile(tmp_path):
    """However many attack at once."""
    file = tmp_path / "document.yaml"
    file.write_text(DOCUMENT, encoding="utf-8")
    with running(file, "--quiet") as mock:
        url, is_over = str(mock.client.base_url), threading.Event()

        def attack() -> None:
            import httpx

            with httpx.Client(base_url=url, timeout=10, trust_env=False, verify=False) as client:
                while not is_over.is_set():
                    try:
                        client.post("/texts", json={"many": [LONG] * 4})
                    except httpx.HTTPError:
                        return

        attackers = [threading.Thread(target=attack, daemon=True) for _ in range(4)]
        for each in attackers:
            each.start()
        times = []
        for _ in range(5):
            began = time.monotonic()
            assert mock.client.get("/_tallystick/health").status_code == 200
            times.append(time.monotonic() - began)
        began = time.monotonic()
        mock.process.send_signal(signal.SIGTERM)
        mock.process.wait(30)
        is_over.set()
        assert (max(times) < SLOW, time.monotonic() - began < 10) == (True, True)
