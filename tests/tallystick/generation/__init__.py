"""Tests of tallystick/generation."""
