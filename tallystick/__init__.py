"""Tallystick reads an OpenAPI document into a contract: its operations and documented cases."""

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
