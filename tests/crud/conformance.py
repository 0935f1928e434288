"""Whether a response keeps a document, by jsonschema and a few lines: no code of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

PATH = Path(__file__).parent / "document.yaml"
_URN = "urn:document"


def read_document() -> Any:
    """The document of the workshop, anew: it may be changed."""
    return yaml.safe_load(PATH.read_text("utf-8"))


class Document:
    """A document that responses are held to."""

    def __init__(self, value: Any) -> None:
        self.value = value
        resource = DRAFT202012.create_resource(value)
        self.registry: Any = Registry().with_resource(_URN, resource)

    def faults(self, response: requests.Response, operation: str) -> list[str]:
        """What breaks the document: the status, a header, the media type, the schema."""
        described = self._documented(operation, response.status_code)
        if described is None:
            return [f"status {response.status_code}"]
        headers = {name: self._deref(h) for name, h in described.get("headers", {}).items()}
        found = [f"no {name}" for name in headers if name not in response.headers]
        content = described.get("content", {})
        if not content:
            return [*found, *(["a body"] if response.content else [])]
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if media_type not in content:
            return [*found, f"media type {media_type!r}"]
        schema = content[media_type].get("schema")
        return [*found, *self._schema_faults(schema, response, media_type)]

    def _schema_faults(
        self, schema: Any, response: requests.Response, media_type: str
    ) -> list[str]:
        if schema is None or "json" not in media_type:
            return []
        formats = Draft202012Validator.FORMAT_CHECKER
        validator = Draft202012Validator(
            _anchored(schema), registry=self.registry, format_checker=formats
        )
        return [error.message for error in validator.iter_errors(response.json())]

    def _documented(self, operation: str, status: int) -> Any:
        method, path = operation.split(" ")
        responses = self.value["paths"][path][method.lower()]["responses"]
        names = (str(status), f"{status // 100}XX", "default")
        return self._deref(next((responses[name] for name in names if name in responses), None))

    def _deref(self, value: Any) -> Any:
        while value and "$ref" in value:
            names = value["$ref"].removeprefix("#/").split("/")
            value = self.value
            for name in names:
                value = value[name]
        return value


def _anchored(value: Any) -> Any:
    """A schema whose references lead into the document."""
    if isinstance(value, dict):
        return {
            key: f"{_URN}{part}" if key == "$ref" else _anchored(part)
            for key, part in value.items()
        }
    return [_anchored(part) for part in value] if isinstance(value, list) else value
