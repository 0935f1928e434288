"""Side-by-side measurements, each with a command."""
