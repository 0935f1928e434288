"""Tests of contract_tests/http."""
