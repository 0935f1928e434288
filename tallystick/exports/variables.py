"""The variables of a file of requests: where the implementation is, and the values of its paths.

Rules: each value has one name, so that who tries another implementation than the mock changes it
in one place; names are identifiers, since some REST clients evaluate them as JavaScript.
"""

from __future__ import annotations

from urllib.parse import quote

from tallystick.catalogue.cases import Case
from tallystick.exports.escaping import Names
from tallystick.exports.samples import Sample

BASE_URL = "baseUrl"
_RESERVED = """
    arguments await break case catch class console const continue debugger default delete do else
    enum eval export extends false finally for function if implements import in instanceof
    interface let module new null package private process protected public request require
    response return static super switch test this throw true try typeof undefined var void while
    with yield
"""


class Variables:
    """The variables that the requests so far need, in order."""

    def __init__(self) -> None:
        self.values = {BASE_URL: "http://127.0.0.1:8080"}
        self._names = Names(frozenset((*_RESERVED.split(), BASE_URL)))
        self._known: dict[tuple[str, str], str] = {}

    def url(self, sample: Sample, case: Case, name: str) -> str:
        """The URL of the request for a case of this name, with variables in it."""
        magic = case.magic or {} if sample.way == "magic" else {}
        place = {
            parameter: self._variable(
                f"{parameter}_{name}" if f"path.{parameter}" in magic else parameter,
                quote(value, safe=""),
            )
            for parameter, value in sample.path.items()
        }
        return f"{_use(BASE_URL)}{sample.target(place)}"

    def _variable(self, wanted: str, value: str) -> str:
        if (wanted, value) not in self._known:
            name = self._known[wanted, value] = self._names.take(wanted)
            self.values[name] = value
        return _use(self._known[wanted, value])


def _use(name: str) -> str:
    return "{{" + name + "}}"
