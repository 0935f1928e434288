"""A hand-written implementation of the contract, and faulty variations of it, to prove the suite."""
