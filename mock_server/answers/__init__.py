"""What goes out: bodies, headers, problems and injected faults."""
