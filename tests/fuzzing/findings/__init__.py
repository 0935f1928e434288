"""Tests of fuzzing/findings."""
