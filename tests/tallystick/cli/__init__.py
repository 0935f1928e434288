"""Tests of tallystick/cli."""
