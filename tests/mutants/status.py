"""Mutants whose status is not the documented one."""

from dataclasses import replace

from tests.independent.app import Answer, Link, PaymentAccountLinks, Request
from tests.independent.calls import (
    BAD_REFRESH_URL,
    BAD_RETURN_URL,
    CREATE,
    DISCONNECTED,
    FORBIDDEN,
    NO_REFRESH_URL,
    NO_RETURN_URL,
    NOT_ENABLED,
    PROVIDER_ERROR,
    UNKNOWN,
)

from .builders import changed, with_success
from .mutant import documented, family, misplaced

ONLY_200 = "the document lists 200 for a link"


class EveryErrorIs200(PaymentAccountLinks):
    def answer(self, request: Request) -> Answer:
        return replace(super().answer(request), status=200)


class StatusAsOfTheSecondLink(PaymentAccountLinks):
    links = 0

    def success(self, link: Link) -> Answer:
        self.links += 1
        return replace(super().success(link), status=200 if self.links == 1 else 201)


class SlashAppended(PaymentAccountLinks):
    def answer(self, request: Request) -> Answer:
        return Answer(307, None, b"", (("location", f"{request.path}/"),))


STATUS = family(
    "status",
    documented("201 for a link", ONLY_200, changed(success_status=201), CREATE),
    documented("202 for a link", ONLY_200, changed(success_status=202), CREATE),
    documented("206 for a link", ONLY_200, changed(success_status=206), CREATE),
    documented("201 as of the second link", ONLY_200, StatusAsOfTheSecondLink, CREATE, CREATE),
    documented(
        "204 for a link",
        "'Returns a short-lived Stripe-hosted onboarding URL'",
        with_success(status=204, media_type=None, body=b""),
        CREATE,
    ),
    documented(
        "200 with an empty body",
        "200 is documented with a PaymentAccountLinkResponse",
        with_success(body=b""),
        CREATE,
    ),
    documented(
        "303 to the link",
        "'The Client redirects the SMB to this URL'; the document lists no 303",
        with_success(status=303, headers=(("location", "https://connect.example.test"),)),
        CREATE,
    ),
    documented(
        "307 to the path with a slash",
        "the path is /organisations/{id}/payment-account/link; the document lists no 307",
        SlashAppended,
        CREATE,
    ),
    documented(
        "200 for every error", "errors are listed under 400 to 502", EveryErrorIs200, NO_RETURN_URL
    ),
    misplaced("PaymentAccountLink.MissingReturnUrl", 422, NO_RETURN_URL),
    misplaced("PaymentAccountLink.InvalidReturnUrl", 422, BAD_RETURN_URL),
    misplaced("PaymentAccountLink.MissingRefreshUrl", 422, NO_REFRESH_URL),
    misplaced("PaymentAccountLink.InvalidRefreshUrl", 409, BAD_REFRESH_URL),
    misplaced("Payment.Forbidden", 401, FORBIDDEN),
    misplaced("Payment.Forbidden", 404, FORBIDDEN),
    misplaced("Organisation.NotFound", 400, UNKNOWN),
    misplaced("Organisation.NotFound", 410, UNKNOWN),
    misplaced("PaymentAccount.NotEnabled", 400, NOT_ENABLED),
    misplaced("PaymentAccount.NotEnabled", 412, NOT_ENABLED),
    misplaced("PaymentAccount.Disconnected", 410, DISCONNECTED),
    misplaced("PaymentAccount.Disconnected", 403, DISCONNECTED),
    misplaced("PaymentAccount.ProviderError", 500, PROVIDER_ERROR),
    misplaced("PaymentAccount.ProviderError", 503, PROVIDER_ERROR),
    misplaced("PaymentAccount.ProviderError", 504, PROVIDER_ERROR),
    misplaced("PaymentAccount.ProviderError", 200, PROVIDER_ERROR),
)
