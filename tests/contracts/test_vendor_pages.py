"""The vendor's page and three of its neighbours, as one contract.

The neighbours are made up from public facts, in the form of the vendor's own page. What the pages
share word for word (the root up to `paths`) is taken from the vendor's document.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick import load_contract

VENDOR = Path(__file__).parents[2] / "openapi" / "dolfin-payment-account-link.yaml"
PAGES = Path(__file__).parent / "vendor"
ACCOUNT = "/organisations/{id}/payment-account"
FENCE = "````yaml /api-reference/openapi.json post /organisations/{id}/payment-account/link\n"


@pytest.fixture
def pages(tmp_path) -> Path:
    """A folder with the four pages."""
    text = VENDOR.read_text("utf-8")
    head = text[: text.index("\npaths:")]
    for page in PAGES.glob("*.md"):
        (tmp_path / page.name).write_text(page.read_text("utf-8").replace("HEAD", head), "utf-8")
    (tmp_path / "link.md").write_text(f"# Link\n\n{FENCE}{text}````\n", "utf-8")
    return tmp_path


OPERATIONS = {
    f"POST {ACCOUNT}/enable": ["200", "403", "404"],
    f"POST {ACCOUNT}/link": [
        "200",
        "400 PaymentAccountLink.MissingReturnUrl",
        "400 PaymentAccountLink.InvalidReturnUrl",
        "400 PaymentAccountLink.MissingRefreshUrl",
        "400 PaymentAccountLink.InvalidRefreshUrl",
        "403 Payment.Forbidden",
        "404 Organisation.NotFound",
        "409 PaymentAccount.NotEnabled",
        "409 PaymentAccount.Disconnected",
        "502 PaymentAccount.ProviderError",
    ],
    f"POST {ACCOUNT}/session": ["200", "409"],
    f"GET {ACCOUNT}/status": ["200", "404", "502"],
}


def test_four_pages_are_one_contract(pages):
    """A folder, or page by page; nothing is wrong with them."""
    names = ("enable", "link", "session", "status")
    for places in ([str(pages)], [str(pages / f"{name}.md") for name in names]):
        contract = load_contract(*places)
        found = {
            operation.name: [case.label for case in operation.cases]
            for operation in contract.operations
        }
        assert (found, list(contract.document.diagnostics)) == (OPERATIONS, [])


def test_equal_components_of_the_pages_are_one(pages):
    """The problem that each page has; what they say at their root is said once."""
    root = load_contract(str(pages)).document.root
    assert (sorted(root["components"]["schemas"]), root["security"], len(root["tags"])) == (
        [
            "CreatePaymentAccountLinkRequest",
            "PaymentAccount",
            "PaymentAccountLinkResponse",
            "PaymentAccountSession",
            "PaymentAccountStatus",
            "PaymentCapabilities",
            "ProblemDetails",
        ],
        [{}],
        33,
    )


def test_each_case_is_found_on_its_own_page(pages):
    """With the line in that page."""
    contract = load_contract(str(pages))
    for case in contract.cases:
        lines = Path(case.source.file).read_text("utf-8").splitlines()
        assert case.operation.endswith(f"/{Path(case.source.file).stem}")
        assert (case.code or f"'{case.status}':") in lines[(case.source.line or 0) - 1]


def test_the_page_that_stands_first_changes_nothing(pages):
    """But for the order."""
    names = ["status", "session", "link", "enable"]
    contract = load_contract(*(str(pages / f"{name}.md") for name in names))
    assert [operation.name.rpartition("/")[2] for operation in contract.operations] == names


def test_schemas_of_a_later_page(pages):
    """What the status operation answers."""
    document = load_contract(str(pages)).document
    validator = document.validators.at(("components", "schemas", "PaymentAccountStatus"))
    status = {
        "organisationId": "01890a5d-ac96-774b-bcce-b302099a8057",
        "provider": None,
        "status": "Active",
        "capabilities": {"chargesEnabled": True, "currentlyDue": []},
        "enabledAt": "2024-05-01T10:00:00Z",
    }
    assert [
        validator.is_valid({**status, **change})
        for change in ({}, {"status": "Asleep"}, {"capabilities": {"currentlyDue": None}})
    ] == [True, False, False]
