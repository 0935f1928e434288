"""The contract tests: hold any implementation to what its document promises.

A pytest suite. It knows nothing of the mock; it shares the reader of the contract and no more.
"""
