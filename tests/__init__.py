"""The project's own tests."""

PATIENCE = 300
"""Seconds after which a program is taken to hang. No test fails because the machine is busy."""
