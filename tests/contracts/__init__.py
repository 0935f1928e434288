"""Whole documents, each with one hard thing, and documents with a random defect."""
