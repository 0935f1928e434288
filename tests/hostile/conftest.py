"""The fixtures of the mock's own tests."""

from tests.mock_server.conftest import address, mock, mock_url, serve

__all__ = ["address", "mock", "mock_url", "serve"]
