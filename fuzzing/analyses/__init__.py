"""What several responses show together: pairs of faults, differences, out-of-band callbacks."""
