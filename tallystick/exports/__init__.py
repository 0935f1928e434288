"""Exports: the contract in the formats of other tools.

Rules: an export is a function from a contract to a text; the same contract gives the same text.
No text of a document can end the string or the comment that it stands in. A new export is one
module and one row in `EXPORTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tallystick.contract import Contract
from tallystick.exports.examples import export_document, export_overlay
from tallystick.exports.locust import export_locust
from tallystick.exports.msw import export_msw
from tallystick.exports.postman import export_postman
from tallystick.exports.rest_client import export_http

EXPORTS: Mapping[str, Callable[[Contract], str]] = MappingProxyType(
    {
        "overlay": export_overlay,
        "document": export_document,
        "msw": export_msw,
        "http": export_http,
        "postman": export_postman,
        "locust": export_locust,
    }
)
"""What makes each export, by the name that the command line knows it by."""
