"""Mutants whose answer names another case, or none."""

import re

from tests.independent.app import (
    CASES,
    DISCONNECTED_ID,
    NOT_ENABLED_ID,
    URL_CODES,
    PaymentAccountLinks,
)
from tests.independent.calls import (
    BAD_REFRESH_URL,
    BAD_RETURN_URL,
    DISCONNECTED,
    FORBIDDEN,
    NO_REFRESH_URL,
    NO_RETURN_URL,
    NOT_ENABLED,
    PROVIDER_ERROR,
    UNKNOWN,
    Call,
    giving,
)

from .builders import changed, silently, with_problem, with_problem_of, with_title
from .mutant import Row, documented, family

NAMED = "the document names the cases of 400 and of 409; nothing else distinguishes them"
SPELT = "the document spells the codes; a client compares them letter by letter"
ONE_CASE = "PaymentAccount.NotEnabled and PaymentAccount.Disconnected are two cases"

NO_ACCOUNT, CUT_OFF = "PaymentAccount.NotEnabled", "PaymentAccount.Disconnected"


def titled(name: str, code: str, title: str, probe: Call) -> Row:
    """A documented case under the code of another."""
    return documented(name, f"{code}: '{CASES[code].detail}'", with_title(code, title), probe)


def first_of_its_status(code: str) -> str:
    return next(first for first in CASES if CASES[first].status == CASES[code].status)


class WrongTypeBlamedOnTheOther(PaymentAccountLinks):
    def check_url(self, name: str, value: object) -> str:
        if not isinstance(value, str | None):
            other = next(code for property_, code in URL_CODES.items() if property_ != name)
            self.refuse_with(other.invalid)
        return super().check_url(name, value)


CROSSED = (
    titled(
        "missing given as invalid",
        "PaymentAccountLink.MissingReturnUrl",
        "PaymentAccountLink.InvalidReturnUrl",
        NO_RETURN_URL,
    ),
    titled(
        "missing refreshUrl given as invalid",
        "PaymentAccountLink.MissingRefreshUrl",
        "PaymentAccountLink.InvalidRefreshUrl",
        NO_REFRESH_URL,
    ),
    titled(
        "invalid given as missing",
        "PaymentAccountLink.InvalidRefreshUrl",
        "PaymentAccountLink.MissingRefreshUrl",
        BAD_REFRESH_URL,
    ),
    titled(
        "invalid returnUrl given as missing",
        "PaymentAccountLink.InvalidReturnUrl",
        "PaymentAccountLink.MissingReturnUrl",
        BAD_RETURN_URL,
    ),
    titled(
        "invalid refreshUrl given as invalid returnUrl",
        "PaymentAccountLink.InvalidRefreshUrl",
        "PaymentAccountLink.InvalidReturnUrl",
        BAD_REFRESH_URL,
    ),
    documented(
        "codes of the two properties crossed",
        "PaymentAccountLink.MissingReturnUrl: 'ReturnUrl is required'",
        changed(url_codes=dict(zip(URL_CODES, reversed(list(URL_CODES.values())), strict=True))),
        NO_RETURN_URL,
        BAD_REFRESH_URL,
    ),
    documented(
        "refreshUrl under the codes of returnUrl",
        "PaymentAccountLink.MissingRefreshUrl: 'RefreshUrl is required'",
        changed(url_codes=dict.fromkeys(URL_CODES, URL_CODES["returnUrl"])),
        NO_REFRESH_URL,
    ),
    documented(
        "wrong type blamed on the other property",
        "PaymentAccountLink.InvalidRefreshUrl is said of RefreshUrl, and that is valid",
        WrongTypeBlamedOnTheOther,
        giving(returnUrl=42),
    ),
    documented(
        "codes of the two conflicts crossed",
        "PaymentAccount.Disconnected: 'payment account is disconnected'",
        changed(accounts={NOT_ENABLED_ID: "Disconnected", DISCONNECTED_ID: "NotEnabled"}),
        NOT_ENABLED,
        DISCONNECTED,
    ),
    titled("disconnected titled not enabled", CUT_OFF, NO_ACCOUNT, DISCONNECTED),
    titled("forbidden titled not found", "Payment.Forbidden", "Organisation.NotFound", FORBIDDEN),
    titled("not found titled forbidden", "Organisation.NotFound", "Payment.Forbidden", UNKNOWN),
    titled(
        "provider error titled disconnected",
        "PaymentAccount.ProviderError",
        CUT_OFF,
        PROVIDER_ERROR,
    ),
    documented(
        "one code for each status",
        NAMED,
        silently(lambda code: first_of_its_status(code)),
        NO_REFRESH_URL,
        DISCONNECTED,
    ),
)

CONTRADICTORY = (
    documented(
        "type names another case than title",
        ONE_CASE,
        with_problem_of(NO_ACCOUNT, type=f"https://errors.example.test/{CUT_OFF}"),
        NOT_ENABLED,
    ),
    documented(
        "member code names another case than title",
        ONE_CASE,
        with_problem_of(NO_ACCOUNT, code=CUT_OFF),
        NOT_ENABLED,
    ),
    documented(
        "detail names another case than title",
        ONE_CASE,
        with_problem_of(NO_ACCOUNT, detail=f"{CUT_OFF}: {CASES[CUT_OFF].detail}"),
        NOT_ENABLED,
    ),
    documented(
        "detail has the text of another case",
        f"{NO_ACCOUNT}: '{CASES[NO_ACCOUNT].detail}'",
        with_problem_of(NO_ACCOUNT, detail=CASES[CUT_OFF].detail),
        NOT_ENABLED,
    ),
    documented(
        "detail of missing for invalid",
        "PaymentAccountLink.InvalidReturnUrl: 'ReturnUrl must be a valid absolute http(s) URL'",
        with_problem_of("PaymentAccountLink.InvalidReturnUrl", detail="ReturnUrl is required"),
        BAD_RETURN_URL,
    ),
)

MISSPELT = (
    documented("code in lower case", SPELT, silently(str.lower), NOT_ENABLED, UNKNOWN),
    documented("code in upper case", SPELT, silently(str.upper), NOT_ENABLED, UNKNOWN),
    documented(
        "code in snake case",
        SPELT,
        silently(lambda code: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).lower()),
        NOT_ENABLED,
        UNKNOWN,
    ),
    documented(
        "code misspelt",
        SPELT,
        silently(lambda code: code.replace("Account", "Acount")),
        NOT_ENABLED,
        NO_RETURN_URL,
    ),
    documented(
        "code without its prefix",
        SPELT,
        silently(lambda code: code.partition(".")[2]),
        NOT_ENABLED,
        UNKNOWN,
    ),
    documented(
        "code with a prefix more",
        SPELT,
        silently(lambda code: f"Dolfin{code}"),
        NOT_ENABLED,
        UNKNOWN,
    ),
    documented(
        "code cut short",
        SPELT,
        silently(lambda code: code[:20]),
        NO_RETURN_URL,
        NOT_ENABLED,
    ),
    documented(
        "code of no case",
        NAMED,
        silently(lambda _: "PaymentAccount.Unavailable"),
        NOT_ENABLED,
        DISCONNECTED,
    ),
)

UNNAMED = (
    documented(
        "neither code nor detail",
        NAMED,
        with_problem(lambda right: right | {"title": "Error", "detail": ""}),
        NO_RETURN_URL,
        DISCONNECTED,
    ),
    documented("empty problem", NAMED, with_problem(lambda _: {}), NO_RETURN_URL, DISCONNECTED),
    documented(
        "every member null",
        NAMED,
        with_problem(lambda right: dict.fromkeys(right)),
        NO_RETURN_URL,
        DISCONNECTED,
    ),
    documented(
        "one text for every bad request",
        NAMED,
        with_problem(
            lambda right: (
                right | {"title": "Bad Request", "detail": "Validation errors occurred."}
                if right["status"] == 400
                else right
            )
        ),
        NO_RETURN_URL,
        BAD_REFRESH_URL,
    ),
    documented(
        "one text for every conflict",
        NAMED,
        with_problem(
            lambda right: (
                right | {"title": "Conflict", "detail": "The payment account is not ready."}
                if right["status"] == 409
                else right
            )
        ),
        NOT_ENABLED,
        DISCONNECTED,
    ),
)

CODE = family("code", *CROSSED, *CONTRADICTORY, *MISSPELT, *UNNAMED)
