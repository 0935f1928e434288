"""The load's assertions are to say what they compared."""

import pytest

pytest.register_assert_rewrite("tests.mock_server.state.shared.load")
