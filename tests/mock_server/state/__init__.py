"""Tests of mock_server/state."""
