"""Tests of tallystick/reader."""
