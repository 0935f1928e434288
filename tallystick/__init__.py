"""Tallystick reads an OpenAPI document into a contract: its operations and documented cases.

The names below are imported when they are first used, so that a command that needs none of them
(`tallystick --help`) starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.catalogue.cases import Case
    from tallystick.catalogue.constraints import Constraint
    from tallystick.catalogue.sentences import Field, Trigger
    from tallystick.contract import Contract, ContractOperation, load_contract
    from tallystick.errors import Source, TallystickError
    from tallystick.judgement import Judgement

__all__ = [
    "Case",
    "Constraint",
    "Contract",
    "ContractOperation",
    "Field",
    "Judgement",
    "Source",
    "TallystickError",
    "Trigger",
    "load_contract",
]

_MODULES = {
    "Case": "catalogue.cases",
    "Constraint": "catalogue.constraints",
    "Contract": "contract",
    "ContractOperation": "contract",
    "Field": "catalogue.sentences",
    "Judgement": "judgement",
    "Source": "errors",
    "TallystickError": "errors",
    "Trigger": "catalogue.sentences",
    "load_contract": "contract",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
