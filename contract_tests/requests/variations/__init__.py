"""Variations of a request that succeeds: what certainly breaks the schema, and what keeps it."""
