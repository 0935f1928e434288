"""What several responses show together: order of errors, differences, out-of-band callbacks."""
