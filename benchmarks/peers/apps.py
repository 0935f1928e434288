"""The servers that are written here: a bare ASGI function, and stock Connexion.

    python -m benchmarks.peers.apps bare|connexion PORT [DOCUMENT]

Both run on uvicorn with uvloop and httptools, as the mock does; the bare one on uvicorn's own
connections, without the limits that the mock puts on them. Connexion's application is what its
documentation shows: `AsyncApp`, with request validation (its default) and `strict_validation`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn


def main() -> None:
    """Serve one of them."""
    name, port = sys.argv[1], int(sys.argv[2])
    uvicorn.run(
        _bare() if name == "bare" else _connexion(Path(sys.argv[3])),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        lifespan="off" if name == "bare" else "auto",
    )


def _bare() -> Any:
    from benchmarks.bare import bare

    return bare


def _connexion(path: Path) -> Any:
    from connexion.apps.asynchronous import AsyncApp
    from connexion.resolver import Resolver

    from benchmarks.peers.documents import loaded_for_connexion

    document = loaded_for_connexion(path)
    answers: dict[str, Any] = {}
    for template, item in document["paths"].items():
        for method in item.keys() & {"get", "post", "put", "delete"}:
            operation = item[method]
            operation.setdefault("operationId", f"{method}{template}")
            answers[operation["operationId"]] = _handler(operation["responses"])
    app = AsyncApp(__name__)
    app.add_api(document, strict_validation=True, resolver=Resolver(answers.__getitem__))
    return app


def _handler(responses: dict[str, Any]) -> Any:
    """A function that answers with what the document shows of a success."""
    status = next((status for status in responses if status.startswith("2")), "200")
    content = responses.get(status, {}).get("content", {}).get("application/json", {})
    examples = [content.get("example"), *(e["value"] for e in content.get("examples", {}).values())]
    body = next((example for example in examples if example is not None), _LINK)

    async def answer(**_: Any) -> tuple[Any, int, dict[str, str]]:
        return body, int(status), {"Content-Type": "application/json"}

    return answer


_LINK = {"url": "https://pay.example.com/setup/1", "expiresAt": "2099-01-01T00:05:00Z"}


async def token_info(_: str) -> dict[str, Any]:
    """Connexion's hook for a token: any will do, as for the mock."""
    return {"sub": "benchmark", "scope": ["read", "write"]}


if __name__ == "__main__":
    main()
