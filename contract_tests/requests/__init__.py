"""The request that succeeds, and its variations."""
