"""The hosted onboarding pages: single use, the ways in which a link dies, where each act leads."""

import re
from typing import Any

import httpx
import pytest

from tests.mock_server.conftest import Serve
from tests.mock_server.documented import (
    DISCONNECTED,
    ID,
    OTHER_ID,
    REFRESH_URL,
    RETURN_URL,
    VALID,
    check_error,
    check_success,
    create,
    path,
)

ACCOUNT = f"/_tallystick/organisations/{ID}"


def link(mock: httpx.Client, body: Any = VALID) -> str:
    """The address of a new link."""
    return str(create(mock, body).json()["url"])


def state(mock: httpx.Client) -> str:
    return str(mock.get(ACCOUNT).json()["payment_account"])


def put(mock: httpx.Client, name: str) -> None:
    assert mock.put(ACCOUNT, json={"payment_account": name}).status_code == 200


def leads_to(answer: httpx.Response) -> str:
    """Where an answer redirects to."""
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["location"]


def test_opening(mock: httpx.Client) -> None:
    """A live link shows the page, and the account is being onboarded."""
    url = link(mock)
    assert state(mock) == "NotStarted"
    answer = mock.get(url)
    assert (answer.status_code, state(mock)) == (200, "OnboardingInProgress")
    for shown in ("This is a mock", ID, "OnboardingInProgress", RETURN_URL, REFRESH_URL):
        assert shown in answer.text


def test_single_use(mock: httpx.Client) -> None:
    """The second opening of a link leads to its refreshUrl, as given."""
    url = link(mock)
    assert mock.get(url).status_code == 200
    answer = mock.get(url)
    assert (answer.status_code, answer.headers["location"]) == (302, REFRESH_URL)


def test_each_link_is_its_own(mock: httpx.Client) -> None:
    """That one link is used up leaves another of the same organisation alive."""
    first, second = link(mock), link(mock)
    mock.get(first)
    assert mock.get(second).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 302), (301, 302)])
def test_expiry(mock: httpx.Client, seconds: int, status: int) -> None:
    """A link lives five minutes of the mock's clock."""
    mock.post("/_tallystick/clock", json={"freeze": True})
    url = link(mock)
    mock.post("/_tallystick/clock", json={"advance": seconds})
    assert mock.get(url).status_code == status


def test_time_does_not_end_an_open_page(mock: httpx.Client) -> None:
    """Who has opened the page in time may take longer to fill it in."""
    url = link(mock)
    mock.get(url)
    mock.post("/_tallystick/clock", json={"advance": 3600})
    assert leads_to(mock.post(f"{url}/complete")) == RETURN_URL


@pytest.mark.parametrize("name", ["Rejected", "Disconnected", "NotEnabled"])
def test_a_state_kills_links(mock: httpx.Client, name: str) -> None:
    """A link to an account that is rejected, disconnected or not there is dead."""
    url = link(mock)
    put(mock, name)
    assert leads_to(mock.get(url)) == REFRESH_URL
    assert state(mock) == name


@pytest.mark.parametrize("name", ["OnboardingInProgress", "Active", "Restricted"])
def test_a_state_that_stays(mock: httpx.Client, name: str) -> None:
    """Opening a link to an account that has begun leaves its state."""
    put(mock, name)
    assert mock.get(link(mock)).status_code == 200
    assert state(mock) == name


@pytest.mark.parametrize("agent", ["WhatsApp/2.23", "Slackbot-LinkExpanding 1.0", "TelegramBot"])
def test_a_chat_preview(mock: httpx.Client, agent: str) -> None:
    """The preview of a messaging client uses a link up, and onboards nobody."""
    url = link(mock)
    assert mock.get(url, headers={"User-Agent": agent}).status_code == 200
    assert state(mock) == "NotStarted"
    assert leads_to(mock.get(url)) == REFRESH_URL
    reason = mock.get("/_tallystick/requests").json()[-1]["reason"]
    assert "by the preview of a messaging client" in reason


def test_head(mock: httpx.Client) -> None:
    """HEAD says what GET would, and uses nothing up."""
    url = link(mock)
    assert mock.head(url).status_code == 200
    assert mock.get(url).status_code == 200
    assert leads_to(mock.head(url)) == REFRESH_URL


@pytest.mark.parametrize(
    ("act", "to_be", "place"),
    [
        ("complete", "Active", RETURN_URL),
        ("restrict", "Restricted", RETURN_URL),
        ("save", "OnboardingInProgress", RETURN_URL),
        ("reject", "Rejected", REFRESH_URL),
        ("disconnect", "Disconnected", REFRESH_URL),
        ("preview", "OnboardingInProgress", REFRESH_URL),
    ],
)
def test_acts(mock: httpx.Client, act: str, to_be: str, place: str) -> None:
    """What each button does to the account, and where it sends the browser: nothing is added."""
    url = link(mock)
    mock.get(url)
    answer = mock.post(f"{url}/{act}")
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert state(mock) == to_be


@pytest.mark.parametrize("act", ["complete", "save", "reject", "disconnect", "preview"])
def test_an_act_ends_the_page(mock: httpx.Client, act: str) -> None:
    """A second click does nothing more: the link is dead."""
    url = link(mock)
    mock.get(url)
    mock.post(f"{url}/{act}")
    put(mock, "Restricted")
    assert leads_to(mock.post(f"{url}/complete")) == REFRESH_URL
    assert state(mock) == "Restricted"


def test_a_preview_before_the_browser(mock: httpx.Client) -> None:
    """The board's button has a chat preview open a link that nobody has opened."""
    url = link(mock)
    assert leads_to(mock.post(f"{url}/preview")) == REFRESH_URL
    assert (leads_to(mock.get(url)), state(mock)) == (REFRESH_URL, "NotStarted")


def test_without_a_browser(mock: httpx.Client) -> None:
    """A test may complete an onboarding without opening the page."""
    assert leads_to(mock.post(f"{link(mock)}/complete")) == RETURN_URL
    assert state(mock) == "Active"


def test_an_expired_link_cannot_be_completed(mock: httpx.Client) -> None:
    """Without opening, a dead link does nothing."""
    url = link(mock)
    mock.post("/_tallystick/clock", json={"advance": 301})
    assert (leads_to(mock.post(f"{url}/complete")), state(mock)) == (REFRESH_URL, "NotStarted")


def test_the_state_decides_the_next_post(mock: httpx.Client) -> None:
    """After Disconnect the next link is refused; saved for later, it is not."""
    mock.post(f"{link(mock)}/save")
    check_success(create(mock))
    mock.post(f"{link(mock)}/disconnect")
    check_error(create(mock), DISCONNECTED)


def test_a_refresh_loop(mock: httpx.Client) -> None:
    """A browser that comes back to the dead link at once is stopped the third time."""
    url = link(mock)
    mock.get(url)
    assert [mock.get(url).status_code for _ in range(3)] == [302, 302, 508]
    mock.get(url)
    mock.get(url)
    answer = mock.get(url)
    assert (answer.status_code, "create a new link" in answer.text) == (508, True)
    assert REFRESH_URL in answer.text


def test_a_loop_of_new_links(mock: httpx.Client) -> None:
    """A refresh page that makes a new link each time goes round, too, where each is dead: the
    fifth gets a reason.
    """
    put(mock, "Rejected")
    answers = [mock.get(link(mock)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 302, 508]
    assert "the payment account was rejected" in answers[-1].text


def test_a_live_link_ends_a_loop(mock: httpx.Client) -> None:
    """Dead links between which a live one is opened are no loop."""
    for _ in range(4):
        url = link(mock)
        assert [mock.get(url).status_code for _ in range(3)] == [200, 302, 302]


@pytest.mark.parametrize("length", [1, 3, 31])
def test_no_part_of_a_token_opens_a_link(mock: httpx.Client, length: int) -> None:
    """Only the whole address opens it, and only that acts."""
    url = link(mock)
    base, _, token = url.rpartition("/")
    for part in (token[:length], token[-length:], "url"):
        assert mock.get(f"{base}/{part}").status_code == 404
        assert mock.post(f"{base}/{part}/complete").status_code == 404
    assert state(mock) == "NotStarted"


def test_who_comes_after_a_preview_can_do_nothing(mock: httpx.Client) -> None:
    """The page that the preview saw is of no use to anybody."""
    url = link(mock)
    mock.get(url, headers={"User-Agent": "WhatsApp/2.23"})
    assert (leads_to(mock.post(f"{url}/complete")), state(mock)) == (REFRESH_URL, "NotStarted")


def test_links_of_organisations_are_apart(mock: httpx.Client) -> None:
    """Each link knows its organisation, whatever the case of its letters."""
    url = mock.post(path(OTHER_ID.upper()), json=VALID).json()["url"]
    mock.post(f"{url}/complete")
    assert state(mock) == "NotStarted"
    other = mock.get(f"/_tallystick/organisations/{OTHER_ID}").json()
    assert other == {"payment_account": "Active"}


def test_a_session_is_in_the_address(mock: httpx.Client) -> None:
    """The link of a session leads to that session, by header or by path."""
    for headers in ({"Tallystick-Session": "s1"}, {}):
        place = path() if headers else f"/~session/s1{path()}"
        url = mock.post(place, json=VALID, headers=headers).json()["url"]
        assert "/~session/s1/_tallystick/links/" in url
        assert leads_to(mock.post(f"{url}/restrict")) == RETURN_URL
    assert state(mock) == "NotStarted"
    assert mock.get(f"/~session/s1{ACCOUNT}").json() == {"payment_account": "Restricted"}


@pytest.mark.parametrize("body", [None, {}, {"returnUrl": "javascript:alert(1)"}, [1], "x"])
def test_a_forced_link_leads_nowhere(mock: httpx.Client, body: Any) -> None:
    """A link that was forced without web addresses redirects nowhere, and says so."""
    url = create(mock, body, headers={"Prefer": "code=200"}).json()["url"]
    answer = mock.post(f"{url}/complete")
    assert (answer.status_code, "Nowhere to go" in answer.text) == (200, True)
    assert "location" not in answer.headers
    assert "location" not in mock.get(url).headers


def test_a_url_with_line_ends(mock: httpx.Client) -> None:
    """No header can be smuggled in by a URL."""
    body = {**VALID, "returnUrl": "https://app.example.com/a\r\nSet-Cookie: x=1"}
    url = create(mock, body, headers={"Prefer": "code=200"}).json()["url"]
    answer = mock.post(f"{url}/complete")
    assert "set-cookie" not in answer.headers
    assert answer.headers["location"].startswith("https://app.example.com/a%0D%0ASet-Cookie")


@pytest.mark.parametrize("given", ["https://app.example.com/?a=1&b=%20c#d", "http://a.example:81"])
def test_a_url_is_kept_as_it_is(mock: httpx.Client, given: str) -> None:
    """Query, fragment and escapes come back unchanged."""
    assert leads_to(mock.post(f"{link(mock, {**VALID, 'returnUrl': given})}/save")) == given


def test_what_is_shown_is_escaped(mock: httpx.Client) -> None:
    """Markup in a request stays text."""
    body = {**VALID, "returnUrl": "https://a.example/<script>alert(1)</script>"}
    url = create(mock, body, headers={"Prefer": "code=200"}).json()["url"]
    text = mock.get(url).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_page_may_do_little(mock: httpx.Client) -> None:
    """No script of anybody runs on it, no frame holds it, and nobody learns its address."""
    headers = mock.get(link(mock)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("place", ["links/0", "links/0/complete", "links/0/nothing"])
def test_unknown_links(mock: httpx.Client, place: str) -> None:
    """For a link that the mock did not make it says so, and does not redirect."""
    method = "GET" if place.count("/") == 1 else "POST"
    answer = mock.request(method, f"/_tallystick/{place}")
    assert (answer.status_code, "Unknown link" in answer.text) == (404, True)


def test_an_unknown_act(mock: httpx.Client) -> None:
    """An act that there is not leaves the link alive."""
    url = link(mock)
    assert mock.post(f"{url}/explode").status_code == 404
    assert mock.get(url).status_code == 200


def test_links_are_listed(mock: httpx.Client) -> None:
    """The newest first, with why they are dead."""
    first, second = link(mock), link(mock)
    mock.get(first)
    listed = mock.get("/_tallystick/links").json()
    assert [item["url"] for item in listed] == [second, first]
    assert [item["dead_because"] for item in listed] == [None, "it was already opened by a browser"]
    assert {item["organisation"] for item in listed} == {ID}
    assert {item["return_url"] for item in listed} == {RETURN_URL}


def test_links_are_bounded(mock: httpx.Client) -> None:
    """Of very many links the mock remembers the last 500; the first is unknown by then."""
    first = link(mock)
    last = [link(mock) for _ in range(500)][-1]
    assert mock.get(first).status_code == 404
    assert mock.get(last).status_code == 200


def test_pages_are_in_the_journal(mock: httpx.Client) -> None:
    """Each opening stands in the journal with its reason, and counts as no case."""
    url = link(mock)
    mock.get(url)
    mock.get(url)
    entries = mock.get("/_tallystick/requests").json()[1:]
    assert [(e["status"], e["case"], e["reason"]) for e in entries] == [
        (200, "page", "link opened by a browser"),
        (302, "page", "dead link: it was already opened by a browser"),
    ]
    assert mock.post("/_tallystick/verify", json={"case": 200, "times": 1}).status_code == 200


def test_organisations_are_listed(mock: httpx.Client) -> None:
    """Those whose account was ever set, the last one at the end."""
    assert mock.get("/_tallystick/organisations").json() == []
    put(mock, "Active")
    mock.put(f"/_tallystick/organisations/{OTHER_ID}", json={"payment_account": "Rejected"})
    assert mock.get("/_tallystick/organisations").json() == [
        {"id": ID, "payment_account": "Active"},
        {"id": OTHER_ID, "payment_account": "Rejected"},
    ]


def test_reset_forgets_links(mock: httpx.Client) -> None:
    """After a reset no link is known."""
    url = link(mock)
    mock.post("/_tallystick/reset")
    assert mock.get(url).status_code == 404


def test_another_contract_has_none_of_it(serve: Serve) -> None:
    """A document without the behaviour has neither organisations nor onboarding pages; the
    addresses that the mock makes up lead to a short text.
    """
    other = serve(
        """
        openapi: 3.1.0
        info: {title: T, version: "1"}
        paths:
          /files:
            get:
              responses:
                "200":
                  description: A file
                  content:
                    application/json:
                      schema: {type: object, properties: {url: {type: string, format: uri}}}
        """
    )
    assert other.get("/_tallystick/organisations").status_code == 404
    answer = other.get(other.get("/files").json()["url"])
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.search("made up by a mock", answer.text)
    assert "organisations" not in other.get("/_tallystick/").text.lower()
