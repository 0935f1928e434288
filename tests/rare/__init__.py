"""Faults that almost no request shows: what a fuzz is for (`make fuzz-bench` prints the table)."""

from .faults import RARE, MeetingAll, Rare, RareFault

__all__ = ["RARE", "MeetingAll", "Rare", "RareFault"]
