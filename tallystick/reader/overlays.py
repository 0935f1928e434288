"""OpenAPI Overlays, versions 1.0 and 1.1, applied to a document.

Rules: actions are applied in order, each to the result of those before (Overlay 1.1.0 section
4.4.1); a target is an RFC 9535 JSONPath; one that matches nothing is a diagnostic.
Where `remove` is true, `update` and `copy` have no effect (section 4.4.3).
Every value that an overlay brings keeps the overlay's file and line as its source.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jsonpath_rfc9535 as jsonpath

from tallystick.errors import OverlayError, Source
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.pointers import Path, look_up, to_pointer
from tallystick.reader.texts.parsing import Parsed

_VERSION = re.compile(r"^1\.[01]\.\d+$")
_MEMBERS = {"overlay", "info", "extends", "actions"}
_ACTION_MEMBERS = {"target", "description", "update", "remove", "copy"}

Record = Callable[[Path, Path], None]
"""Called for each value written: its path in the document, and where in the overlay it stood."""


@dataclass(slots=True)
class OverlayTarget:
    """A document while overlays are applied to it, and where its changed parts come from."""

    value: dict[str, Any]
    origins: dict[Path, tuple[Parsed, Path]] = field(default_factory=dict)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)


def apply(target: OverlayTarget, overlay: Parsed) -> None:
    """Apply an overlay's actions to the target, in place. Raises OverlayError."""
    _check(overlay)
    for index, action in enumerate(overlay.value["actions"]):
        _apply_action(target, overlay, index, action)


def _check(overlay: Parsed) -> None:
    """An Overlay Object has these members and no others but `x-…` (section 4.4.1)."""
    value = overlay.value
    if not isinstance(value, dict) or "overlay" not in value:
        raise _error(overlay, (), "This is no overlay: it has no member 'overlay'.")
    if not isinstance(value["overlay"], str) or not _VERSION.match(value["overlay"]):
        what = f"Overlay version {value['overlay']!r} is not known; 1.0.x and 1.1.x are."
        raise _error(overlay, ("overlay",), what)
    _check_members(overlay, (), value, _MEMBERS)
    info = value.get("info")
    if not isinstance(info, dict) or not {"title", "version"} <= info.keys():
        raise _error(overlay, ("info",), "'info' must have a 'title' and a 'version'.")
    if not isinstance(value.get("actions"), list) or not value["actions"]:
        raise _error(overlay, ("actions",), "'actions' must be a list with at least one action.")
    for index, action in enumerate(value["actions"]):
        _check_action(overlay, ("actions", str(index)), action)


def _check_action(overlay: Parsed, path: Path, action: Any) -> None:
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        raise _error(overlay, path, "An action needs a 'target', a JSONPath in a string.")
    _check_members(overlay, path, action, _ACTION_MEMBERS)
    if not action.keys() & {"update", "remove", "copy"}:
        raise _error(overlay, path, "An action needs one of 'update', 'remove' and 'copy'.")
    if not isinstance(action.get("remove", False), bool):
        raise _error(overlay, (*path, "remove"), "'remove' must be true or false.")
    if "copy" in action and overlay.value["overlay"].startswith("1.0."):
        raise _error(overlay, (*path, "copy"), "'copy' needs 'overlay: 1.1.0'.")
    if "copy" in action and not isinstance(action["copy"], str):
        raise _error(overlay, (*path, "copy"), "'copy' must be a JSONPath in a string.")


def _check_members(overlay: Parsed, path: Path, value: dict[str, Any], known: set[str]) -> None:
    for name in value:
        if name not in known and not name.startswith("x-"):
            what = f"The member {name!r} is not known here; known are {', '.join(sorted(known))}."
            raise _error(overlay, (*path, name), what)


def _apply_action(
    target: OverlayTarget, overlay: Parsed, index: int, action: dict[str, Any]
) -> None:
    path = ("actions", str(index))
    places = _find(target.value, action["target"], overlay, (*path, "target"))
    if not places:
        what = f"the target {action['target']} matches nothing"
        target.diagnostics.add("overlay-without-effect", what, overlay.locate((*path, "target")))
    elif action.get("remove"):
        _remove(target, overlay, path, places)
    elif "copy" in action:
        _copy(target, overlay, path, action["copy"], places)
    elif "update" in action:
        _update(target, overlay, path, action["update"], places)


def _find(value: Any, query: str, overlay: Parsed, path: Path) -> list[Path]:
    try:
        nodes = jsonpath.find(query, value)
    except jsonpath.JSONPathError as error:
        what = f"The JSONPath {query} cannot be read: {error}."
        raise _error(overlay, path, what) from None
    # A query such as `$[0, 0]` selects a node twice (RFC 9535 section 2.5.1.3).
    return list(dict.fromkeys(tuple(str(token) for token in node.location) for node in nodes))


def _remove(target: OverlayTarget, overlay: Parsed, path: Path, places: list[Path]) -> None:
    # From the last to the first, so that the indexes of list items before stay right.
    for place in sorted(places, key=_document_order, reverse=True):
        if not place:
            raise _error(overlay, path, "The root of the document cannot be removed.")
        parent = look_up(target.value, place[:-1])
        del parent[int(place[-1]) if isinstance(parent, list) else place[-1]]


def _document_order(place: Path) -> list[tuple[int, str]]:
    return [(int(token), "") if token.isdecimal() else (-1, token) for token in place]


def _copy(
    target: OverlayTarget, overlay: Parsed, path: Path, query: str, places: list[Path]
) -> None:
    sources = _find(target.value, query, overlay, (*path, "copy"))
    if len(sources) != 1:
        what = f"'copy' must select one node, but {query} selects {len(sources)}."
        raise _error(overlay, (*path, "copy"), what)
    value = copy.deepcopy(look_up(target.value, sources[0]))
    _update(target, overlay, (*path, "copy"), value, places, below=False)


def _update(
    target: OverlayTarget,
    overlay: Parsed,
    path: Path,
    value: Any,
    places: list[Path],
    *,
    below: bool = True,
) -> None:
    def record(place: Path, inside: Path) -> None:
        target.origins[place] = (overlay, (*path, "update", *inside) if below else path)

    for place in places:
        try:
            merged = _merge(look_up(target.value, place), copy.deepcopy(value), place, (), record)
        except TypeError as clash:
            raise _error(overlay, path, str(clash)) from None
        if place:
            parent = look_up(target.value, place[:-1])
            parent[int(place[-1]) if isinstance(parent, list) else place[-1]] = merged


def _merge(old: Any, new: Any, place: Path, inside: Path, record: Record) -> Any:
    """`new` merged into `old` by section 4.4.3: objects recursively, arrays by concatenation,
    primitives by replacement. Raises TypeError where the two do not fit.

    An array that the target itself selects gets "an entry to append"; a list given there is
    taken for its entries, as other tools do, since no array of OpenAPI holds arrays.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in new.items():
            there, here = (*place, name), (*inside, name)
            if name in old:
                old[name] = _merge(old[name], value, there, here, record)
            else:
                record(there, here)
                old[name] = value
        return old
    if isinstance(old, list) and (isinstance(new, list) or not inside):
        return _append(old, new, place, inside, record)
    if isinstance(old, dict | list) or isinstance(new, dict | list):
        kinds = f"{_kind(new)} cannot be merged into {_kind(old)}"
        raise TypeError(f"At #{to_pointer(place)}, {kinds}; remove the old value first.")
    record(place, inside)
    return new


def _append(old: list[Any], new: Any, place: Path, inside: Path, record: Record) -> list[Any]:
    several = isinstance(new, list)
    for index, entry in enumerate(new if several else [new]):
        record((*place, str(len(old))), (*inside, str(index)) if several else inside)
        old.append(entry)
    return old


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else "a primitive value"


def _error(overlay: Parsed, path: Path, what: str) -> OverlayError:
    source: Source = overlay.locate(path)
    return OverlayError(what, source=source, remedy="See the OpenAPI Overlay Specification.")
