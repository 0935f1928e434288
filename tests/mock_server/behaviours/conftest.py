"""The tests of behaviours run on both stores."""

from tests.mock_server.stores import mock, mock_url, serve, store

__all__ = ["mock", "mock_url", "serve", "store"]
