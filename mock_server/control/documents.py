"""The OpenAPI documents of a mock, of its contract and of its control API, and Swagger UI."""

from __future__ import annotations

import html
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mock_server.control.state import CollectionState
from mock_server.mock import Mock

_CONTROL = Path(__file__).with_name("openapi.yaml")
_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} (mock)</title>
<link rel="icon" href="static/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<link rel="stylesheet" href="static/docs.css">
</head>
<body>
<main id="swagger-ui"></main>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="static/docs.js"></script>
</body>
</html>
"""
_POLICY = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
}


class Documents:
    """The handlers that show documents."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def routes(self) -> list[BaseRoute]:
        """Their routes, below the prefix."""
        return [
            Route("/openapi.json", self.document),
            Route("/control.json", self.control_document),
            Route("/docs", self.docs),
            Route("/docs/openapi.json", self.shown),
            Mount("/docs/assets", StaticFiles(directory=_swagger_ui())),
        ]

    async def document(self, _: Request) -> Response:
        """The contract's document with its overlays, and with the mock as the first server."""
        return JSONResponse(_with_mock_first(self.mock.contract.document.root))

    async def shown(self, _: Request) -> Response:
        """The document as Swagger UI shows it: without tags that no operation has, and with the
        parameters of a path at its operations, since it does not follow references there.
        """
        root = _with_mock_first(self.mock.contract.document.root)
        return JSONResponse(_without_empty_tags(_with_own_parameters(root)))

    async def control_document(self, _: Request) -> Response:
        """The OpenAPI document of the control API itself, with what else the contract has."""
        document = yaml.safe_load(_CONTROL.read_text(encoding="utf-8"))
        for behaviour in self.mock.behaviours.values():
            document["paths"] |= yaml.safe_load(behaviour.paths())
        document["paths"] |= yaml.safe_load(CollectionState(self.mock).paths())
        return JSONResponse(document)

    async def docs(self, _: Request) -> Response:
        """Swagger UI, showing the document."""
        title = html.escape(self.mock.contract.title)
        return HTMLResponse(_DOCS.format(title=title), headers=_POLICY)


def _with_mock_first(root: dict[str, Any]) -> dict[str, Any]:
    """The document with the mock before its own servers, wherever it lists some, so that trying
    an operation out in Swagger UI sends nothing to the vendor unless the user chooses that.
    """

    paths = {
        path: {name: _mock_first(part) for name, part in _mock_first(item).items()}
        for path, item in root["paths"].items()
    }
    shown: dict[str, Any] = _mock_first({"servers": [], **root, "paths": paths})
    return shown


def _with_own_parameters(root: dict[str, Any]) -> dict[str, Any]:
    paths = {path: _own_parameters(item) for path, item in root["paths"].items()}
    return {**root, "paths": paths}


def _own_parameters(item: Any) -> Any:
    shared = item.get("parameters") if isinstance(item, dict) else None
    if not isinstance(shared, list):
        return item
    return {
        name: {**part, "parameters": [*shared, *part.get("parameters", [])]}
        if isinstance(part, dict) and isinstance(part.get("parameters", []), list)
        else part
        for name, part in item.items()
        if name != "parameters"
    }


def _without_empty_tags(root: dict[str, Any]) -> dict[str, Any]:
    items = [item for item in root["paths"].values() if isinstance(item, dict)]
    operations = [part for item in items for part in item.values() if isinstance(part, dict)]
    lists = [operation.get("tags") for operation in operations]
    used = [tag for tags in lists if isinstance(tags, list) for tag in tags]
    tags = root.get("tags")
    if not isinstance(tags, list):
        return root
    return {**root, "tags": [t for t in tags if isinstance(t, dict) and t.get("name") in used]}


def _mock_first(owner: Any) -> Any:
    """A root, path item or operation that lists servers, with the mock before them."""
    if not isinstance(owner, dict) or "servers" not in owner:
        return owner
    return {**owner, "servers": [_MOCK_SERVER, *owner["servers"]]}


_MOCK_SERVER = {"url": "/", "description": "this mock"}


def _swagger_ui() -> Path:
    """The folder of Swagger UI's files. Connexion's own bundle holds version 4, which shows no
    OpenAPI 3.1; flask-swagger-ui packages the current one, of which only the files are used.
    """
    spec = find_spec("flask_swagger_ui")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'flask_swagger_ui'", name="flask-swagger-ui")
    return Path(spec.origin).parent / "dist"
