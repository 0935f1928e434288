"""Tallystick reads an OpenAPI document into a contract: its operations and documented cases."""

from tallystick.cases import Case
from tallystick.constraints import Constraint
from tallystick.contract import Contract, ContractOperation, load_contract
from tallystick.errors import Source, TallystickError
from tallystick.judgement import Judgement
from tallystick.sentences import Field, Trigger

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
