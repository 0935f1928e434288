"""Tests of the contract tests."""
