"""Texts and bodies as values: the formats of the wire, apart from requests."""
