"""The contract tests: hold any implementation to what its document promises.

A pytest suite, and the same checks for the tests of a project: `validate`, `violations_of` and
`suite` (`docs/python-api.md`). It knows nothing of the mock; it shares the reader of the contract
and no more.

Rules: what is used is imported when it is first used, so that this import costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contract_tests.api.locating import UnknownOperationError
    from contract_tests.api.messages import MessageError, PlainRequest, PlainResponse
    from contract_tests.api.suite import suite
    from contract_tests.api.validation import (
        ContractViolation,
        ContractViolationError,
        validate,
        violations_of,
    )

__all__ = [
    "ContractViolation",
    "ContractViolationError",
    "MessageError",
    "PlainRequest",
    "PlainResponse",
    "UnknownOperationError",
    "suite",
    "validate",
    "violations_of",
]

_MODULES = {
    "ContractViolation": "validation",
    "ContractViolationError": "validation",
    "MessageError": "messages",
    "PlainRequest": "messages",
    "PlainResponse": "messages",
    "UnknownOperationError": "locating",
    "suite": "suite",
    "validate": "validation",
    "violations_of": "validation",
}
"""The module of `contract_tests.api` that has each name."""

if not TYPE_CHECKING:  # a type checker would take any name for one that is there

    def __getattr__(name: str) -> Any:
        """What is imported when it is first used (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            return getattr(import_module(f"{__name__}.api.{_MODULES[name]}"), name)
        except ModuleNotFoundError as error:
            needed = f"{__name__}.{name} needs {error.name}: pip install 'tallystick[test]'."
            raise ModuleNotFoundError(needed, name=error.name) from None
