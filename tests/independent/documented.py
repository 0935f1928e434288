"""What the document says of each error, by hand: the call, the status, the code, the text."""

from .calls import (
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
)

ERRORS: tuple[tuple[Call, int, str, str], ...] = (
    (NO_RETURN_URL, 400, "PaymentAccountLink.MissingReturnUrl", "ReturnUrl is required"),
    (
        BAD_RETURN_URL,
        400,
        "PaymentAccountLink.InvalidReturnUrl",
        "ReturnUrl must be a valid absolute http(s) URL",
    ),
    (NO_REFRESH_URL, 400, "PaymentAccountLink.MissingRefreshUrl", "RefreshUrl is required"),
    (
        BAD_REFRESH_URL,
        400,
        "PaymentAccountLink.InvalidRefreshUrl",
        "RefreshUrl must be a valid absolute http(s) URL",
    ),
    (
        FORBIDDEN,
        403,
        "Payment.Forbidden",
        "caller does not have permission to configure payments for this organisation",
    ),
    (
        UNKNOWN,
        404,
        "Organisation.NotFound",
        "the organisation does not exist or could not be resolved",
    ),
    (
        NOT_ENABLED,
        409,
        "PaymentAccount.NotEnabled",
        "organisation does not have a payment account; enable it first",
    ),
    (
        DISCONNECTED,
        409,
        "PaymentAccount.Disconnected",
        "payment account is disconnected; reset the integration and re-run onboarding",
    ),
    (
        PROVIDER_ERROR,
        502,
        "PaymentAccount.ProviderError",
        "Stripe returned an error while creating the account link",
    ),
)
