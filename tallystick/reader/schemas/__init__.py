"""The schemas of a document: as JSON Schema 2020-12, compiled, and their patterns matched."""
