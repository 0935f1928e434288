"""Pages of other origins, which run in the browser of the mock's user."""

import httpx
import pytest

from mock_server.control.guard import Access
from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client
from tests.mock_server.documented import create

FOREIGN = {
    "another origin": {"Origin": "http://evil.example"},
    "a hidden origin": {"Origin": "null"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a sibling": {"Sec-Fetch-Site": "same-site"},
}


@pytest.fixture(scope="module", params=[Access(), Access(loopback=False, token="t")], ids=str)
def page(request):
    """A mock, on loopback and (as far as it knows) off."""
    with serving(load_contract(), access=request.param) as url, client(url) as connected:
        yield connected


def press(mock: httpx.Client, headers: dict[str, str]) -> int:
    """The status of the button that completes a new onboarding."""
    place = httpx.URL(create(mock).json()["url"]).path
    assert mock.get(place).status_code == 200
    return mock.post(f"{place}/complete", headers=headers).status_code


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_only_the_hosted_page_presses_its_buttons(page, headers):
    """A form of another page does not."""
    assert press(page, headers) == 403


def test_the_hosted_page_presses_its_buttons(page):
    """With what browsers send of it, over HTTP, over a tunnel with TLS, and without anything."""
    own = str(page.base_url).rstrip("/")
    tunnel = {"Origin": "https://tunnel.example", "Sec-Fetch-Site": "same-origin"}
    sent = [{"Origin": own}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, tunnel, {}]
    assert [press(page, headers) for headers in sent] == [303] * 4


def test_a_hosted_page_shows_its_origin_to_itself(page):
    """Else a browser that sends no Sec-Fetch-Site could not press its buttons."""
    place = httpx.URL(create(page).json()["url"]).path
    assert page.get(place).headers["referrer-policy"] == "same-origin"


def test_https_of_the_same_host_is_another_origin(mock):
    """RFC 6454 section 4."""
    host = httpx.URL(str(mock.base_url)).netloc.decode()
    origins = [f"https://{host}", f"http://{host}"]
    posts = [mock.post("/_tallystick/reset", headers={"Origin": each}) for each in origins]
    assert [answer.status_code for answer in posts] == [403, 204]
