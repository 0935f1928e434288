"""What a service remembers of an item that the run has created."""
