"""Kinds of faults: a rule that differs, or an answer that is changed before it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any

from aiohttp import web

from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.aiohttp_values import Rule

from .mutant import Factory, changed

Change = Callable[[web.Response], web.Response]

BIKES = "/v1/bikes"
BIKE = "/v1/bikes/[0-9a-f]{12}"
PLAN = f"{BIKE}/service-plan"
REPAIRS = f"{BIKE}/repairs"
REPAIR = f"{BIKE}/repairs/[^/]+"
PHOTOS = f"{BIKE}/photos"
PHOTO = f"{BIKE}/photos/[^/]+"


def is_at(request: Request, method: str, path: str) -> bool:
    """Whether a request is of an operation."""
    return bool(re.fullmatch(method, request.method) and re.fullmatch(path, request.path))


def anything(_: Any) -> bool:
    """A rule that every value keeps."""
    return True


def with_rule(table: str, name: str, rule: Rule | None) -> Factory:
    """Another rule for a member of a body, or none."""
    rules = dict(getattr(Workshop, table))
    if rule is None:
        rules[name] = anything
    else:
        rules[name] = rule
    return changed(**{table: rules})


def with_detail(name: str, rule: Rule | None = None) -> Factory:
    """Another rule for a member of a bike."""
    return with_rule("details", name, rule)


def also(table: str, name: str, more: Rule) -> Factory:
    """The rule of a member, and values that are accepted besides."""
    right: Rule = getattr(Workshop, table)[name]
    return with_rule(table, name, lambda value: right(value) or more(value))


def but(table: str, name: str, refused: Rule) -> Factory:
    """The rule of a member, and right values that are refused all the same."""
    right: Rule = getattr(Workshop, table)[name]
    return with_rule(table, name, lambda value: right(value) and not refused(value))


def without_required(name: str, table: str = "required", **defaults: Any) -> Factory:
    """A member that may be left out; then it has a value of the service's own."""
    required: Collection[str] = getattr(Workshop, table)
    right = Workshop.body

    async def body(self: Workshop, *parts: Any, **options: Any) -> dict[str, Any]:
        return {**defaults, **await right(self, *parts, **options)}

    return changed(**{table: [each for each in required if each != name], "body": body})


def answering(method: str, path: str, status: int, change: Change) -> Factory:
    """The answers of an operation with a status, changed."""

    def finish(self: Workshop, request: Request, response: web.Response) -> web.Response:
        fits = is_at(request, method, path) and response.status == status
        return change(response) if fits else response

    return changed(finish=finish)


def everywhere(statuses: Collection[int], change: Change) -> Factory:
    """All answers with these statuses, changed."""

    def finish(self: Workshop, _: Request, response: web.Response) -> web.Response:
        return change(response) if response.status in statuses else response

    return changed(finish=finish)


def status(number: int) -> Change:
    """The same under another status; a problem says that status, too."""

    def change(response: web.Response) -> web.Response:
        headers = {k: v for k, v in response.headers.items() if k != "Content-Type"}
        kind = None if response.body is None else response.content_type
        body = response.body
        if kind == "application/problem+json":
            body = json.dumps(json.loads(response.text or "{}") | {"status": number}).encode()
        return web.Response(status=number, body=body, headers=headers, content_type=kind)

    return change


def header(name: str, text: str | None) -> Change:
    """Another value of a header, or none."""

    def change(response: web.Response) -> web.Response:
        response.headers.popall(name, None)
        if text is not None:
            response.headers[name] = text
        return response

    return change


def media_type(name: str) -> Change:
    """The same bytes under another media type."""
    return header("Content-Type", name)


def document(edit: Callable[[Any], Any]) -> Change:
    """Another JSON document, made of the right one."""

    def change(response: web.Response) -> web.Response:
        response.body = json.dumps(edit(json.loads(response.text or "null"))).encode()
        return response

    return change


def members(**values: Any) -> Change:
    """The JSON object with these members; one that is `...` is left out."""
    return document(lambda right: {k: v for k, v in (right | values).items() if v is not ...})


def encoded(encode: Callable[[str], bytes]) -> Change:
    """Other bytes for the text."""

    def change(response: web.Response) -> web.Response:
        response.body = encode(response.text or "")
        return response

    return change


def handled(name: str, after: Callable[[Workshop, Request, web.Response], Any]) -> Factory:
    """A handler, and what is done after it; what that gives is the answer, if it gives one."""
    right: Any = getattr(Workshop, name)

    async def handler(self: Workshop, request: Request) -> web.Response:
        response: web.Response = await right(self, request)
        return after(self, request, response) or response

    return changed(**{name: handler})


def in_place_of(name: str, handler: Callable[[Workshop, Request], Any]) -> Factory:
    """Another handler."""

    async def handle(self: Workshop, request: Request) -> web.Response:
        answered = handler(self, request)
        return answered if isinstance(answered, web.Response) else await answered

    return changed(**{name: handle})


def with_store(**methods: Callable[..., Any]) -> Factory:
    """A store that does some things otherwise; each is given the right method first."""

    def make() -> Workshop:
        workshop = Workshop()
        for name, method in methods.items():
            right = getattr(workshop.store, name)
            setattr(workshop.store, name, _bound(method, right))
        return workshop

    return make


def _bound(method: Callable[..., Any], right: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *parts: method(right, *parts)
