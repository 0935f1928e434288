"""Tests of tallystick/reader/texts."""
