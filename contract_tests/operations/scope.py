"""Which operations a run sends requests to.

Rules: `include` and `exclude` name operations by tag, operationId, method and path; `*` stands for
any text. An operation that may harm the server itself (`DANGEROUS`) is left out, unless `include`
names it exactly, or the target is a mock of the run's own. With `only_safe`, GET and HEAD alone
are sent. An operation that is left out has the verdict *unreachable*, with the reason.
"""

from __future__ import annotations

import re

from contract_tests.operations.roles import Role, Roles, is_item
from contract_tests.target.patterns import matches, names_exactly
from contract_tests.target.target import Target
from tallystick.contract import Contract, ContractOperation

DANGEROUS: tuple[tuple[str, str], ...] = (
    ("shuts down", r"shut-?down|power-?off|halt|stop-server|terminate|kill|exit|quit"),
    ("restarts", r"restart|reboot"),
    ("resets", r"reset|reinstall|reinitiali[sz]e|rollback|migrate"),
    ("empties", r"purge|wipe|truncate|drop|flush|clear-all|delete-all|remove-all"),
    ("deletes many", r"(?:bulk|batch|mass)-(?:delete|remove)|(?:delete|remove)-(?:many|by-query)"),
    ("logs out", r"log-?out|log-?off|sign-?out|sign-?off|end-session"),
    ("takes keys away", r"revoke|rotate|regenerate|invalidate"),
    ("locks out", r"password|passwd|deactivate|disable-mfa"),
)
"""What is dangerous for the server itself, and the words that show it: those of the last segment of
the path that is no parameter, or of the operationId. `docs/requests.md` has the same table.
"""

_WORDS = [(what, re.compile(rf"(?:^|.*-)(?:{words})(?:-.*)?")) for what, words in DANGEROUS]
_ALONE = [(what, re.compile(words)) for what, words in DANGEROUS]


class Scope:
    """Which operations of a contract are sent to a target."""

    def __init__(self, contract: Contract, target: Target, roles: Roles) -> None:
        self.target, self.roles = target, roles
        self._reasons = {o.name: self._reason(o) for o in contract.operations}

    def left_out(self, operation: ContractOperation) -> str | None:
        """Why nothing is sent to an operation; None where requests are sent."""
        return self._reasons[operation.name]

    def _reason(self, operation: ContractOperation) -> str | None:
        target = self.target
        is_named = any(names_exactly(pattern, operation) for pattern in target.include)
        if target.include and not any(matches(p, operation) for p in target.include):
            return "it is not among those to include"
        if any(matches(pattern, operation) for pattern in target.exclude):
            return "it is excluded"
        if target.only_safe and operation.method not in ("get", "head"):
            return "only safe requests are sent"
        danger = None if is_named or target.is_own_mock else self.danger_of(operation)
        if danger:
            return f'left out for safety: it {danger}; name it in "include" to have it tested'
        return None

    def danger_of(self, operation: ContractOperation) -> str | None:
        """What an operation may do to the server itself, or to what others have there."""
        deletes = self.roles.of(operation) is Role.DELETE
        if deletes and is_item(operation) and not self.target.destructive:
            return None  # whatever it is called, it is sent to items of this run alone
        if deletes and not is_item(operation) and not self.roles.is_single(operation):
            return "deletes more than one item that this run created"
        return danger(operation)


def danger(operation: ContractOperation) -> str | None:
    """What an operation may do to the server itself, by its name; None where nothing shows it. A
    GET is dangerous where its last segment is nothing but such a word.
    """
    fixed = [segment for segment in operation.path.split("/") if segment and "{" not in segment]
    segment = _hyphened(fixed[-1]) if fixed else ""
    if operation.method in ("get", "head"):
        ends_fixed = not operation.path.rstrip("/").endswith("}")
        words = ("shuts down", "restarts", "logs out") if ends_fixed else ()
        return next((w for w, p in _ALONE if w in words and p.fullmatch(segment)), None)
    return danger_of_words(segment) or danger_of_words(_hyphened(operation.operation_id or ""))


def danger_of_words(name: str) -> str | None:
    """What the words of a name, with hyphens between them, say of the danger of an operation."""
    return next((what for what, words in _WORDS if words.fullmatch(name)), None)


def _hyphened(name: str) -> str:
    """The words of a name, in lower case, with hyphens between them."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return re.sub(r"[^A-Za-z0-9]+", "-", split).strip("-").lower()
