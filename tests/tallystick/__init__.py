"""The tests of the reader of the contract."""
