"""Kinds of variation of the independent implementation, faulty or not.

Each builder gives a factory, and the factory a fresh application.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.independent.app import CASES, Answer, Link, PaymentAccountLinks, Request

Factory = Callable[[], PaymentAccountLinks]
Problem = dict[str, Any]


def changed(**members: Any) -> type[PaymentAccountLinks]:
    """The application with these attributes and methods in place of its own."""
    return type("Changed", (PaymentAccountLinks,), members)


# --- The answers ----------------------------------------------------------------------------


def with_problem(body: Callable[[Problem], Any]) -> Factory:
    """Another document in the answer of an error, made of the right one."""
    right = PaymentAccountLinks.problem_body
    return changed(problem_body=lambda self, *parts: body(right(self, *parts)))


def with_problem_of(code: str, /, **members: Any) -> Factory:
    """Other members in the answer of one documented case."""
    return with_problem(lambda right: right | members if right["title"] == code else right)


def with_title(code: str, title: str) -> Factory:
    """A documented case under another title."""
    return with_problem_of(code, title=title)


def silently(title: Callable[[str], Any]) -> Factory:
    """The code of a documented case in another form, and a detail that says nothing."""
    return with_problem(
        lambda right: (
            right | {"title": title(right["title"]), "detail": "An error occurred."}
            if right["title"] in CASES
            else right
        )
    )


def with_error(code: str, /, **parts: Any) -> Factory:
    """The answer of one documented case with some parts replaced."""
    right = PaymentAccountLinks.problem

    def problem(self: PaymentAccountLinks, status: int, named: str | None, *rest: Any) -> Answer:
        answer = right(self, status, named, *rest)
        return replace(answer, **parts) if named == code else answer

    return changed(problem=problem)


def with_link(body: Callable[[Link], Any]) -> Factory:
    """Another document in the answer of the success."""
    return changed(success_body=lambda _, link: body(link))


def with_url(url: Callable[[Link], str]) -> Factory:
    """Another URL in the answer of the success."""
    return with_link(lambda link: {"url": url(link), "expiresAt": link.expires_at.isoformat()})


def with_time(form: Callable[[datetime], Any]) -> Factory:
    """Another form of `expiresAt`."""
    return changed(format_time=lambda _, moment: form(moment))


def with_success(**parts: Any) -> Factory:
    """The answer of the success with some parts replaced."""
    right = PaymentAccountLinks.success
    return changed(success=lambda self, link: replace(right(self, link), **parts))


def with_bytes(encode: Callable[[str], bytes], **members: Any) -> Factory:
    """Other bytes for the JSON text of every answer, and other attributes."""
    return changed(encode=lambda _, document: encode(json.dumps(document)), **members)


# --- The URLs -------------------------------------------------------------------------------


def accepting(test: Callable[[Any], object]) -> Factory:
    """Values that pass the test are accepted besides the valid URLs."""
    right = PaymentAccountLinks.is_valid_url
    missing = PaymentAccountLinks.is_missing
    return changed(
        is_missing=lambda self, value: missing(self, value) and not test(value),
        is_valid_url=lambda self, value: bool(test(value)) or right(self, value),
    )


def accepting_like(pattern: str) -> Factory:
    """Strings that begin like this are accepted besides the valid URLs."""
    return accepting(lambda value: isinstance(value, str) and re.match(pattern, value))


def refusing(test: Callable[[str], object]) -> Factory:
    """URLs that pass the test are refused though valid."""
    right = PaymentAccountLinks.is_valid_url
    return changed(is_valid_url=lambda self, value: right(self, value) and not test(value))


def refusing_like(pattern: str) -> Factory:
    """URLs in which this is found are refused though valid."""
    return refusing(lambda url: re.search(pattern, url))


# --- The request ----------------------------------------------------------------------------

Test = Callable[[Request], object]


def refusing_request(test: Test, status: int = 400) -> Factory:
    """Requests that pass the test are refused."""

    class Refusing(PaymentAccountLinks):
        def read_object(self, request: Request) -> dict[str, Any]:
            if test(request):
                self.refuse(status, "the request is refused")
            return super().read_object(request)

    return Refusing


def crashing_on(test: Test) -> Factory:
    """Requests that pass the test meet an exception that nobody handles: the server says 500."""

    class Crashing(PaymentAccountLinks):
        def handle(self, request: Request) -> Answer:
            if test(request):
                raise RuntimeError("an unhandled exception")
            return super().handle(request)

    return Crashing


def crashing_on_body(test: Callable[[Any], object]) -> Factory:
    """JSON bodies that pass the test meet an exception that nobody handles."""

    class Crashing(PaymentAccountLinks):
        def check_object(self, document: Any) -> dict[str, Any]:
            if test(document):
                raise RuntimeError("an unhandled exception")
            return super().check_object(document)

    return Crashing


def answering(test: Test, **parts: Any) -> Factory:
    """Requests that pass the test get their answer with some parts replaced."""

    class Answering(PaymentAccountLinks):
        def answer(self, request: Request) -> Answer:
            right = super().answer(request)
            return replace(right, **parts) if test(request) else right

    return Answering


def has(name: str, value: str | None = None) -> Test:
    """Whether a request has a header, or has it with this value."""
    return lambda request: (
        name in request.headers if value is None else request.headers.get(name) == value
    )
