"""Mutants that mistake the caller, the organisation, or the state of its payment account."""

from tests.independent.app import (
    ACTIVE_ID,
    DISCONNECTED_ID,
    FORBIDDEN_ID,
    NOT_ENABLED_ID,
    PROVIDER_ERROR_ID,
    UNKNOWN_ID,
    Answer,
    Link,
    PaymentAccountLinks,
    Request,
)
from tests.independent.calls import (
    CREATE,
    DISCONNECTED,
    FORBIDDEN,
    NOT_ENABLED,
    PROVIDER_ERROR,
    UNKNOWN,
    Call,
)

from .builders import Factory, changed
from .mutant import Row, documented, family, standard

NO_PERMISSION = "Payment.Forbidden: 'caller does not have permission'"
NO_ORGANISATION = "Organisation.NotFound: 'the organisation does not exist'"
NO_ACCOUNT = "PaymentAccount.NotEnabled: 'organisation does not have a payment account'"
CUT_OFF = "PaymentAccount.Disconnected: 'reset the integration and re-run onboarding'"
STRIPE_ERRED = "PaymentAccount.ProviderError: 'Stripe returned an error'"
OF_THE_PATH = "each case is said of the organisation in the path"
CAPITALS = "RFC 9562, section 4: the digits may be in upper case"


def with_account(organisation: str, state: str) -> Factory:
    """An organisation whose payment account is taken to be in another state."""
    return changed(accounts={**PaymentAccountLinks.accounts, organisation: state})


def taken_for(organisation: str, other: str) -> Factory:
    """An organisation taken for another."""
    right = PaymentAccountLinks.check_id

    def check_id(self: PaymentAccountLinks, text: str) -> str:
        found = right(self, text)
        return other if found == organisation else found

    return changed(check_id=check_id)


def another_in_capitals(state: str, organisation: str) -> Row:
    """An id in capitals that is not recognised."""
    name = f"{state} id in capitals is another organisation"
    return standard(name, CAPITALS, CapitalsAreAnotherId, Call(organisation.upper()))


class CapitalsRefused(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        if text != text.lower():
            self.refuse(400, "the id must be a UUID")
        return super().check_id(text)


class CapitalsAreAnotherId(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        super().check_id(text)
        return text


class IdsCutShort(PaymentAccountLinks):
    def look_up(self, organisation: str) -> str:
        known = (UNKNOWN_ID, *self.accounts)
        same = (other for other in known if other[:14] == organisation[:14])
        return super().look_up(next(same, organisation))


class ProviderErrorSwallowed(PaymentAccountLinks):
    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation == PROVIDER_ERROR_ID:
            return Link(organisation, return_url, refresh_url, "", self.expires_at())
        return super().create_link(organisation, return_url, refresh_url)


class ProviderErrorBlamedOnTheAccount(PaymentAccountLinks):
    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation == PROVIDER_ERROR_ID:
            self.refuse_with("PaymentAccount.Disconnected")
        return super().create_link(organisation, return_url, refresh_url)


class StateLeaks(PaymentAccountLinks):
    state = "Active"

    def look_up(self, organisation: str) -> str:
        found = super().look_up(organisation)
        self.state = self.state if found == "Active" else found
        return self.state


class ForbiddenForGood(PaymentAccountLinks):
    forbidden = False

    def check_caller(self, organisation: str) -> None:
        self.forbidden = self.forbidden or organisation == FORBIDDEN_ID
        super().check_caller(FORBIDDEN_ID if self.forbidden else organisation)


class PermittedForGood(PaymentAccountLinks):
    permitted = False

    def check_caller(self, organisation: str) -> None:
        if not self.permitted:
            super().check_caller(organisation)
        self.permitted = True


class PermissionAskedWithoutAccept(PaymentAccountLinks):
    def handle(self, request: Request) -> Answer:
        self.asked = "accept" not in request.headers
        return super().handle(request)

    def check_caller(self, organisation: str) -> None:
        if self.asked:
            super().check_caller(organisation)


class SecondTry(PaymentAccountLinks):
    """An organisation is refused once, and served from then on."""

    cured: str = ""

    def __init__(self) -> None:
        self.tried: set[str] = set()

    def look_up(self, organisation: str) -> str:
        known = organisation in self.tried and organisation == self.cured
        self.tried.add(organisation)
        return "Active" if known else super().look_up(organisation)


def cured(organisation: str) -> Factory:
    """An organisation that is served from the second call on."""
    return type("Cured", (SecondTry,), {"cured": organisation})


OF_THE_CALLER = (
    documented(
        "link for a forbidden caller",
        NO_PERMISSION,
        changed(check_caller=lambda *_: None),
        FORBIDDEN,
    ),
    documented("permission asked once", NO_PERMISSION, PermittedForGood, CREATE, FORBIDDEN),
    documented("permission refused for good", OF_THE_PATH, ForbiddenForGood, FORBIDDEN, CREATE),
    documented(
        "permission asked without Accept only",
        NO_PERMISSION,
        PermissionAskedWithoutAccept,
        FORBIDDEN,
    ),
    documented(
        "forbidden caller not found",
        NO_PERMISSION,
        taken_for(FORBIDDEN_ID, UNKNOWN_ID),
        FORBIDDEN,
    ),
)

OF_THE_ORGANISATION = (
    documented(
        "link for an unknown organisation",
        NO_ORGANISATION,
        changed(look_up=lambda self, id_: self.accounts.get(id_, "Active")),
        UNKNOWN,
    ),
    documented(
        "unknown organisation made by the first call",
        NO_ORGANISATION,
        cured(UNKNOWN_ID),
        UNKNOWN,
        UNKNOWN,
    ),
    documented(
        "unknown organisation forbidden",
        NO_ORGANISATION,
        taken_for(UNKNOWN_ID, FORBIDDEN_ID),
        UNKNOWN,
    ),
    documented(
        "unknown organisation not enabled",
        NO_ORGANISATION,
        taken_for(UNKNOWN_ID, NOT_ENABLED_ID),
        UNKNOWN,
    ),
    documented(
        "any text accepted as id",
        "id: format: uuid",
        changed(check_id=lambda _, text: text),
        Call("no-uuid"),
    ),
    documented("ids cut short", OF_THE_PATH, IdsCutShort, NOT_ENABLED, DISCONNECTED),
    standard("id in capitals refused", CAPITALS, CapitalsRefused, Call(ACTIVE_ID.upper())),
    standard(
        "id in capitals is another organisation",
        CAPITALS,
        CapitalsAreAnotherId,
        Call(DISCONNECTED_ID.upper()),
    ),
)

OF_THE_ACCOUNT = (
    documented(
        "link for an account that is not enabled",
        NO_ACCOUNT,
        with_account(NOT_ENABLED_ID, "Active"),
        NOT_ENABLED,
    ),
    documented(
        "account enabled by the first call", NO_ACCOUNT, cured(NOT_ENABLED_ID), *[NOT_ENABLED] * 2
    ),
    documented(
        "404 for an account that is not enabled",
        NO_ACCOUNT,
        taken_for(NOT_ENABLED_ID, UNKNOWN_ID),
        NOT_ENABLED,
    ),
    documented(
        "link for a disconnected account",
        CUT_OFF,
        with_account(DISCONNECTED_ID, "Active"),
        DISCONNECTED,
    ),
    documented(
        "account connected by the first call", CUT_OFF, cured(DISCONNECTED_ID), *[DISCONNECTED] * 2
    ),
    documented(
        "404 for a disconnected account",
        CUT_OFF,
        taken_for(DISCONNECTED_ID, UNKNOWN_ID),
        DISCONNECTED,
    ),
    documented(
        "403 for a disconnected account",
        CUT_OFF,
        taken_for(DISCONNECTED_ID, FORBIDDEN_ID),
        DISCONNECTED,
    ),
    documented(
        "state leaks to the next organisation", OF_THE_PATH, StateLeaks, DISCONNECTED, CREATE
    ),
)

OF_THE_PROVIDER = (
    documented("provider error swallowed", STRIPE_ERRED, ProviderErrorSwallowed, PROVIDER_ERROR),
    documented(
        "provider error blamed on the account",
        STRIPE_ERRED,
        ProviderErrorBlamedOnTheAccount,
        PROVIDER_ERROR,
    ),
    documented(
        "link without the provider",
        STRIPE_ERRED,
        taken_for(PROVIDER_ERROR_ID, ACTIVE_ID),
        PROVIDER_ERROR,
    ),
)

STATE = family("state", *OF_THE_CALLER, *OF_THE_ORGANISATION, *OF_THE_ACCOUNT, *OF_THE_PROVIDER)
