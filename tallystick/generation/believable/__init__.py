"""Values that look like those of a real service: by name, by format and by what stands beside."""
