"""Tests of mock_server/requests."""
