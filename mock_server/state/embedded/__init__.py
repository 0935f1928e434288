"""Sessions in the memory of one process: what a mock has without a store of its own."""
