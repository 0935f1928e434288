"""A second implementation: the independent one in another problem style, with faults to choose."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from tests.fuzzing.fuzzed import CountingApp
from tests.independent.app import CASES, Answer, PaymentAccountLinks, Request

# --- problem styles


class Style(PaymentAccountLinks):
    """Where the code of an error goes; here it is the title."""

    def problem_body(self, status: int, code: str | None, detail: str) -> Any:
        right = super().problem_body(status, None, detail)
        plain = {**right, "title": HTTPStatus(status).phrase}
        return self.styled(plain, code) if code else plain

    def styled(self, plain: dict[str, Any], code: str) -> dict[str, Any]:
        return {**plain, "title": code}


class InType(Style):
    def styled(self, plain: dict[str, Any], code: str) -> dict[str, Any]:
        return {**plain, "type": f"https://docs.example.test/errors/{code}"}


class InMember(Style):
    def styled(self, plain: dict[str, Any], code: str) -> dict[str, Any]:
        return {**plain, "code": code, "detail": "see the code"}


class InDetail(Style):
    def styled(self, plain: dict[str, Any], code: str) -> dict[str, Any]:
        return {**plain, "detail": f"[{code}] {plain['detail']}"}


class InText(Style):
    def styled(self, plain: dict[str, Any], _: str) -> dict[str, Any]:
        return plain


STYLES = {
    "title": Style,
    "type": InType,
    "member": InMember,
    "detail": InDetail,
    "text": InText,
}

# --- faults


class OtherScheme(PaymentAccountLinks):
    """Accepts URLs of other schemes, such as ftp, as returnUrl."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "returnUrl" and re.match(r"(?!https?:)[a-z]+:", str(value).lower()):
            return str(value)
        return super().check_url(name, value)


class NoReturn(PaymentAccountLinks):
    """Accepts any value as returnUrl, but none."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "returnUrl" and not self.is_missing(value):
            return str(value)
        return super().check_url(name, value)


class RefreshDefaults(PaymentAccountLinks):
    """Does not require refreshUrl."""

    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return super().check_urls({"refreshUrl": document.get("returnUrl"), **document})


class RefreshBlamed(PaymentAccountLinks):
    """Names an invalid refreshUrl as an invalid returnUrl."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "refreshUrl" and not self.is_missing(value) and not self.is_valid_url(value):
            self.refuse_with("PaymentAccountLink.InvalidReturnUrl")
        return super().check_url(name, value)


class MissingAsInvalid(PaymentAccountLinks):
    """Names a missing returnUrl as an invalid one."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "returnUrl" and self.is_missing(value):
            self.refuse_with("PaymentAccountLink.InvalidReturnUrl")
        return super().check_url(name, value)


class MissingUnnamed(PaymentAccountLinks):
    """Names no code of a missing refreshUrl."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "refreshUrl" and self.is_missing(value):
            self.refuse(400, "something is wrong")
        return super().check_url(name, value)


class Unprocessable(PaymentAccountLinks):
    """Refuses an invalid refreshUrl with 422."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "refreshUrl" and not self.is_missing(value) and not self.is_valid_url(value):
            self.refuse(422, CASES["PaymentAccountLink.InvalidRefreshUrl"].detail)
        return super().check_url(name, value)


class NotFoundBlamed(PaymentAccountLinks):
    """Answers 404 to an invalid returnUrl."""

    def check_url(self, name: str, value: Any) -> str:
        if name == "returnUrl" and not self.is_missing(value) and not self.is_valid_url(value):
            self.refuse_with("Organisation.NotFound")
        return super().check_url(name, value)


class PortRefused(PaymentAccountLinks):
    """Refuses a port in returnUrl."""

    def check_url(self, name: str, value: Any) -> str:
        text = super().check_url(name, value)
        if name == "returnUrl" and urlsplit(text).port:
            self.refuse_with("PaymentAccountLink.InvalidReturnUrl")
        return text


class Fails(PaymentAccountLinks):
    """Answers 500 where a body has a percent sign."""

    def answer(self, request: Request) -> Answer:
        if b"%" in request.body:
            return self.problem(500, None, "something went wrong")
        return super().answer(request)


class TooLong(PaymentAccountLinks):
    """Refuses bodies of more than 300 bytes with 413."""

    max_body = 300


class Conflict(PaymentAccountLinks):
    """Gives a link for the same body once only."""

    last = b""

    def answer(self, request: Request) -> Answer:
        right = super().answer(request)
        if right.status != 200:
            return right
        if self.last == request.body:
            return self.problem(409, "PaymentAccount.NotEnabled", "enable it first")
        self.last = request.body
        return right


def other(style: str, *faults: type[PaymentAccountLinks]) -> CountingApp:
    """A second implementation in a style, with these faults."""
    made: CountingApp = type("Other", (*faults, STYLES[style], CountingApp), {})()
    return made
