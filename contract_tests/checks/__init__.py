"""What the contract demands of a response: one table of checks, and their functions."""
