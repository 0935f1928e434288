"""Tests of mock_server/answers."""
