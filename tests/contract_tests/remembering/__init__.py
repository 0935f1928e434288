"""What a service remembers, and how it is asked for it."""
