"""Tests of fuzzing/engine."""
