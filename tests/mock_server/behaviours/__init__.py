"""Tests of mock_server/behaviours."""
