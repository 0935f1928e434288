"""Tests of tallystick/exports."""
