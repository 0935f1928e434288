"""The text of a drafted target file: valid whatever the document holds."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contract_tests.drafting.draft import Draft, variables_of
from contract_tests.drafting.survey import NeededCredential, Survey
from contract_tests.target.file import SCHEMA, check_target, read_target
from tallystick.contract import Contract, load_contract
from tallystick.errors import TallystickError
from tallystick.reader.operations import SecurityScheme
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.target.test_schema import is_valid

FOLDER = Path(__file__).parents[2] / "contracts" / "documents"
URL = "http://127.0.0.1:1"
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
WHOLE = """#:schema ./tallystick.schema.json
# Drafted by `tallystick init`: 3 operations, 6 documented cases.
# Run it: tallystick test --target staging.toml
# The document names as servers: https://api.example.test
base_url = "http://127.0.0.1:1"
document = "api.yaml"
# rate = "20/s"          # default: no limit on this machine, 10/s elsewhere
# only_safe = true       # GET and HEAD alone, as for production
# exclude = ["…"]        # tags, operationIds, paths, or methods and paths, with *

# Left out, since they may harm the server itself. If it may be harmed:
# include = ["*", "POST /shutdown"]
#   POST /shutdown: it shuts down

[credentials]
# The values come from variables of the environment.
bearerAuth = { token = "${STAGING}" }   # a token, of 1 operation
# "a key" = { key = "${A_KEY}" }   # in place of others: an API key, of 1 operation
# certificate: set client_certificate = … at the top (mutualTLS, of 1 operation)

# A user who may do less, for the 403s:
# [credentials.other]
# bearerAuth = { token = "${OTHER_STAGING}" }

# Values that only you know. Fill them in, and take the comment sign away:
# [parameters]
# "path.id" = "…"   # GET /things/{id} and 1 more

# Cases that no request brings about without your help. Each entry is one of:
# headers, parameters, before and after (calls), or why it is unreachable.
# Besides these, 1 server errors (5xx) may stay as they are.

# [cases."429"]   # GET /things/{id}: the document does not say what triggers it
# unreachable = "…"   # why it cannot be made to fail here; or before = [{ … }]
"""


def whole(folder: Path) -> Contract:
    """A document with something for each part of the file."""
    schemes = {
        "bearerAuth": {"type": "http", "scheme": "bearer"},
        "a key": {"type": "apiKey", "in": "query", "name": "key"},
        "certificate": {"type": "mutualTLS"},
    }
    statuses = ("200", "403", "429", "500")
    responses = {status: {"description": "s"} for status in statuses}
    security: list[dict[str, Any]] = [{"bearerAuth": []}, {"a key": []}, {"certificate": []}]
    read = {"parameters": [ID], "responses": responses, "security": security}
    paths = {
        "/things/{id}": {"get": read},
        "/things/{id}/parts": documented("get", parameters=[ID]),
        "/shutdown": documented("post"),
    }
    return contract_of(folder, paths, components={"securitySchemes": schemes})


def draft(contract: Contract, **members: Any) -> Draft:
    """A draft with an address and the name of a file."""
    given: dict[str, Any] = {"base_url": URL, "document": "api.yaml", "file": "staging.toml"}
    return Draft(Survey(contract), **{**given, **members})


def test_the_whole_file(tmp_path: Path) -> None:
    """Each part, word by word."""
    servers = (URL, "https://api.example.test")
    named = {"BEARER_AUTH_TOKEN": "STAGING"}
    made = draft(whole(tmp_path), servers=servers, variables=named)
    assert made.text() == WHOLE
    assert made.used_variables == ["STAGING"]


def test_what_is_in_comments_is_ready_to_use(tmp_path: Path) -> None:
    """Without its comment signs, each entry fits the schema."""
    lines = [line for line in WHOLE.splitlines() if "=" in line or line.startswith(("# [", "["))]
    entries = [line.removeprefix("# ") for line in lines if "client_certificate" not in line]
    assert is_valid("\n".join(entries))


def check(contract: Contract, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """See that the draft for a contract is a target file of it."""
    made = draft(contract)
    for name in made.used_variables:
        monkeypatch.setenv(name, "secret")
    path = str(folder / "target.toml")
    Path(path).write_text(made.text(), "utf-8")
    check_target(read_target(path), contract, path)
    assert is_valid(made.text())


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_each_document_gets_a_valid_file(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those with one hard thing each; what cannot be read has no draft."""
    try:
        contract = load_contract(str(path))
    except TallystickError:
        assert path.name in ("swagger-2.0.yaml", "folders", "differing-pages")
        return
    check(contract, tmp_path, monkeypatch)


def test_texts_of_the_document_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotes, line ends, control characters and signs of TOML in every name."""
    odd = 'a"\n[x]\r\t\x00\x7f\u2028\\ = ${HOME}'
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    parameter = {**ID, "name": odd}
    statuses = ("200", "403", "429", "500")
    responses = {status: {"description": odd} for status in statuses}
    item = {"parameters": [parameter], "responses": responses, "security": [{odd: []}]}
    paths = {f"/things/{{{odd}}}": {"get": {**item, "operationId": odd}}, "/shutdown": {}}
    paths["/shutdown"] = {"post": {**item, "operationId": odd, "parameters": []}}
    contract = contract_of(tmp_path, paths, components={"securitySchemes": {odd: scheme}})
    check(contract, tmp_path, monkeypatch)
    assert list(tomllib.loads(draft(contract).text())) == ["base_url", "document", "credentials"]


@pytest.mark.parametrize(
    ("name", "key", "variable"),
    [
        ("bearerAuth", "token", "BEARER_AUTH_TOKEN"),
        ("accessToken", "token", "ACCESS_TOKEN"),
        ("api_key", "key", "API_KEY"),
        ("X-Api-Key", "key", "X_API_KEY"),
        ("OAuth2", "client_id", "OAUTH2_CLIENT_ID"),
        ("2fa", "token", "_2FA_TOKEN"),
        ("Schlüssel", "key", "SCHL_SSEL_KEY"),
        ("鍵", "key", "API_KEY"),
    ],
)
def test_names_of_variables(name: str, key: str, variable: str) -> None:
    """What a shell can set, by the name of the scheme."""
    needed = NeededCredential(SecurityScheme(name, "http"), (key,), True, 1)
    assert variables_of(needed) == {key: variable}


def test_a_long_list_ends(tmp_path: Path) -> None:
    """Forty of a kind; the rest is counted."""
    paths = {f"/a{n}/{{id{n}}}": documented("get") for n in range(60)}
    text = draft(contract_of(tmp_path, paths)).text()
    assert text.count('# "path.id') == 40
    assert "# … and 20 more values: a run lists them" in text


def test_the_schema_has_the_name_that_the_first_line_says(tmp_path: Path) -> None:
    """Its title is that of target files."""
    assert json.loads(SCHEMA.read_text("utf-8"))["title"] == "Tallystick target file"
