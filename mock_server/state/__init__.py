"""What the mock remembers: sessions, forces, clock, journal, coverage."""
