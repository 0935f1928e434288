"""Tests of mock_server/selection."""
