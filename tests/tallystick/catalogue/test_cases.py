"""The catalogue of cases: the vendor's, and from each source of codes."""

from typing import Any

import pytest

from tallystick import Field, TallystickError, Trigger, load_contract

OPERATION = "POST /organisations/{id}/payment-account/link"
RESPONSES = "/paths/~1organisations~1{id}~1payment-account~1link/post/responses"
PROBLEM = "application/problem+json"
# status, code, text, media type, line in the vendor's document
VENDORS = [
    ("200", None, "OK", "application/json", 74),
    ("400", "PaymentAccountLink.MissingReturnUrl", "ReturnUrl is required", PROBLEM, 82),
    (
        "400",
        "PaymentAccountLink.InvalidReturnUrl",
        "ReturnUrl must be a valid absolute http(s) URL",
        PROBLEM,
        85,
    ),
    ("400", "PaymentAccountLink.MissingRefreshUrl", "RefreshUrl is required", PROBLEM, 89),
    (
        "400",
        "PaymentAccountLink.InvalidRefreshUrl",
        "RefreshUrl must be a valid absolute http(s) URL",
        PROBLEM,
        92,
    ),
    (
        "403",
        "Payment.Forbidden",
        "caller does not have permission to configure payments for this organisation",
        PROBLEM,
        100,
    ),
    (
        "404",
        "Organisation.NotFound",
        "the organisation does not exist or could not be resolved",
        PROBLEM,
        108,
    ),
    (
        "409",
        "PaymentAccount.NotEnabled",
        "organisation does not have a payment account; enable it first",
        PROBLEM,
        116,
    ),
    (
        "409",
        "PaymentAccount.Disconnected",
        "payment account is disconnected; reset the integration and re-run onboarding",
        PROBLEM,
        120,
    ),
    (
        "502",
        "PaymentAccount.ProviderError",
        "Stripe returned an error while creating the account link",
        PROBLEM,
        128,
    ),
]
URLS = {"kind": "absolute-url", "schemes": ["http", "https"]}


def catalogue(contract):
    return [(c.status, c.code, c.description, c.media_type, c.source.line) for c in contract.cases]


def said(contract):
    return [(case.label, case.description) for case in contract.cases]


def test_the_vendors_document_gives_exactly_these_cases(vendor):
    """Ten, with the document's own words, from prose alone: no overlay is needed."""
    assert catalogue(load_contract(vendor)) == VENDORS


def test_the_vendors_page_gives_the_same_cases(page):
    """The document as its site publishes it; lines count from the page's top."""
    assert catalogue(load_contract(page)) == [(*case[:4], case[4] + 5) for case in VENDORS]


def test_the_bundled_contract_gives_the_same_cases():
    """Its overlay adds none and takes none away."""
    assert catalogue(load_contract()) == VENDORS


@pytest.mark.parametrize(
    ("code", "trigger", "constraint"),
    [
        (None, None, None),
        (
            "PaymentAccountLink.MissingReturnUrl",
            Trigger("request", Field("body", "returnUrl"), "missing"),
            None,
        ),
        (
            "PaymentAccountLink.InvalidReturnUrl",
            Trigger("request", Field("body", "returnUrl"), "invalid"),
            URLS,
        ),
        (
            "PaymentAccountLink.MissingRefreshUrl",
            Trigger("request", Field("body", "refreshUrl"), "missing"),
            None,
        ),
        (
            "PaymentAccountLink.InvalidRefreshUrl",
            Trigger("request", Field("body", "refreshUrl"), "invalid"),
            URLS,
        ),
        ("Payment.Forbidden", Trigger("caller"), None),
        ("Organisation.NotFound", Trigger("resource"), None),
        ("PaymentAccount.NotEnabled", Trigger("state"), None),
        ("PaymentAccount.Disconnected", Trigger("state"), None),
        ("PaymentAccount.ProviderError", Trigger("upstream"), None),
    ],
)
def test_what_triggers_the_vendors_cases(vendor, code, trigger, constraint):
    """The four 400s by a fault in the request, the others by what their status says."""
    (case,) = [case for case in load_contract(vendor).cases if case.code == code]
    actual = case.constraint.to_json() if case.constraint else None
    assert (case.trigger, actual) == (trigger, constraint)


def test_a_case_keeps_where_it_came_from(vendor):
    """File and JSON pointer."""
    case = list(load_contract(vendor).cases)[8]
    assert (case.source.file, case.source.pointer) == (vendor, f"{RESPONSES}/409/description")


def test_the_operation_of_a_case(vendor):
    """Its method in capitals, and its path."""
    assert {case.operation for case in load_contract(vendor).cases} == {OPERATION}


def test_a_status_without_codes_is_one_case(read):
    """With the response's words."""
    contract = read({"200": {"description": "OK"}, "404": {"description": "No such\nthing"}})
    assert said(contract) == [("200", "OK"), ("404", "No such thing")]


@pytest.mark.parametrize("status", ["400", "422"])
def test_a_400_without_codes_is_any_fault_in_the_request(read, status):
    """It names no field, so any fault that no other case names."""
    (case,) = read({status: {"description": "Bad"}}).cases
    assert case.trigger == Trigger("request", None, "invalid")


@pytest.mark.parametrize(
    ("status", "http_status"),
    [("404", 404), ("4XX", 400), ("5XX", 500), ("default", 500), ("2XX", 200)],
)
def test_the_status_that_a_case_is_sent_with(read, status, http_status):
    """Of a range the first, for `default` 500."""
    (case,) = read({status: {"description": "x"}}).cases
    assert case.http_status == http_status


@pytest.mark.parametrize("status", ["4XX", "default", "5XX", "409"])
def test_each_error_status_may_have_codes(read, status):
    """In prose, examples and branches; a range is no exception."""
    response = content(
        examples={"gone": {"value": {"code": "Thing.Gone"}}},
        schema={"oneOf": [{"properties": {"code": {"const": "Thing.Lost"}}}]},
    )
    response["description"] = "Thing.Shut — it is shut"
    contract = read({status: response})
    assert [(case.status, case.code) for case in contract.cases] == [
        (status, "Thing.Gone"),
        (status, "Thing.Lost"),
        (status, "Thing.Shut"),
    ]


def test_a_range_of_successes_has_no_codes(read):
    """`2XX` is one case, whatever it holds; so is a redirection."""
    response = content(examples={"gone": {"value": {"code": "Thing.Gone"}}})
    response["description"] = "Thing.Shut — it is shut"
    assert said(read({"2XX": response, "302": response})) == [
        ("2XX", "Thing.Shut — it is shut"),
        ("302", "Thing.Shut — it is shut"),
    ]


def test_one_code_under_two_statuses_is_two_cases(read):
    """And under a range or `default` another."""
    line = {"description": "Thing.Gone — it is gone"}
    contract = read({"404": line, "410": line, "4XX": line, "default": line})
    assert [(case.label, case.http_status) for case in contract.cases] == [
        ("404 Thing.Gone", 404),
        ("410 Thing.Gone", 410),
        ("4XX Thing.Gone", 400),
        ("default Thing.Gone", 500),
    ]


@pytest.mark.parametrize(
    "description",
    [
        "One of:<br>Thing.Gone — it is gone<br>Thing.Lost — it is lost",
        "<ul><li><code>Thing.Gone</code> - it is gone</li><li>Thing.Lost: it is lost</li></ul>",
    ],
)
def test_codes_in_html(read, description):
    """As generators of documents write descriptions; each keeps its line."""
    contract = read({"409": {"description": description}})
    assert said(contract) == [("409 Thing.Gone", "it is gone"), ("409 Thing.Lost", "it is lost")]
    assert [case.source.line for case in contract.cases] == [1, 1]


def test_prose_of_a_success_holds_no_codes(read):
    """What explains a value in the same form is no error."""
    assert said(read({"200": {"description": "Thing.State — it is new"}})) == [
        ("200", "Thing.State — it is new")
    ]


def test_the_name_of_a_property_is_no_code(read):
    """A description may explain a property of the request."""
    contract = read({"400": {"description": "`returnUrl` — where to go"}}, {"returnUrl": {}})
    assert said(contract) == [("400", "`returnUrl` — where to go")]


def content(media_type="application/problem+json", **members):
    return {"description": "Wrong", "content": {media_type: members}}


@pytest.mark.parametrize(
    ("examples", "cases"),
    [
        ({"Thing.Gone": {"summary": "gone"}}, [("410 Thing.Gone", "gone")]),
        ({"THING_GONE": {"description": "gone"}}, [("410 THING_GONE", "gone")]),
        (
            {"gone": {"summary": "gone", "value": {"code": "Thing.Gone"}}},
            [("410 Thing.Gone", "gone")],
        ),
        (
            {"gone": {"value": {"errorCode": "THING_GONE", "detail": "gone"}}},
            [("410 THING_GONE", "gone")],
        ),
        (
            {"gone": {"value": {"title": "Thing.Gone", "detail": "gone", "status": 410}}},
            [("410 Thing.Gone", "gone")],
        ),
        (
            {"Name.Given": {"value": {"code": "Thing.Gone", "title": "Other.Title"}}},
            [("410 Thing.Gone", "")],
        ),
        (
            {"Thing.Gone": {"value": {"title": "Not found", "detail": "gone"}}},
            [("410", "Wrong")],
        ),
        ({"gone": {"value": {"code": "badName"}}}, [("410 badName", "")]),
        ({"gone": {"value": {"error": {"code": "gone"}}}}, [("410 gone", "")]),
        ({"gone": {"value": {"errors": [{"code": "bad-name"}]}}}, [("410 bad-name", "")]),
        ({"gone": {"value": {"name": "Ada", "error": "oops"}}}, [("410", "Wrong")]),
        (
            {"Thing.Gone": {"summary": "a"}, "Thing.Lost": {"summary": "b"}},
            [("410 Thing.Gone", "a"), ("410 Thing.Lost", "b")],
        ),
        ({"gone": {"value": {"title": "Not found"}}}, [("410", "Wrong")]),
        ({"gone": {"value": "text"}}, [("410", "Wrong")]),
    ],
)
def test_named_examples(read, examples, cases):
    """A code that the body holds; the name where there is no body."""
    assert said(read({"410": content(examples=examples)})) == cases


PINS = {
    "const": {"const": "Thing.Gone"},
    "enum": {"enum": ["Thing.Gone"]},
    "reference": {"$ref": "#/components/schemas/Code"},
}
CODE = {"schemas": {"Code": {"const": "Thing.Gone"}}}


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS)
@pytest.mark.parametrize("member", ["code", "issue", "errorCode", "name", "type"])
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_branches_of_the_error_schema(read, keyword, member, pin):
    """A branch that pins a code by `const` or by an `enum` of one value."""
    branch = {"description": "gone", "properties": {member: pin}}
    other = {"title": "lost", "properties": {member: {"const": "Thing.Lost"}}}
    contract = read({"410": content(schema={keyword: [branch, other]})}, components=CODE)
    assert said(contract) == [("410 Thing.Gone", "gone"), ("410 Thing.Lost", "lost")]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: s,
        lambda s: {"properties": {"details": {"type": "array", "items": s}}},
        lambda s: {"properties": {"error": s}},
        lambda s: {"allOf": [{"type": "object"}, s]},
        lambda s: {"properties": {"details": {"type": "array", "items": {"allOf": [s]}}}},
    ],
    ids=["plain", "details", "member", "allOf", "details allOf"],
)
def test_branches_may_be_inside(read, wrap):
    """As large payment APIs publish them, sometimes inside an array of details."""
    branches = {"oneOf": [{"properties": {"issue": {"enum": [code]}}} for code in ("A_B", "C_D")]}
    contract = read({"422": content(schema=wrap(branches))})
    assert [case.code for case in contract.cases] == ["A_B", "C_D"]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"code": {"enum": ["A_B", "C_D"]}}},
        {"oneOf": [{"properties": {"code": {"enum": ["A_B", "C_D"]}}}]},
        {"oneOf": [{"properties": {"colour": {"const": "A_B"}}}]},
        {"oneOf": [{"properties": {"code": {"const": 7}}}]},
        {"properties": {"type": {"const": "about"}}},
    ],
)
def test_what_pins_no_code(read, schema):
    """Several values, another member, a number, or no branch at all."""
    assert said(read({"400": content(schema=schema)})) == [("400", "Wrong")]


def test_branches_of_a_recursive_schema_end(read):
    """A schema may refer to itself."""
    node = {
        "oneOf": [{"properties": {"code": {"const": "A_B"}}}, {"$ref": "#/components/schemas/N"}]
    }
    contract = read(
        {"400": content(schema={"$ref": "#/components/schemas/N"})},
        components={"schemas": {"N": node}},
    )
    assert [case.code for case in contract.cases] == ["A_B"]


@pytest.mark.parametrize("subject", ["City", "address.city"])
def test_a_property_of_a_nested_object(read, subject):
    """Prose names it by its last name, or by the way to it."""
    city = {"allOf": [{"properties": {"city": {"type": "string"}}}]}
    contract = read(
        {"400": {"description": f"Thing.Bad — {subject} is required"}}, {"address": city}
    )
    (case,) = contract.cases
    assert case.trigger == Trigger("request", Field("body", "address.city"), "missing")


CITY = {"properties": {"city": {"type": "string"}}}
A = {"$ref": "#/components/schemas/A"}


@pytest.mark.parametrize(
    "properties",
    [
        {"address": CITY, "places": {"type": "array", "items": CITY}},
        {"address": CITY, "places": {"additionalProperties": CITY}},
        {"address": CITY, "home": {"properties": {"place": {"allOf": [CITY]}}}},
        {"address": A, "places": {"items": A}},
        {"address": {"properties": {"city": {"type": "string", "readOnly": True}}}},
    ],
    ids=["array", "map", "object", "reference", "readOnly"],
)  # fmt: skip
def test_a_nested_property_that_is_not_certain(read, properties):
    """Another of this name is in an array or elsewhere, or requests do not send it."""
    contract = read(
        {"400": {"description": "Thing.Bad — City is required"}},
        properties,
        components={"schemas": {"A": CITY}},
    )
    (case,) = contract.cases
    assert (case.trigger, case.constraint) == (None, None)


def test_a_property_at_the_top_beats_nested_ones(read):
    """Prose that means a nested one says so."""
    contract = read(
        {"400": {"description": "Thing.Bad — City is required"}}, {"city": {}, "place": CITY}
    )
    (case,) = contract.cases
    assert case.trigger == Trigger("request", Field("body", "city"), "missing")


@pytest.mark.parametrize(
    ("schema", "is_kept"),
    [
        ({"type": "number"}, True),
        ({"type": "integer"}, True),
        ({"type": ["integer", "null"]}, True),
        ({}, True),
        ({"$ref": "#/components/schemas/Amount"}, False),
        ({"type": "string"}, False),
        ({"type": "object"}, False),
    ],
)
def test_a_constraint_is_about_values_that_the_schema_takes(read, schema, is_kept):
    """Amounts are strings to many APIs: of those, a rule on numbers says nothing certain."""
    contract = read(
        {"400": {"description": "Thing.Bad — amount must be greater than zero"}},
        {"amount": schema},
        components={"schemas": {"Amount": {"type": "string"}}},
    )
    (case,) = contract.cases
    assert case.trigger == Trigger("request", Field("body", "amount"), "invalid")
    assert (case.constraint is not None) is is_kept


def test_a_constraint_of_a_parameter(read):
    """Its schema is looked at, too."""
    contract = read({"400": {"description": "Thing.Bad — id must be at least 5"}})
    (case,) = contract.cases
    assert (case.trigger, case.constraint) == (
        Trigger("request", Field("path", "id"), "invalid"),
        None,
    )


def test_a_400_whose_words_say_something_else(read):
    """Some send it for what is no fault in the request."""
    (case,) = read({"400": {"description": "The thing already exists"}}).cases
    assert case.trigger == Trigger("state")


def test_a_recursive_body_has_no_end_of_properties(read):
    """They are looked at until nobody would name them."""
    names = [f"p{number}" for number in range(30)]
    node = {"properties": {name: {"$ref": "#/components/schemas/N"} for name in names}}
    contract = read(
        {"400": {"description": "Thing.Bad — p29 is required"}},
        {"root": {"$ref": "#/components/schemas/N"}, "p29": {}},
        components={"schemas": {"N": node}},
    )
    (case,) = contract.cases
    assert case.trigger == Trigger("request", Field("body", "p29"), "missing")


def sources(*, extension=False, examples=False, branches=False, prose=False):
    """A 409 that says `Thing.Gone` in some of the four places, in each in other words."""
    response: dict[str, Any] = {"description": "Thing.Gone — by prose" if prose else "Wrong"}
    media_type: dict[str, Any] = {}
    if examples:
        media_type["examples"] = {"Thing.Gone": {"summary": "by example"}}
    if branches:
        branch = {"description": "by schema", "properties": {"code": {"const": "Thing.Gone"}}}
        media_type["schema"] = {"oneOf": [branch]}
    if media_type:
        response["content"] = {"application/json": media_type}
    if extension:
        response["x-tallystick-cases"] = {"Thing.Gone": {"description": "by extension"}}
    return {"409": response}


@pytest.mark.parametrize(
    ("given", "description"),
    [
        ({"extension", "examples", "branches", "prose"}, "by extension"),
        ({"examples", "branches", "prose"}, "by example"),
        ({"branches", "prose"}, "by schema"),
        ({"prose"}, "by prose"),
        ({"extension", "prose"}, "by extension"),
        ({"examples", "prose"}, "by example"),
    ],
)
def test_the_order_of_trust(read, given, description):
    """One case of one code; the more trusted source's words hold."""
    contract = read(sources(**dict.fromkeys(given, True)))
    assert said(contract) == [("409 Thing.Gone", description)]


def test_each_source_adds_its_codes(read):
    """What only one source has is a case, too."""
    response = content(
        examples={"Thing.B": {"summary": "b"}},
        schema={"oneOf": [{"title": "c", "properties": {"code": {"const": "Thing.C"}}}]},
    )
    response |= {
        "description": "Thing.Dd — d",
        "x-tallystick-cases": {"Thing.A": {"description": "a"}},
    }
    assert said(read({"409": response})) == [
        ("409 Thing.A", "a"),
        ("409 Thing.B", "b"),
        ("409 Thing.C", "c"),
        ("409 Thing.Dd", "d"),
    ]


def test_words_that_a_source_lacks_are_the_next_ones(read):
    """An example without summary takes the sentence of the prose, and its trigger."""
    response = content(examples={"Thing.Gone": {"value": {}}})
    response["description"] = "Thing.Gone — name is required"
    (case,) = read({"400": response}, {"name": {}}).cases
    assert (case.description, case.trigger) == (
        "name is required",
        Trigger("request", Field("body", "name"), "missing"),
    )


def declared(**case):
    return {
        "409": {
            "description": "Thing.Bad — name must be a valid URL",
            "x-tallystick-cases": {"Thing.Bad": case},
        }
    }


NAMES: dict[str, Any] = {"name": {}, "other": {}}


@pytest.mark.parametrize(
    ("case", "description", "trigger", "constraint"),
    [
        (
            {},
            "name must be a valid URL",
            Trigger("request", Field("body", "name"), "invalid"),
            {"kind": "absolute-url", "schemes": []},
        ),
        ({"description": "no longer there"}, "no longer there", Trigger("state"), None),
        (
            {"trigger": {"kind": "upstream"}},
            "name must be a valid URL",
            Trigger("upstream"),
            None,
        ),
        (
            {"trigger": {"kind": "request", "in": "body", "name": "other", "fault": "missing"}},
            "name must be a valid URL",
            Trigger("request", Field("body", "other"), "missing"),
            None,
        ),
        (
            {"constraint": {"kind": "email"}},
            "name must be a valid URL",
            Trigger("request", Field("body", "name"), "invalid"),
            {"kind": "email"},
        ),
    ],
    ids=["nothing", "description", "kind", "field", "constraint"],
)
def test_the_extension_corrects(read, case, description, trigger, constraint):
    """What `x-tallystick-cases` says replaces what the prose gave, member by member."""
    (actual,) = read(declared(**case), NAMES).cases
    said_of_it = actual.constraint.to_json() if actual.constraint else None
    assert (actual.description, actual.trigger, said_of_it) == (description, trigger, constraint)


def test_the_extension_adds_a_case_to_a_success(read):
    """Another source cannot: only an overlay knows better."""
    response = {"description": "OK", "x-tallystick-cases": {"Thing.New": {"description": "new"}}}
    assert said(read({"201": response})) == [("201 Thing.New", "new")]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ({"text": "x"}, "does not know 'text'; it knows constraint, description, trigger."),
        ({"description": 7}, "needs a text."),
        ({"trigger": "state"}, "must be a map with a 'kind'."),
        ({"trigger": {}}, "needs a 'kind' of request, caller, resource, state, upstream."),
        (
            {"trigger": {"kind": "weather"}},
            "needs a 'kind' of request, caller, resource, state, upstream.",
        ),
        (
            {"trigger": {"kind": "state", "where": "x"}},
            "does not know 'where'; it knows fault, in, kind, name.",
        ),
        (
            {"trigger": {"kind": "request", "in": "body", "name": "nobody", "fault": "missing"}},
            "must name one of: path id, body name, body other.",
        ),
        (
            {"trigger": {"kind": "request", "in": "body", "name": "name", "fault": "odd"}},
            "needs a 'fault' of missing, invalid.",
        ),
    ],
)
def test_a_mistake_in_the_extension(read, tmp_path, case, message):
    """Told with its place, not ignored."""
    with pytest.raises(TallystickError) as caught:
        read(declared(**case), NAMES)
    place = (
        f"{tmp_path / 'document.json'}:1 at "
        "#/paths/~1things~1{id}/post/responses/409/x-tallystick-cases"
    )
    message = f"x-tallystick-cases {message}"
    assert (str(caught.value).startswith(place), str(caught.value).endswith(message)) == (
        True,
        True,
    )


@pytest.mark.parametrize("value", [[], "x", None, {"Thing.Bad": "text"}, {"Thing.Bad": [1]}])
def test_an_extension_of_the_wrong_shape(read, value):
    """A map of codes, each a map."""
    with pytest.raises(TallystickError, match="x-tallystick-cases must be a map"):
        read({"409": {"description": "x", "x-tallystick-cases": value}})


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ({"x-tallystick-problem": {"style": "loud"}}, "needs a 'style' of title, type, extension"),
        ({"x-tallystick-problem": {"look": 1}}, "does not know 'look'; it knows members, style."),
        ({"x-tallystick-problem": {"members": 1}}, "needs a map as 'members'."),
        ({"x-tallystick-problem": "title"}, "must be a map."),
    ],
)
def test_a_mistake_in_the_problem_style(read, root, message):
    """The root's extension is checked, too."""
    with pytest.raises(TallystickError) as caught:
        read({"200": {"description": "OK"}}, **root)
    assert f"x-tallystick-problem {message}" in str(caught.value)


def test_the_bundled_problem_style():
    """The code in `title`, the vendor's `type` in every problem."""
    problem = load_contract().problem
    assert (problem.style, dict(problem.members)) == (
        "title",
        {"type": "https://tools.ietf.org/html/rfc7807"},
    )


def test_the_bundled_behaviour():
    """The overlay names the behaviour of the vendor's operation."""
    assert [o.behaviour for o in load_contract().operations] == ["payment-account-link"]


@pytest.mark.parametrize(
    ("types", "chosen"),
    [
        (["application/problem+json"], "application/problem+json"),
        (["text/html", "application/json"], "application/json"),
        (["text/html"], "text/html"),
        ([], None),
    ],
)
def test_the_media_type_of_a_case(read, types, chosen):
    """JSON where the response documents it, else the first."""
    response = {"description": "x", "content": {name: {} for name in types}}
    (case,) = read({"404": response}).cases
    assert case.media_type == chosen


def test_the_promises_of_an_operation(vendor):
    """The bundled overlay's, each with the sentence that makes it."""
    (operation,) = load_contract().operations
    quotes = {promise.name: promise.quote for promise in operation.promises}
    assert quotes["fresh"] == "The returned link is single-use and expires"
    assert all("quote" not in promise.parameters for promise in operation.promises)
