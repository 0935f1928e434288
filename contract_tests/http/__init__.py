"""Requests to the target and its responses, within its rate and without secrets."""
