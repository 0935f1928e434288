"""Attacks on the mock, through real sockets: bounded in count and time, loopback only."""
