"""Whether a target can be tested at all: early, so that nobody waits for findings of one cause.

Rules: it cannot where the base requests of at least three operations are all answered 401 or 403,
or all answered as a random path below the base is; or where it asks to come back later for longer
than the run has patience. With fewer operations, only the last counts.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from contract_tests.http.client import UntestableError
from contract_tests.http.exchange import Exchange, Response
from contract_tests.requests.base import Base
from contract_tests.results.run import Run
from tallystick.servers import default_base_paths

_ENOUGH = 3


class Testability:
    """Looks at the bases of a run as they come."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._is_over = False
        self._refused: list[Base] = []
        self._alike: list[Base] = []
        plain = [o for o in run.contract.operations if "{" not in o.path]
        self._showing = plain if len(plain) >= _ENOUGH else run.contract.operations

    def see(self, base: Base) -> None:
        """Look at a base. Raises UntestableError."""
        outcome = base.exchange.outcome if base.exchange else None
        if isinstance(outcome, Response) and outcome.is_limited:
            raise UntestableError(
                f"{self.run.target.called} {self.run.target.shown_url} keeps answering "
                f"{outcome.status}: it asks to come back later. Set a lower `rate` in the target "
                "file, or try again later.",
                base.exchange.curl if base.exchange else "",
            )
        if base.exchange is None or self._is_over or len(self._showing) < _ENOUGH:
            return
        self._see_refusal(base)
        if base.operation in self._showing:
            self._see_path(base, base.exchange)
            # One that is neither shows that the target can be tested.
            self._is_over = base not in self._refused and base not in self._alike

    def _see_refusal(self, base: Base) -> None:
        if base.status in (401, 403):
            self._refused.append(base)
        if len(self._refused) >= _ENOUGH:
            raise UntestableError(
                f"{self.run.target.called} {self.run.target.shown_url} answered the first "
                f"{_ENOUGH} operations with {base.status}: check the credentials. Put them into "
                "[credentials] of the target file, or try --header 'Authorization: …'.",
                base.exchange.curl if base.exchange else "",
            )

    def _see_path(self, base: Base, got: Exchange) -> None:
        random = replace(base.request, path={}, query={}, body=...)
        operation = replace(
            base.operation, path=f"/tallystick-{self.run.plan.unknown_id(base.operation)}"
        )
        exchange = self.run.client.send(replace(random, operation=operation))
        if _looks(exchange) == _looks(got):
            self._alike.append(base)
        if len(self._alike) >= _ENOUGH:
            paths = default_base_paths(self.run.contract.document, base.operation)
            own = urlsplit(self.run.target.base_url)
            better = [path for path in paths if path and path != own.path]
            hint = (
                f" The document's servers have the path {better[0]}: try "
                f"{own.scheme}://{own.netloc.rpartition('@')[2]}{better[0]}."
                if better
                else ""
            )
            raise UntestableError(
                f"{self.run.target.called} {self.run.target.shown_url} answers operations of the "
                f"document as it answers a random path: the base path is wrong.{hint}",
                exchange.curl,
            )


def _looks(exchange: Exchange) -> object:
    """What is the same where two paths are answered alike; the path itself may be in the body."""
    outcome = exchange.outcome
    if not isinstance(outcome, Response):
        return exchange
    body = outcome.body.replace(urlsplit(exchange.url).path.encode(), b"")
    changing = {"date", "content-length", "x-request-id", "etag", "set-cookie"}
    names = frozenset(outcome.headers) - changing
    return outcome.status, outcome.media_type, names, body
