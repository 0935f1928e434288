"""The fixtures of the mock's own tests, and of runs of the suite."""

from tests.contract_tests.conftest import start
from tests.mock_server.conftest import address, mock, mock_url, serve

__all__ = ["address", "mock", "mock_url", "serve", "start"]
