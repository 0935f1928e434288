"""The tests of `tallystick fuzz`."""
