"""Tests of tallystick/reader/schemas."""
