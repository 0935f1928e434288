"""Which case answers a request, and why."""
