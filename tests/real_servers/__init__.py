"""Servers of other people, each held to its own document: `python -m tests.real_servers`."""
