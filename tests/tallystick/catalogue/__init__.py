"""Tests of tallystick/catalogue."""
