"""Tests of contract_tests/requests/variations."""
