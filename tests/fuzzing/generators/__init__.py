"""Tests of fuzzing/generators."""
