"""A hand-written implementation of the contract, and faulty variations, to prove the suite by."""
