"""Magic values: a value of the path parameter for each error case."""

import pytest

from tallystick import load_contract
from tests.tallystick.conftest import document

RESPONSES = {
    "200": {"description": "OK"},
    "404": {"description": "Thing.Gone — it is gone"},
    "409": {"description": "Thing.Small — too small\n\nThing.Large — too large"},
}


def magic(contract):
    return {case.label: dict(case.magic) if case.magic else None for case in contract.cases}


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (
            {"type": "string", "format": "uuid"},
            [
                "ca5e0404-0001-4000-8000-000000000000",
                "ca5e0409-0001-4000-8000-000000000000",
                "ca5e0409-0002-4000-8000-000000000000",
            ],
        ),
        (
            {"type": "string"},
            [
                "ca5e0404-0001-4000-8000-000000000000",
                "ca5e0409-0001-4000-8000-000000000000",
                "ca5e0409-0002-4000-8000-000000000000",
            ],
        ),
        ({"type": "integer"}, ["404000001", "409000001", "409000002"]),
        ({"type": "integer", "format": "int32"}, ["404000001", "409000001", "409000002"]),
        ({"type": "number"}, ["404000001", "409000001", "409000002"]),
        ({"type": "string", "maxLength": 12}, ["case-404-1", "case-409-1", "case-409-2"]),
        ({"type": "string", "pattern": "^case-"}, ["case-404-1", "case-409-1", "case-409-2"]),
    ],
)
def test_values_fit_the_parameter(read, schema, values):
    """UUID, integer or text, as the schema wants."""
    gone, small, large = values
    assert magic(read(RESPONSES, parameter=schema)) == {
        "200": None,
        "404 Thing.Gone": {"path.id": gone},
        "409 Thing.Small": {"path.id": small},
        "409 Thing.Large": {"path.id": large},
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^org_[a-z]{8}$"},
        {"type": "string", "format": "date"},
        {"type": "string", "maxLength": 3},
        {"enum": ["a", "b"]},
        {"type": "integer", "maximum": 100},
        {"type": "boolean"},
    ],
)
def test_no_value_where_none_fits(read, schema):
    """A value that the schema forbids would be no value of the parameter."""
    assert set(magic(read(RESPONSES, parameter=schema)).values()) == {None}


def test_a_referenced_schema_decides(read):
    """The schema may stand in the components."""
    contract = read(
        {"404": {"description": "no"}},
        parameter={"$ref": "#/components/schemas/Id"},
        components={"schemas": {"Id": {"type": "integer"}}},
    )
    assert magic(contract) == {"404": {"path.id": "404000001"}}


def test_the_last_path_parameter_carries_the_value(write):
    """It names what the operation acts on."""
    value = document({"404": {"description": "no"}})
    item = value["paths"].pop("/things/{id}")
    item["post"]["parameters"].insert(
        0, {"name": "part", "in": "path", "required": True, "schema": {"type": "integer"}}
    )
    value["paths"]["/things/{id}/parts/{part}"] = item
    assert magic(load_contract(write("d.json", value))) == {"404": {"path.part": "404000001"}}


def test_an_operation_without_path_parameter_has_none(write):
    """There is nothing that could carry a value."""
    value = document({"404": {"description": "no"}})
    item = value["paths"].pop("/things/{id}")
    del item["post"]["parameters"]
    value["paths"]["/things"] = item
    assert magic(load_contract(write("d.json", value))) == {"404": None}


def test_a_new_status_moves_no_value(read):
    """Values that a user has noted down stay."""
    more = {"400": {"description": "Thing.Bad — bad"}, **RESPONSES}
    before, after = magic(read(RESPONSES)), magic(read(more))
    assert {label: after[label] for label in before} == before


def test_no_two_cases_share_a_value(read):
    """A range and `default` are sent with a status that another response may have."""
    responses = {name: {"description": "no"} for name in ("400", "4XX", "500", "5XX", "default")}
    values = [case.magic["path.id"] for case in read(responses).cases]
    assert len(set(values)) == 5


def test_the_vendors_values(vendor):
    """As the README lists them: nine error cases, and none for the success."""
    assert magic(load_contract(vendor)) == {
        "200": None,
        "400 PaymentAccountLink.MissingReturnUrl": {
            "path.id": "ca5e0400-0001-4000-8000-000000000000"
        },
        "400 PaymentAccountLink.InvalidReturnUrl": {
            "path.id": "ca5e0400-0002-4000-8000-000000000000"
        },
        "400 PaymentAccountLink.MissingRefreshUrl": {
            "path.id": "ca5e0400-0003-4000-8000-000000000000"
        },
        "400 PaymentAccountLink.InvalidRefreshUrl": {
            "path.id": "ca5e0400-0004-4000-8000-000000000000"
        },
        "403 Payment.Forbidden": {"path.id": "ca5e0403-0001-4000-8000-000000000000"},
        "404 Organisation.NotFound": {"path.id": "ca5e0404-0001-4000-8000-000000000000"},
        "409 PaymentAccount.NotEnabled": {"path.id": "ca5e0409-0001-4000-8000-000000000000"},
        "409 PaymentAccount.Disconnected": {"path.id": "ca5e0409-0002-4000-8000-000000000000"},
        "502 PaymentAccount.ProviderError": {"path.id": "ca5e0502-0001-4000-8000-000000000000"},
    }
