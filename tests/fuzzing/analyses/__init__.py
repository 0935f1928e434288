"""Tests of fuzzing/analyses."""
