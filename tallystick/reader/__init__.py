"""From a text to a document: parsing, overlays, references and operations."""
