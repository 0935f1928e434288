"""A hand-written implementation of the contract, and a client that hides nothing of it."""
