"""The tests of the state of sessions run on both stores."""

from tests.mock_server.stores import mock, mock_url, serve, store

__all__ = ["mock", "mock_url", "serve", "store"]
