"""Sessions that others begin."""

import pytest

from mock_server.limits import MockLimits
from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client
from tests.mock_server.documented import check_problem

HEALTH = "/_tallystick/health"


@pytest.fixture
def three():
    """A mock with at most three sessions."""
    with (
        serving(load_contract(), limits=MockLimits(max_sessions=3)) as url,
        client(url) as connected,
    ):
        yield connected


def test_a_session_in_use_never_ends_for_another(three):
    """One too many is refused, by each way to name it; the others go on."""
    three.post("/~session/victim/_tallystick/forces", json={"cases": ["502"]})
    begun = [three.get(f"/~session/evil{n}{HEALTH}").status_code for n in range(5)]
    assert begun == [200, 200, 429, 429, 429]
    check_problem(three.get(HEALTH, headers={"Tallystick-Session": "new"}), 429)
    check_problem(three.get("/_tallystick/forces?session=new"), 429)
    assert len(three.get("/~session/victim/_tallystick/forces").json()) == 1


def test_the_end_of_a_session_makes_room(three):
    """As the problem says."""
    for number in range(3):
        three.get(f"/~session/s{number}{HEALTH}")
    refused = three.get(f"/~session/new{HEALTH}")
    assert (refused.status_code, "DELETE" in refused.json()["detail"]) == (429, True)
    assert three.delete("/_tallystick/sessions/s1").status_code == 204
    assert three.get(f"/~session/new{HEALTH}").status_code == 200
