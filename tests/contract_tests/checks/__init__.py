"""Tests of contract_tests/checks."""
