"""The page of all diagnostics, made from their table: `python -m tallystick.lint.page`."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.printing import show_data
from tallystick.reader.diagnostics import KINDS, DiagnosticKind

_HEAD = """\
# Diagnostics

<!-- Made by `python -m tallystick.lint.page > docs/diagnostics.md`; edit the table in
tallystick/reader/diagnostics.py instead. -->

```console
$ tallystick lint [DOCUMENT]…                 # several documents or pages are one contract
$ tallystick lint api.yaml --format json      # or sarif, for code hosts
$ tallystick lint api.yaml --ignore unknown-trigger --ignore error-without-body
$ tallystick lint api.yaml --strict           # warnings count, too
```

A diagnostic is something wrong or unclear in a document. None stops the reading: the smallest
possible part of the document steps aside. Each has a name, a severity, a place (file, line, JSON
pointer), and a remedy. An **error** breaks the specification, or leaves a part unused; a
**warning** is unclear or weak. `tallystick lint` prints equal ones once, with a count. What makes a
contract weak comes with a suggestion to paste: actions of an [overlay](overlays.md). The exit code
is 0 without errors, 1 with errors (with `--strict`, warnings count, too), and 2 where the document
cannot be read.

The other commands print how many there are and the first three; with `--strict`, they refuse a
document that has errors.
"""


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for severity, title in (("error", "Errors"), ("warning", "Warnings")):
        yield f"## {title}\n"
        for name, kind in sorted(KINDS.items()):
            if kind.severity == severity:
                yield _section(name, kind)


def _section(name: str, kind: DiagnosticKind) -> str:
    return f"### {name}\n\n{kind.meaning}\n\nWhat to do: {kind.remedy}\n"


if __name__ == "__main__":
    show_data(page())
