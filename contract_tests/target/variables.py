"""Variables of the environment in what a target needs: `${NAME}` stands for the value of NAME."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expanded(text: str, used: dict[str, str], missing: Callable[[str], Exception]) -> str:
    """The text with values in place of variables, which are noted as `used`. Raises what `missing`
    gives for a variable that is not set.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise missing(match[1])
        used[match[1]] = os.environ[match[1]]
        return used[match[1]]

    return _VARIABLE.sub(value, text)
