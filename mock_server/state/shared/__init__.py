"""Sessions in Redis: what several processes of a mock, or several machines, share."""
