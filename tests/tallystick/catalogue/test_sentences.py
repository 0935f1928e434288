"""From the sentence of a case to its trigger and constraint."""

import pytest

from tallystick.catalogue.sentences import Field, Trigger, infer

URL = Field("body", "returnUrl")
NAME = Field("body", "name")
AMOUNT = Field("body", "amount")
CITY = Field("body", "address.city")
LIMIT = Field("query", "page_limit")
KEY = Field("header", "X-Api-Key")
FIELDS = (
    URL,
    Field("body", "refreshUrl"),
    NAME,
    AMOUNT,
    Field("body", "address"),
    CITY,
    Field("body", "billing.zip"),
    Field("body", "shipping.zip"),
    LIMIT,
    KEY,
    Field("path", "id"),
)


def inferred(sentence, status="400"):
    """The trigger, and the constraint as JSON."""
    trigger, constraint = infer(sentence, status, FIELDS)
    return trigger, constraint.to_json() if constraint else None


def missing(field):
    return Trigger("request", field, "missing")


def invalid(field):
    return Trigger("request", field, "invalid")


@pytest.mark.parametrize(
    "sentence",
    [
        "ReturnUrl is required",
        "ReturnUrl is required.",
        "returnUrl is required",
        "The returnUrl is required",
        "The `returnUrl` field is required",
        "'returnUrl' is required",
        "return_url is required",
        "Return URL is required",
        "return-url is mandatory",
        "The return URL parameter is missing",
        "ReturnUrl must be provided",
        "ReturnUrl must be set",
        "ReturnUrl must be specified",
        "ReturnUrl must not be omitted",
        "ReturnUrl is not provided",
        "ReturnUrl is required, always",
        "Missing returnUrl",
        "missing `returnUrl` parameter",
    ],
)
def test_a_missing_property(sentence):
    """The name is matched as the wire spells it, whatever prose does with it."""
    assert inferred(sentence) == (missing(URL), None)


@pytest.mark.parametrize(
    ("sentence", "constraint"),
    [
        (
            "ReturnUrl must be a valid absolute http(s) URL",
            {"kind": "absolute-url", "schemes": ["http", "https"]},
        ),
        (
            "ReturnUrl must be an absolute http or https URL",
            {"kind": "absolute-url", "schemes": ["http", "https"]},
        ),
        (
            "ReturnUrl must be an absolute http/https URL",
            {"kind": "absolute-url", "schemes": ["http", "https"]},
        ),
        ("ReturnUrl must be a valid https URL", {"kind": "absolute-url", "schemes": ["https"]}),
        ("ReturnUrl must be a valid absolute URL", {"kind": "absolute-url", "schemes": []}),
        ("ReturnUrl must be a URI", {"kind": "absolute-url", "schemes": []}),
        ("ReturnUrl has to be a valid URL.", {"kind": "absolute-url", "schemes": []}),
        ("Name must be a valid email address", {"kind": "email"}),
        ("Name must be a valid e-mail", {"kind": "email"}),
        ("Name must be a valid UUID", {"kind": "uuid"}),
        ("Name must be a GUID", {"kind": "uuid"}),
        ("Name must be a valid date", {"kind": "date"}),
        ("Name must be an ISO 8601 date", {"kind": "date"}),
        ("Name must be a valid ISO 4217 code", {"kind": "currency"}),
        ("Name must be an ISO-4217 currency code", {"kind": "currency"}),
        ("Name must be a valid three-letter currency code", {"kind": "currency"}),
        ("Amount must be positive", {"kind": "greater-than", "limit": 0}),
        ("Amount must be a positive integer", {"kind": "greater-than", "limit": 0}),
        ("Amount must be greater than zero", {"kind": "greater-than", "limit": 0}),
        ("Amount must be positive or zero", {"kind": "at-least", "limit": 0}),
        ("Amount must not be negative", {"kind": "at-least", "limit": 0}),
        ("Amount cannot be negative", {"kind": "at-least", "limit": 0}),
        ("Amount must be greater than 5", {"kind": "greater-than", "limit": 5}),
        ("Amount must be greater than 0.5.", {"kind": "greater-than", "limit": 0.5}),
        ("Amount must be more than 1,000", {"kind": "greater-than", "limit": 1000}),
        ("Amount must be greater than -3", {"kind": "greater-than", "limit": -3}),
        ("Amount must be greater than 100 EUR", {"kind": "greater-than", "limit": 100}),
        ("Amount must be greater than or equal to 5", {"kind": "at-least", "limit": 5}),
        ("Amount must be at least 5", {"kind": "at-least", "limit": 5}),
        ("Amount must be less than 5", {"kind": "less-than", "limit": 5}),
        ("Amount must be at most 5", {"kind": "at-most", "limit": 5}),
        ("Amount must be less than or equal to 5", {"kind": "at-most", "limit": 5}),
        ("Amount must not exceed 10,000", {"kind": "at-most", "limit": 10000}),
        ("Name must be at most 50 characters", {"kind": "maximum-length", "limit": 50}),
        ("Name must be at most 50 characters long", {"kind": "maximum-length", "limit": 50}),
        ("Name must not exceed 50 characters", {"kind": "maximum-length", "limit": 50}),
        ("Name must not be longer than 50 chars", {"kind": "maximum-length", "limit": 50}),
        ("Name must be at least 3 characters", {"kind": "minimum-length", "limit": 3}),
        ("Name must have at least 3 characters", {"kind": "minimum-length", "limit": 3}),
        ("Name must be one of a, b, c", {"kind": "one-of", "values": ["a", "b", "c"]}),
        ("Name must be one of: `a`, `b` or `c`.", {"kind": "one-of", "values": ["a", "b", "c"]}),
        ("Name must be one of a|b", {"kind": "one-of", "values": ["a", "b"]}),
        ("Name must be either a or b", {"kind": "one-of", "values": ["a", "b"]}),
        ("Name must not be empty", {"kind": "not-empty"}),
        ("Name cannot be blank", {"kind": "not-empty"}),
        ("Name must be in the future", {"kind": "future"}),
        ("Name must be in the past", {"kind": "past"}),
        ("Name is invalid", None),
        ("Name is not a valid name", None),
        ("Name must be valid", None),
        ("Name must be one of the values above", None),
        ("Invalid name", None),
        ("Malformed name.", None),
    ],
)
def test_an_invalid_property(sentence, constraint):
    """Each form of sentence gives its constraint, or none that can be checked."""
    field = {"R": URL, "A": AMOUNT}.get(sentence[0], NAME)
    assert inferred(sentence) == (invalid(field), constraint)


@pytest.mark.parametrize(
    ("subject", "field"),
    [
        ("City", CITY),
        ("address.city", CITY),
        ("PageLimit", LIMIT),
        ("The page limit query parameter", LIMIT),
        ("The X-Api-Key header", KEY),
        ("Id", Field("path", "id")),
        ("billing.zip", Field("body", "billing.zip")),
    ],
)
def test_where_a_property_is(subject, field):
    """Parameters and nested properties are named as properties are."""
    assert inferred(f"{subject} is required") == (missing(field), None)


@pytest.mark.parametrize(
    "sentence",
    [
        "Colour is required",
        "Zip is required",
        "ReturnUrl and RefreshUrl are required",
        "ReturnUrl is not required",
        "ReturnUrl was fine",
        "is required",
        "The request is malformed in some way",
        "Name must be less than 100 characters",
        "Name must be more than 3 characters",
        "Name must be at least 2 items",
        "Amount must not exceed 10 MB",
        "Amount must be less than 30 days",
        "Name is required for companies",
        "Name is required with an address",
        "Name is required to send a receipt",
        "Name is required only for companies",
        "Name is required in live mode",
        "Name is required or the account is refused",
        "Name or amount is required",
        "Name is invalid for this kind of account",
        "Invalid name format of the file",
        "Invalid amount currency",
        "Missing name server",
        "The request body is missing",
        "The request is invalid",
        "A required field is missing",
        "No account was provided",
        "Please provide a valid account",
        "",
    ],
)
def test_a_sentence_that_tells_nothing(sentence):
    """What names no property, several, or measures what we do not know, gives no trigger."""
    assert inferred(sentence) == (None, None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401", "caller"),
        ("403", "caller"),
        ("404", "resource"),
        ("410", "resource"),
        ("409", "state"),
        ("412", "state"),
        ("423", "state"),
        ("502", "upstream"),
        ("503", "upstream"),
        ("504", "upstream"),
        ("429", "caller"),
    ],
)
def test_the_status_tells_the_kind(status, kind):
    """RFC 9110 sections 15.5 and 15.6, RFC 6585 section 4."""
    assert inferred("something is wrong", status) == (Trigger(kind), None)


@pytest.mark.parametrize("status", ["200", "400", "422", "500", "default", "4XX"])
def test_a_status_that_tells_nothing(status):
    """Such a case can only be forced."""
    assert inferred("something is wrong", status) == (None, None)


@pytest.mark.parametrize("status", ["400", "404", "409", "422", "4XX"])
def test_a_rule_on_a_property_beats_the_status(status):
    """Some services answer 409 or 422 for a fault in the request."""
    assert inferred("ReturnUrl is required", status) == (missing(URL), None)


@pytest.mark.parametrize("status", ["200", "500", "502"])
def test_only_a_client_error_is_a_fault_in_the_request(status):
    """A success or failure of the server says nothing about the request."""
    assert inferred("ReturnUrl is required", status)[0] in {None, Trigger("upstream")}


@pytest.mark.parametrize(
    ("trigger", "form"),
    [
        (Trigger("caller"), {"kind": "caller"}),
        (
            Trigger("request", Field("body", "returnUrl"), "missing"),
            {"kind": "request", "in": "body", "name": "returnUrl", "fault": "missing"},
        ),
        (
            Trigger("request", None, "invalid"),
            {"kind": "request", "in": None, "name": None, "fault": "invalid"},
        ),
    ],
)
def test_the_json_of_a_trigger(trigger, form):
    """As `tallystick cases` prints it."""
    assert trigger.to_json() == form


@pytest.mark.parametrize(
    ("sentence", "constraint"),
    [
        ("Name must be a valid email address or phone number", None),
        ("Name must be a URL that can be reached", None),
        ("Name must be a date before today", None),
        ("Amount must be at least 5 and no more than 9", None),
        ("Amount must be between 1 and 2", None),
        ("Name must be between 3 and 50 characters and unique", None),
        ("Name must be at most 50 characters.", {"kind": "maximum-length", "limit": 50}),
        ("Name must be 2 characters", {"kind": "exact-length", "limit": 2}),
    ],
)
def test_a_rule_that_goes_on_has_no_constraint(sentence, constraint):
    """What follows may widen or narrow it, and then nothing about values is certain."""
    field = AMOUNT if sentence.startswith("A") else NAME
    assert inferred(sentence) == (invalid(field), constraint)


@pytest.mark.parametrize("status", ["401", "402", "403", "405", "407", "408", "411", "429"])
def test_a_status_that_no_field_causes(status):
    """RFC 9110 section 15.5: these are about the caller, the method or the message."""
    trigger, constraint = inferred("ReturnUrl is required", status)
    assert (trigger in (None, Trigger("caller")), constraint) == (True, None)


@pytest.mark.parametrize(("status", "kind"), [("404", "resource"), ("410", "resource")])
def test_an_invalid_id_of_a_404_is_one_that_does_not_exist(status, kind):
    """Many say `Invalid id` where nothing has this id."""
    assert inferred("Invalid id", status) == (Trigger(kind), None)


def test_a_reason_phrase_names_no_field():
    """428 `Precondition Required` is not about a field that is called so."""
    fields = [Field("header", "Precondition")]
    assert infer("Precondition Required", "428", fields) == (None, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "The account is closed",
        "The payment is not authorized",
        "Authorization amount exceeds the limit",
        "The card has expired",
        "The token has expired",
        "The field does not exist",
        "The name was already specified in the request",
        "The account was not found or is closed",
        "Returned if the account does not exist",
        "Unknown error",
        "Founding year is wrong",
        "The service is unavailable",
        "Not authorized-user",
    ],
)
def test_a_sentence_that_says_no_kind(sentence):
    """Where the status leaves it open, only certain words settle it."""
    assert inferred(sentence, "422") == (None, None)


def test_a_long_sentence_takes_no_long_time():
    """No pattern may run away."""
    assert inferred("name " * 2000 + " " * 2000 + "must be" + " valid" * 2000) == (None, None)


@pytest.mark.parametrize("word", ["when", "if", "unless"])
def test_a_rule_with_a_condition_tells_no_trigger(word: str) -> None:
    """A property that is required only sometimes is not missing whenever it is absent."""
    fields = [Field("body", "iban")]
    assert infer(f"Iban is required {word} the account is new", "400", fields) == (None, None)
