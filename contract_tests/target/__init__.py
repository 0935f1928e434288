"""The target: an implementation under test, and the file that describes it."""
