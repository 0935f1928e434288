"""Mutants whose media type is not the documented one."""

from tests.independent.app import Answer
from tests.independent.calls import (
    BAD_RETURN_URL,
    CREATE,
    DISCONNECTED,
    FORBIDDEN,
    NO_RETURN_URL,
    PROVIDER_ERROR,
    UNKNOWN,
    Call,
)

from .builders import answering, changed, has, with_bytes, with_error
from .mutant import Row, documented, family, standard

ERRORS = "errors are documented as application/problem+json"
LINK = "the link is documented as application/json"


def link_as(media_type: str) -> Row:
    """The right link under another media type."""
    faulty = changed(success_media_type=media_type)
    return documented(f"link as {media_type.partition(';')[0]}", LINK, faulty, CREATE)


def errors_as(media_type: str) -> Row:
    """The right problems under another media type."""
    faulty = changed(problem_media_type=media_type)
    name = f"errors as {media_type.partition(';')[0]}"
    return documented(name, ERRORS, faulty, BAD_RETURN_URL, DISCONNECTED)


MEDIA_TYPE = family(
    "media type",
    documented(
        "errors in HTML",
        ERRORS,
        changed(
            problem=lambda _, status, code, *_more: Answer(status, "text/html", b"<h1>%a" % code)
        ),
        NO_RETURN_URL,
        UNKNOWN,
    ),
    errors_as("application/json"),
    errors_as("text/json"),
    errors_as("text/plain; charset=utf-8"),
    errors_as("application/problem"),
    errors_as("application/problem+xml"),
    documented("errors without a media type", ERRORS, changed(problem_media_type=None), UNKNOWN),
    documented(
        "one error as application/json",
        ERRORS,
        with_error("Organisation.NotFound", media_type="application/json"),
        UNKNOWN,
    ),
    documented(
        "one error as plain text",
        ERRORS,
        with_error("Payment.Forbidden", media_type="text/plain", body=b"Payment.Forbidden"),
        FORBIDDEN,
    ),
    documented(
        "the gateway's page for a 502",
        ERRORS,
        with_error(
            "PaymentAccount.ProviderError",
            media_type="text/html",
            body=b"<html><title>502 Bad Gateway</title><center>nginx</center></html>",
        ),
        PROVIDER_ERROR,
    ),
    link_as("text/plain; charset=utf-8"),
    link_as("text/html"),
    link_as("text/json"),
    link_as("application/octet-stream"),
    link_as("application/problem+json"),
    link_as("application/hal+json"),
    link_as("json"),
    documented(
        "no media type",
        f"RFC 9110, section 8.3; {LINK}",
        changed(success_media_type=None),
        CREATE,
    ),
    documented(
        "XML for whom any media type will do",
        LINK,
        answering(
            has("accept", "*/*"), media_type="application/xml", body=b"<url>https://a.example</url>"
        ),
        Call(accept="*/*"),
    ),
    standard(
        "UTF-16, and says so",
        "RFC 8259, section 8.1: MUST be encoded using UTF-8",
        with_bytes(
            lambda text: text.encode("utf-16"),
            success_media_type="application/json; charset=utf-16",
            problem_media_type="application/problem+json; charset=utf-16",
        ),
        CREATE,
        UNKNOWN,
    ),
)
