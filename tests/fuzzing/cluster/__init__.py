"""Tests of fuzzing/cluster."""
