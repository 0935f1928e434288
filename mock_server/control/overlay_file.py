"""Adding actions to an overlay file, as text: what stands in it stays as it is, comments too.

Rules: only a file that the mock was started with is written to, and only if the contract reads as
meant with it. It is replaced as a whole, so that nobody reads half of it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tallystick.errors import Source, TallystickError
from tallystick.exports.inferred import to_yaml
from tallystick.reader.options import LoadOptions
from tallystick.reader.texts.reading import read_bytes
from tallystick.reader.texts.sources import is_address

try:
    import fcntl
except ModuleNotFoundError:  # on Windows, where there are no several workers, either
    fcntl = None  # type: ignore[assignment]


class OverlayFileError(TallystickError):
    """An overlay file cannot be added to."""


def writable(load: LoadOptions) -> Path | None:
    """The last of the overlays that can be written to; None where there is none."""
    local = (Path(place) for place in reversed(load.overlays) if not is_address(place))
    return next((path for path in local if path.is_file() and os.access(path, os.W_OK)), None)


def add_actions(
    file: Path, actions: Sequence[dict[str, Any]], check: Callable[[Path], None]
) -> None:
    """Add actions at the end of an overlay. `check` gets the file that is to replace it, and raises
    what is wrong. Raises OverlayFileError.
    """
    place = file.resolve()
    with _alone(place.parent):
        _replace(file, place, actions, check)


def _replace(
    file: Path, place: Path, actions: Sequence[dict[str, Any]], check: Callable[[Path], None]
) -> None:
    try:
        text = with_actions(read_bytes(place).decode("utf-8-sig"), actions)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise OverlayFileError("This is no YAML.", source=Source(str(file))) from error
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".tmp")
    except OSError as error:
        raise _unwritable(file, error) from None
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        check(written)
        shutil.copymode(place, written)
        written.replace(place)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        written.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process of a mock adds to a file of this folder meanwhile."""
    if fcntl is None:
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def with_actions(text: str, actions: Sequence[dict[str, Any]]) -> str:
    """The text of an overlay with more actions at its end. Raises OverlayFileError, YAMLError."""
    found = _actions(yaml.compose(text, yaml.SafeLoader))
    if found is None or not found.value:
        raise OverlayFileError("It has no list of 'actions'.")
    end = found.end_mark.index
    if found.flow_style:
        added = "".join(f",\n{json.dumps(action, ensure_ascii=False)}" for action in actions)
        last = found.value[-1].end_mark.index
        return text[:last] + added + text[last:]
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = " " * found.start_mark.column
    lines = to_yaml(list(actions)).splitlines()
    added = "".join(f"{indent}{line}{newline}" if line else newline for line in lines)
    head = text[:end]
    return head + ("" if head.endswith(("\n", "\r")) else newline) + added + text[end:]


def _actions(root: Any) -> Any:
    members = root.value if isinstance(root, yaml.MappingNode) else []
    found = (value for name, value in members if name.value == "actions")
    return next((value for value in found if isinstance(value, yaml.SequenceNode)), None)


def _unwritable(file: Path, error: OSError) -> OverlayFileError:
    return OverlayFileError(f"It cannot be written: {error.strerror}.", source=Source(str(file)))
