"""A soak: very many mixed requests to real mocks, over kept-alive connections.

`make soak` sends a million. It shows that memory stays flat, that no answer is wrong or unreadable,
and that no mock writes an error.
"""
