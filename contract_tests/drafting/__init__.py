"""Drafts of target files: what a contract and a server show of what one needs."""
