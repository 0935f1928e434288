"""Tests of contract_tests/results."""
