"""Credentials, certificates and the proxy in target files, and what is said of wrong ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contract_tests.target.credentials import Credential
from contract_tests.target.file import _KEYS as KNOWN
from contract_tests.target.file import check_target, read_target
from contract_tests.target.target import Target, TargetError
from tallystick.contract import Contract, load_contract
from tests.contract_tests.targets import write

URL = 'base_url = "http://127.0.0.1"\n'
GUARDED = """
openapi: 3.1.1
info: {title: Guarded, version: '1'}
security: [{bearer: []}]
paths:
  /a: {get: {operationId: readA, tags: [letters], responses: {'200': {description: OK}}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
    digest: {type: http, scheme: digest}
    key: {type: apiKey, in: header, name: X-Key}
    other: {type: apiKey, in: query, name: key}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
    code: {type: oauth2, flows: {implicit: {authorizationUrl: /ask, scopes: {}}}}
    connect: {type: openIdConnect, openIdConnectUrl: /.well-known}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    place = tmp_path / "document.yaml"
    place.write_text(GUARDED, encoding="utf-8")
    return load_contract(str(place))


def read(folder: Path, contract: Contract, text: str) -> Target:
    """Read and check a target file."""
    path = str(write(folder, URL + text))
    target = read_target(path)
    check_target(target, contract, path)
    return target


def test_credentials_are_read(
    tmp_path: Path, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind by the name of its scheme, of the own and of other identities."""
    monkeypatch.setenv("TALLY_TOKEN", "abc.def")
    text = """
[credentials]
bearer = { token = "${TALLY_TOKEN}" }
basic = { username = "anna", password = "päss:word" }
key = { key = "k" }
connect = { token = "t" }
code = { token = "u" }

[credentials.oauth]
client_id = "me"
client_secret = "s"
token_url = "http://127.0.0.1:1/token"
scopes = ["read", "write"]

[credentials.other]
bearer = { token = "another" }

[credentials.wrong]
basic = { username = "nobody", password = "no" }
"""
    target = read(tmp_path, contract, text)
    assert target.credentials == {
        "bearer": Credential(token="abc.def"),
        "basic": Credential(username="anna", password="päss:word"),
        "key": Credential(key="k"),
        "connect": Credential(token="t"),
        "code": Credential(token="u"),
        "oauth": Credential(
            client_id="me",
            client_secret="s",
            token_url="http://127.0.0.1:1/token",
            scopes=("read", "write"),
        ),
    }
    assert target.other == {"bearer": Credential(token="another")}
    assert target.wrong == {"basic": Credential(username="nobody", password="no")}
    assert target.variables == {"TALLY_TOKEN": "abc.def"}


def test_the_documents_token_url_is_enough(tmp_path: Path, contract: Contract) -> None:
    """Where its scheme has the flow of client credentials."""
    text = '[credentials]\noauth = { client_id = "me", client_secret = "s" }'
    assert read(tmp_path, contract, text).credentials == {
        "oauth": Credential(client_id="me", client_secret="s")
    }


def test_a_scheme_may_be_called_other(tmp_path: Path, contract: Contract) -> None:
    """A table that is a credential belongs to the scheme of that name."""
    target = read(tmp_path, contract, '[credentials]\nother = { key = "k" }')
    assert (target.credentials, target.other) == ({"other": Credential(key="k")}, {})


def test_no_secret_is_in_a_representation() -> None:
    """Credentials show nothing of themselves in an error."""
    given = Credential(token="s3cret", password="s3cret", key="s3cret", client_secret="s3cret")
    assert "s3cret" not in repr(given)


CREDENTIALS = {
    'bearer = "abc"': ":3: The credential 'bearer' must be a table.",
    'bearer = { tokn = "abc" }': (":3: A credential has no key 'tokn'. Did you mean 'token'?"),
    'bearer = { token = "" }': ":3: 'token' of 'bearer' needs a plain text.",
    "bearer = { token = 5 }": ":3: 'token' of 'bearer' needs a plain text.",
    'bearer = { token = "a\\nb" }': ":3: 'token' of 'bearer' needs a plain text.",
    'bearer = { token = "ä" }': ":3: 'token' of 'bearer' cannot be sent as it is.",
    'basic = { username = "a:b", password = "c" }': "'username' of 'basic' cannot be sent",
    'basic = { username = "a" }': (
        ":3: The security scheme 'basic' (basic) needs password, username."
    ),
    'bearer = { token = "a", key = "b" }': "The security scheme 'bearer' (http) needs token.",
    'bearer = { token = "a", scopes = ["b"] }': "The security scheme 'bearer' (http) needs token.",
    'bearr = { token = "a" }': (
        ":3: The document has no security scheme 'bearr'. Did you mean 'bearer'?"
    ),
    'bearer = { key = "a" }': ":3: The security scheme 'bearer' (http) needs token.",
    'key = { token = "a" }': ":3: The security scheme 'key' (apiKey) needs key.",
    'basic = { token = "a" }': "The security scheme 'basic' (basic) needs password, username.",
    'digest = { token = "a" }': (
        ":3: The security scheme 'digest' is digest, for which nothing can be sent."
    ),
    'oauth = { key = "a" }': "(oauth2) needs token or client_id, client_secret.",
    'code = { client_id = "a", client_secret = "b" }': (
        ":3: The security scheme 'code' has no token URL for client credentials."
    ),
    'othr = { bearer = { token = "a" } }': ":3: A credential has no key 'bearer'.",
    'other = { bearr = { token = "a" } }': "no security scheme 'bearr'. Did you mean 'bearer'?",
    'wrong = { key = { token = "a" } }': "The security scheme 'key' (apiKey) needs key.",
    'oauth = { client_id = "a", client_secret = "b", scopes = [1] }': "must be a list of texts",
}


@pytest.mark.parametrize("text", CREDENTIALS)
def test_wrong_credentials_are_refused(tmp_path: Path, contract: Contract, text: str) -> None:
    """The error says what is wrong, where, and what was probably meant."""
    with pytest.raises(TargetError) as error:
        read(tmp_path, contract, f"[credentials]\n{text}")
    assert CREDENTIALS[text] in str(error.value)


KEYS = {
    'ca_file = "no.pem"': ":2: 'ca_file' cannot be used: ",
    'ca_file = "document.yaml"': "document.yaml: it is no PEM file that can be used.",
    'client_certificate = "no.pem"': "no.pem: there is no such file.",
    'client_certificate = ["a", "b", "c"]': "must be a file, or a list of certificate and key.",
    'proxy = "socks5://127.0.0.1"': ":2: 'proxy' must be an http(s) URL.",
    'allow_hosts = "a"': ":2: 'allow_hosts' is of the wrong type.",
    "include = [1]": ":2: 'include' must be a list of texts.",
    'only_safe = "yes"': ":2: 'only_safe' must be true or false.",
    "destructive = 1": ":2: 'destructive' must be true or false.",
    "largest_body = -1": ":2: 'largest_body' must be a number of bytes.",
    "largest_body = true": ":2: 'largest_body' is of the wrong type.",
    '[[operations]]\nmatch = "GET /a"\nrepeatable = 1': ":4: 'repeatable' must be true or false.",
}


@pytest.mark.parametrize("text", KEYS)
def test_wrong_keys_are_refused(tmp_path: Path, contract: Contract, text: str) -> None:
    """So are files that are no certificates, before anything is sent."""
    with pytest.raises(TargetError) as error:
        read(tmp_path, contract, text)
    assert KEYS[text] in str(error.value)


def test_the_other_keys_are_read(tmp_path: Path, contract: Contract) -> None:
    """What is sent, and what a run may do."""
    text = """
include = ["letters", "GET /a*"]
exclude = ["readA"]
only_safe = true
destructive = true
largest_body = 5_000
allow_hosts = ["Hooks.Example.test"]
proxy = "http://anna:pass@127.0.0.1:3128"

[[operations]]
match = "GET /a"
repeatable = true
"""
    target = read(tmp_path, contract, text)
    assert (target.include, target.exclude) == (("letters", "GET /a*"), ("readA",))
    assert (target.only_safe, target.destructive, target.largest_body) == (True, True, 5000)
    assert target.allow_hosts == ("hooks.example.test",)
    assert target.proxy == "http://anna:pass@127.0.0.1:3128"
    assert target.is_repeatable(contract.operations[0])


PAGE = (Path(__file__).parents[3] / "docs" / "target-file.md").read_text(encoding="utf-8")


def test_the_page_has_every_key() -> None:
    """In the table of its section."""
    section = PAGE.partition("## Keys")[2].partition("\n## ")[0]
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == KNOWN


def test_the_examples_of_the_page_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They say what the page says they do."""
    for name in ("TOKEN", "GUEST_TOKEN", "API_KEY", "PASSWORD", "CLIENT_SECRET"):
        monkeypatch.setenv(name, f"the-{name}")
    first, for_editors, second = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    target = read_target(str(write(tmp_path, first)))
    assert target.credentials == {"bearerAuth": Credential(token="the-TOKEN")}
    assert target.other == {"bearerAuth": Credential(token="the-GUEST_TOKEN")}
    assert [(each.match, each.is_repeatable) for each in target.operations] == [
        ("POST /orders/{id}/payments", True)
    ]
    assert read_target(str(write(tmp_path, for_editors))).base_url == target.base_url.removesuffix(
        "/api"
    )
    target = read_target(str(write(tmp_path, second)))
    assert sorted(target.credentials) == ["api_key", "login", "service"]
    assert target.wrong == {"login": Credential(username="nobody", password="expired")}


CALL = '\n[cases.200]\nbefore = [{{ method = "POST", url = "http://{}/x" }}]'


@pytest.mark.parametrize("host", ["127.0.0.1:9", "192.0.2.7", "[::1]:8080"])
def test_where_set_up_calls_may_go(tmp_path: Path, contract: Contract, host: str) -> None:
    """To this machine, and to hosts that the file names."""
    text = 'allow_hosts = ["192.0.2.7"]' + CALL.format(host)
    assert read(tmp_path, contract, text).cases["200"].before[0].url == f"http://{host}/x"


def test_a_set_up_call_to_a_host_that_nobody_named(tmp_path: Path, contract: Contract) -> None:
    """The error says how to allow it."""
    with pytest.raises(TargetError) as error:
        read(tmp_path, contract, CALL.format("192.0.2.8:81"))
    assert ":4: A call goes to '192.0.2.8', which is not the host of" in str(error.value)
    assert 'allow_hosts = ["192.0.2.8"]' in str(error.value)
