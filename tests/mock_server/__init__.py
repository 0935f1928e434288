"""The tests of the mock, from the outside: over real HTTP, with expectations typed by hand."""
