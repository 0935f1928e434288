"""Campaigns of fuzz cases, the workers that run them, their results, and the corpus."""
