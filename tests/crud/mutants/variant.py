"""What a variant of the workshop is: a conformant one that decides otherwise.

Rules for a new one:

* It keeps its document and every standard. Where another decision needs another document, `edit`
  changes the document of the workshop; `open` says what leaves the decision to the service.
* `probe` is calls whose answers show the decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.crud.calls import Call
from tests.crud.conformance import read_document

from .mutant import Factory

Edit = Callable[[Any], None]


@dataclass(frozen=True)
class Variant:
    """A conformant workshop, what leaves it open to be so, and calls that show it."""

    name: str
    open: str
    app: Factory
    probe: tuple[Call, ...]
    edits: tuple[Edit, ...] = ()

    @property
    def document(self) -> Any:
        """The document that it keeps."""
        document = read_document()
        for edit in self.edits:
            edit(document)
        return document


def variant(
    name: str, open_: str, app: Factory, *probe: Call, edits: tuple[Edit, ...] = ()
) -> Variant:
    """A row of the catalogue."""
    return Variant(name, open_, app, probe, edits)


# --- how a document is edited


def responses(document: Any) -> list[dict[str, Any]]:
    """The responses of each operation, by their statuses."""
    methods = ("get", "put", "post", "patch", "delete")
    items = document["paths"].values()
    return [item[method]["responses"] for item in items for method in methods if method in item]


def renamed(wrong: str, right: str) -> Edit:
    """Each response with one status has another one."""

    def edit(document: Any) -> None:
        for each in responses(document):
            if wrong in each:
                each[right] = each.pop(wrong)

    return edit


def removed(*statuses: str, of: str = "") -> Edit:
    """There are no responses with these statuses (of an operation)."""

    def edit(document: Any) -> None:
        named = [operation(document, of)["responses"]] if of else responses(document)
        for each in named:
            for status in statuses:
                each.pop(status, None)

    return edit


def added(of: str, status: str, response: Any) -> Edit:
    """An operation has one more response, or another one."""

    def edit(document: Any) -> None:
        operation(document, of)["responses"][status] = response

    return edit


def operation(document: Any, name: str) -> Any:
    method, path = name.split(" ")
    return document["paths"][path][method.lower()]


def schema(name: str, value: Any) -> Edit:
    """Another schema of a name."""

    def edit(document: Any) -> None:
        document["components"]["schemas"][name] = value

    return edit


def errors(content: Any) -> Edit:
    """All errors have this content; None stands for no body."""

    def edit(document: Any) -> None:
        named = document["components"]["responses"]
        shared = [response for name, response in named.items() if name != "Bike"]
        own = [
            response
            for each in responses(document)
            for status, response in each.items()
            if status[0] in "45d" and "$ref" not in response
        ]
        for response in (*shared, *own):
            response.pop("content", None)
            if content is not None:
                response["content"] = content

    return edit


def without_header(name: str) -> Edit:
    """No response has this header."""

    def edit(document: Any) -> None:
        named = list(document["components"]["responses"].values())
        own = [response for each in responses(document) for response in each.values()]
        for response in (*named, *own):
            response.get("headers", {}).pop(name, None)

    return edit


def without_parameter(of: str, name: str) -> Edit:
    """An operation has no such parameter, wherever it stands."""

    def edit(document: Any) -> None:
        op = operation(document, of)
        op["parameters"] = [
            each
            for each in op["parameters"]
            if name not in (each.get("name"), each.get("$ref", "").rpartition("/")[2])
        ]

    return edit
