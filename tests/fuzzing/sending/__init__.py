"""Tests of fuzzing/sending."""
