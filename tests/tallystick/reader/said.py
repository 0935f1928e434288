"""What the reader says of a document, in the words that a user sees."""

from pathlib import Path

from tallystick.reader.document import Document


def said(document: Document) -> list[str]:
    """The diagnostics as text, files named relative to the document's folder."""
    folder = f"{Path(document.file).parent}/"
    return [str(diagnostic).replace(folder, "") for diagnostic in document.diagnostics]
