"""The exports, each as its real consumer takes it: Prism, tsc and msw, httpyac, newman."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from mock_server.serve import serving as serving_mock
from tallystick.contract import Contract, load_contract
from tallystick.exports import EXPORTS
from tallystick.generation.bodies import names
from tests import PATIENCE
from tests.end_to_end.peers import Missing, free_port, installed, prism, served, tool
from tests.end_to_end.test_readme import ROOT, blocks
from tests.independent.app import (
    ACTIVE_ID,
    DISCONNECTED_ID,
    FORBIDDEN_ID,
    NOT_ENABLED_ID,
    PROVIDER_ERROR_ID,
    UNKNOWN_ID,
    PaymentAccountLinks,
)
from tests.independent.serve import serving
from tests.mutants import MUTANTS

HTTPYAC = "httpyac@6.16.7"
MSW = "msw@2.15.0"
LOCUST = "locust==2.47.0"
NEWMAN = "newman@6.2.2"
TYPESCRIPT = "typescript@5.9.3"
URL = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
CASES = (
    ("200", 200, "application/json"),
    ("PaymentAccountLink.MissingReturnUrl", 400, "application/problem+json"),
    ("PaymentAccountLink.InvalidReturnUrl", 400, "application/problem+json"),
    ("PaymentAccountLink.MissingRefreshUrl", 400, "application/problem+json"),
    ("PaymentAccountLink.InvalidRefreshUrl", 400, "application/problem+json"),
    ("Payment.Forbidden", 403, "application/problem+json"),
    ("Organisation.NotFound", 404, "application/problem+json"),
    ("PaymentAccount.NotEnabled", 409, "application/problem+json"),
    ("PaymentAccount.Disconnected", 409, "application/problem+json"),
    ("PaymentAccount.ProviderError", 502, "application/problem+json"),
)
"""The cases by hand: name, status, media type."""
CASE_HEADER = [(b"tallystick-case", b"any")]
LABELS = [name if name == "200" else f"{status} {name}" for name, status, _ in CASES]
BODY = {"returnUrl": "https://app.example.com/r", "refreshUrl": "https://app.example.com/f"}

EVIL = (
    "'\"`${process.exit(7)} {{process.exit(8)}} */ --> </script> \\ \n### X\n@import x\u2028\u0085é"
)
EVIL_CODE = "Evil.'\"`${process.exit(7)}{{process.exit(8)}}*/###\\"
HOSTILE: Mapping[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": EVIL, "version": "1"},
    "paths": {
        "/it's-`$`\"/*/:b/\u2028{class}": {
            "get": {
                "operationId": EVIL,
                "description": EVIL,
                "parameters": [
                    {"name": "class", "in": "path", "required": True, "schema": {"type": "string"}},
                    {
                        "name": "q {{",
                        "in": "query",
                        "required": True,
                        "schema": {},
                        "example": EVIL,
                    },
                    {"name": "X-H", "in": "header", "required": True, "schema": {"example": EVIL}},
                ],
                "responses": {
                    "200": {
                        "description": EVIL,
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Response"},
                                "example": {EVIL: EVIL, "__proto__": EVIL},
                            }
                        },
                    },
                    "204": {"description": "Nothing"},
                    "400": {
                        "description": "x",
                        "x-tallystick-cases": {
                            EVIL_CODE: {"description": EVIL},
                            "__proto__": {"description": EVIL},
                        },
                        "content": {"application/json": {}, "text/plain": {}},
                    },
                    "4XX": {"description": "Any", "content": {"*/*": {}}},
                    "default": {"description": EVIL, "content": {"text/plain": {}}},
                },
            },
        },
        "/things": {
            "trace": {"responses": {"200": {"description": "OK"}}},
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["note", EVIL],
                                "properties": {
                                    "note": {"type": "string", "enum": [EVIL]},
                                    EVIL: {"type": "integer", "nullable": True},
                                },
                            }
                        }
                    }
                },
                "responses": {"201": {"description": "Created"}},
            },
        },
    },
    "components": {
        "schemas": {
            "Response": {
                "type": "object",
                "properties": {
                    EVIL: {"type": "string"},
                    "next": {
                        "allOf": [{"$ref": "#/components/schemas/Response"}],
                        "nullable": True,
                    },
                    "loop": {"$ref": "#/components/schemas/Loop"},
                    "list": {"type": "array", "items": {"oneOf": [{"type": "string"}, {}]}},
                },
            },
            "Loop": {"oneOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "string"}]},
        }
    },
}


def package(name: str) -> Path:
    """The folder of an npm package; without npm the test is skipped."""
    try:
        return installed(name)
    except Missing as reason:
        pytest.skip(f"{name}: {reason}")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program and what it said."""
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE)


@cache
def exported(name: str, *document: str) -> str:
    """An export of a document, by default the bundled contract."""
    return EXPORTS[name](load_contract(*document))


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The bundled contract."""
    return load_contract()


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A document whose texts try to break out."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.json"
    path.write_text(json.dumps(HOSTILE), "utf-8")
    return str(path)


LAMPS = """
openapi: 3.1.0
info: {title: Lamps, version: '1'}
paths:
  /lamps:
    get:
      responses:
        '200': {description: OK, content: {application/json: {
          examples: {cat: {value: {name: cat}}, dog: {value: {name: dog}}}}}}
        '404': {description: Gone, content: {application/json: {
          examples: {'200': {value: {name: none}}}}}}
  /bulbs:
    get:
      responses:
        '200': {description: OK, content: {application/json: {schema: {
          type: object, required: [colour, watts, sizes], properties: {
          colour: {type: string}, watts: {type: integer, minimum: 3, maximum: 90000},
          sizes: {type: array, minItems: 1, items: {type: string, format: uuid}}}}}}}
"""


@pytest.fixture(scope="module")
def lamps_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A document with named examples, and with none."""
    path = tmp_path_factory.mktemp("lamps") / "lamps.yaml"
    path.write_text(LAMPS, "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The mock of the bundled contract."""
    with serving_mock(load_contract()) as url:
        yield url


@pytest.fixture(scope="module")
def hostile_mock(hostile_file: str) -> Iterator[str]:
    """The mock of the hostile document."""
    with serving_mock(load_contract(hostile_file)) as url:
        yield url


# --- overlay, document


@pytest.fixture(scope="module")
def prism_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prism, which serves the exported document."""
    document = tmp_path_factory.mktemp("prism") / "document.yaml"
    document.write_text(exported("document"), "utf-8")
    try:
        port = free_port()
        with served(prism(port, document), port) as url:
            yield url
    except Missing as reason:
        pytest.skip(f"Prism: {reason}")


@pytest.mark.parametrize(("name", "status", "media_type"), CASES)
def test_prism_serves_each_case(prism_url: str, name: str, status: int, media_type: str) -> None:
    """By `Prefer: example=…`, in Prism's form, which wants the status, too."""
    headers = {"Prefer": f"code={status}, example={name}"}
    answer = httpx.post(prism_url + URL, json=BODY, headers=headers, timeout=30, trust_env=False)
    sent = answer.headers["content-type"].partition(";")[0]
    assert (answer.status_code, sent) == (status, media_type)
    if status == 200:
        made = answer.json()
        assert set(made) == {"url", "expiresAt"}
        assert made["url"].startswith("https://")
        assert datetime.fromisoformat(made["expiresAt"]).tzinfo is not None
    else:
        assert (answer.json()["title"], answer.json()["status"]) == (name, status)


def test_the_overlay_gives_the_document(tmp_path: Path) -> None:
    """Applied to the vendor's document by the command line, it adds the examples, and no case."""
    overlay = tmp_path / "examples.overlay.yaml"
    overlay.write_text(exported("overlay"), "utf-8")
    before, after = load_contract(), load_contract(overlays=[str(overlay)])
    assert list(after.document.diagnostics) == []
    assert [case.label for case in after.cases] == [case.label for case in before.cases] == LABELS
    assert after.document.root == yaml.safe_load(exported("document"))


# --- msw

USER = """
import { setupServer } from "msw/node";
import * as dolfin from "./dolfin.js";
import * as hostile from "./hostile.js";
import * as lamps from "./lamps.js";

const link = dolfin.postOrganisationsPaymentAccountLink;
type Code = dolfin.PostOrganisationsPaymentAccountLinkErrorCode;
const request: dolfin.PostOrganisationsPaymentAccountLinkRequest =
  { returnUrl: "https://a.example.com/", refreshUrl: "https://a.example.com/" };
const url = "https://api.example.com/organisations/1/payment-account/link";

// @ts-expect-error no such code
link("PaymentAccount.Unheard");
// @ts-expect-error the 200 has a url
link("200", { body: { expiresAt: "2030-01-01T00:00:00Z" } });

function words(code: Code): string {
  switch (code) {
    case "PaymentAccountLink.MissingReturnUrl":
    case "PaymentAccountLink.InvalidReturnUrl":
    case "PaymentAccountLink.MissingRefreshUrl":
    case "PaymentAccountLink.InvalidRefreshUrl":
      return "a bug of ours";
    case "Payment.Forbidden":
    case "Organisation.NotFound":
      return "not yours";
    case "PaymentAccount.NotEnabled":
    case "PaymentAccount.Disconnected":
      return "set it up";
    case "PaymentAccount.ProviderError":
      return "try again";
    default:
      return dolfin.assertNever(code);
  }
}

const server = setupServer(...dolfin.handlers(), ...hostile.handlers());
server.listen({ onUnhandledRequest: "error" });

async function ask(): Promise<unknown> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(request) });
  const head = { status: answer.status, type: answer.headers.get("content-type") };
  if (answer.ok) {
    const body = (await answer.json()) as dolfin.PaymentAccountLinkResponse;
    return { ...head, url: body.url };
  }
  const codes = dolfin.postOrganisationsPaymentAccountLinkErrorCodes;
  const error = await dolfin.toApiError(answer, codes);
  const said = error.code === undefined ? "?" : words(error.code);
  return { ...head, code: error.code, body: error.body, message: error.message, said };
}

const results: Record<string, unknown> = { "200": await ask() };
for (const code of dolfin.errorCodes) {
  server.use(link(code));
  results[code] = await ask();
}
const body = { url: "https://other.example.com/" };
server.use(link("200", { body, baseUrl: "https://api.example.com/" }));
results["other body"] = await ask();
server.use(link("PaymentAccount.NotEnabled", { baseUrl: "https://elsewhere.example.com" }));
results["other place"] = await ask();
server.use(link("PaymentAccount.NotEnabled", { body: { title: "Conflict", status: 409,
  detail: "organisation does not have a payment account; enable it first" } }));
results["by its text"] = await ask();
server.use(link("PaymentAccount.NotEnabled", { body: { title: "Payment.Novel" } }));
results["unheard of"] = await ask();

server.use(link(["PaymentAccount.ProviderError", dolfin.networkError, "200"], { body }));
results["in turn"] = [(await ask() as { code: string }).code,
  await ask().catch((error: Error) => error.name), await ask(), await ask()];
server.use(link("PaymentAccount.NotEnabled", { delay: 150 }));
const begun = Date.now();
await ask();
results["late"] = Date.now() - begun >= 140;
server.use(link("200", { delay: "infinite" }));
const impatience = new AbortController();
setTimeout(() => impatience.abort(), 100);
const silent = fetch(url, { method: "POST", signal: impatience.signal });
results["never"] = await silent.catch((error: Error) => error.name);
server.use(lamps.getLamps("dog"));
results["variant"] = await (await fetch("http://lamps.example.com/lamps")).json();
server.use(lamps.getLamps("404 200"));
results["colliding variant"] = await (await fetch("http://lamps.example.com/lamps")).json();
server.use(lamps.getBulbs());
results["as the mock"] = await (await fetch("http://lamps.example.com/bulbs")).json();
// @ts-expect-error no such variant
lamps.getLamps("cow");
// @ts-expect-error at least one outcome
lamps.getLamps([]);

const seen: unknown[] = [];
for (const name of [...hostile.errorCodes, "200", "204", "4XX", "default"] as const) {
  server.use(hostile.HOSTILE_OPERATION(name));
  const answer = await fetch(HOSTILE_URL);
  seen.push([name, answer.status, await answer.text()]);
}
console.log(JSON.stringify({ results, seen }));
"""
MISSES_ONE = """
import * as dolfin from "./dolfin.js";

export function words(code: dolfin.ErrorCode): string {
  switch (code) {
    case "PaymentAccountLink.MissingReturnUrl":
    case "PaymentAccountLink.InvalidReturnUrl":
    case "PaymentAccountLink.MissingRefreshUrl":
    case "PaymentAccountLink.InvalidRefreshUrl":
    case "Payment.Forbidden":
    case "Organisation.NotFound":
    case "PaymentAccount.NotEnabled":
    case "PaymentAccount.ProviderError":
      return "handled";
    default:
      return dolfin.assertNever(code);
  }
}
"""
HOSTILE_OPERATION = "processExit7ProcessExit8ScriptXImportX"
HOSTILE_URL = "http://h.example.com/it's-`$`%22/*/:b/\u2028x?q=1"


@pytest.fixture(scope="module")
def compiled(
    tmp_path_factory: pytest.TempPathFactory, hostile_file: str, lamps_file: str
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """What tsc makes of the handlers and of two files that use them, and what it says."""
    folder = tmp_path_factory.mktemp("msw")
    (folder / "node_modules").mkdir()
    (folder / "node_modules/msw").symlink_to(package(MSW))
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    user = USER.replace("HOSTILE_OPERATION", HOSTILE_OPERATION)
    texts = {
        "dolfin.ts": exported("msw"),
        "hostile.ts": exported("msw", hostile_file),
        "lamps.ts": exported("msw", lamps_file),
        "user.ts": user.replace("HOSTILE_URL", json.dumps(HOSTILE_URL)),
        "misses_one.ts": MISSES_ONE,
        "docs.ts": "\n".join(blocks(ROOT / "docs" / "exports.md", "typescript")),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    options = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"]
    options += [
        "--noUnusedLocals",
        "--noPropertyAccessFromIndexSignature",
        "--verbatimModuleSyntax",
    ]
    options += ["--module", "nodenext", "--target", "es2022", "--outDir", "out"]
    tsc = package(TYPESCRIPT) / "bin/tsc"
    return folder, run(tool("node"), tsc, *options, *texts, cwd=folder)


def test_tsc_refuses_a_switch_that_misses_a_code(
    compiled: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """And nothing else: the handlers, and what uses them rightly, are strict TypeScript."""
    _, done = compiled
    errors = re.findall(r"^(\S+)\(\d+,\d+\): error (TS\d+): (.*)", done.stdout, re.MULTILINE)
    message = "Argument of type '\"PaymentAccount.Disconnected\"' is not assignable to "
    assert errors == [("misses_one.ts", "TS2345", f"{message}parameter of type 'never'.")]


def test_the_example_in_the_docs(
    compiled: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """It compiles (above), and says what the code means."""
    folder, _ = compiled
    done = run(tool("node"), "out/docs.js", cwd=folder)
    said = "409 PaymentAccount.Disconnected Connect your account again.\n"
    assert (done.stdout, done.stderr) == (said, "")


def test_the_docs_name_every_export() -> None:
    """And no other."""
    page = (ROOT / "docs" / "exports.md").read_text("utf-8")
    table = page.partition("|---|---|")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.strip().splitlines()]
    assert re.findall(r"`(\w+)`", "".join(rows)) == list(EXPORTS)


@pytest.fixture(scope="module")
def node_results(compiled: tuple[Path, subprocess.CompletedProcess[str]]) -> dict[str, Any]:
    """What the answers were in Node.js."""
    folder, _ = compiled
    done = run(tool("node"), "out/user.js", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_msw_answers_each_case(node_results: dict[str, Any]) -> None:
    """With its status, its media type, and a body that names its code."""
    results = node_results["results"]
    for name, status, media_type in CASES:
        assert (results[name]["status"], results[name]["type"]) == (status, media_type)
        assert results[name].get("code", "200") == name
        assert results[name].get("body", {"title": "200"})["title"] == name
    assert results["PaymentAccount.Disconnected"]["message"] == "409 PaymentAccount.Disconnected"
    assert results["PaymentAccount.Disconnected"]["said"] == "set it up"


def test_msw_options(node_results: dict[str, Any]) -> None:
    """Another body, another place; the code of a problem that only has its text; no known code."""
    results = node_results["results"]
    assert results["other body"]["url"] == results["other place"]["url"]
    assert results["other body"]["url"] == "https://other.example.com/"
    assert results["by its text"]["code"] == "PaymentAccount.NotEnabled"
    assert "code" not in results["unheard of"]
    assert results["unheard of"]["message"] == "Status 409"


def test_msw_outcomes(node_results: dict[str, Any]) -> None:
    """Cases in turn, the last of which stays; a body of its own, broken connections, delays."""
    results = node_results["results"]
    own = {"status": 200, "type": "application/json", "url": "https://other.example.com/"}
    assert results["in turn"] == ["PaymentAccount.ProviderError", "TypeError", own, own]
    assert (results["late"], results["never"]) == (True, "AbortError")


def test_msw_variants(node_results: dict[str, Any]) -> None:
    """Named examples can be chosen, by their status, too, where a case has the same name."""
    results = node_results["results"]
    assert results["variant"] == {"name": "dog"}
    assert results["colliding variant"] == {"name": "none"}


def test_msw_has_the_bodies_of_the_mock(node_results: dict[str, Any], lamps_file: str) -> None:
    """The first that the mock makes for a success without example."""
    with serving_mock(load_contract(lamps_file), remembers=False) as url:
        made = httpx.get(f"{url}/bulbs", trust_env=False).json()
    assert node_results["results"]["as the mock"] == made
    assert len(made["colour"]) > 0


def test_hostile_texts_in_typescript(node_results: dict[str, Any]) -> None:
    """They arrive as the texts that they are."""
    seen = {name: (status, text) for name, status, text in node_results["seen"]}
    assert {name: status for name, (status, _) in seen.items()} == {
        EVIL_CODE: 400,
        "__proto__": 400,
        "200": 200,
        "204": 204,
        "4XX": 400,
        "default": 500,
    }
    assert json.loads(seen[EVIL_CODE][1])["title"] == EVIL_CODE
    assert json.loads(seen["__proto__"][1])["detail"] == EVIL
    assert json.loads(seen["200"][1]) == {EVIL: EVIL, "__proto__": EVIL}
    assert seen["default"][1] == " ".join(EVIL.split())


# --- http


def requests_in(text: str) -> Iterator[httpx.Request]:
    """The requests of a `.http` file, read as the REST clients of editors do."""
    head, *blocks = re.split(r"^###.*\n", text, flags=re.MULTILINE)
    variables = dict(re.findall(r"^@(\w+) = (.*)$", head, re.MULTILINE))
    for block in blocks:
        filled = re.sub(r"\{\{(\w+)\}\}", lambda match: variables[match[1]], block)
        front, _, body = filled.strip("\n").partition("\n\n")
        first, *headers = front.splitlines()
        method, url = first.split(" ")
        fields = dict(line.split(": ", 1) for line in headers)
        yield httpx.Request(method, url, headers=fields, content=body.encode())


def cases_of(text: str) -> list[str]:
    """The cases that the requests get, as the mock's header names them."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        answers = [client.send(request) for request in requests_in(text)]
    return [answer.headers["tallystick-case"] for answer in answers]


def placed(text: str, url: str) -> str:
    """The file for a mock elsewhere."""
    return text.replace("http://127.0.0.1:8080", url)


def test_each_request_of_the_file_gets_its_case(mock: str) -> None:
    """The honest request where there is one, else the magic value; none needs a `Prefer`."""
    text = placed(exported("http"), mock)
    assert cases_of(text) == LABELS
    assert len(re.findall(r"^@id_\w+ = ca5e0", text, re.MULTILINE)) == 5
    assert "Prefer" not in text


def labels(place: str) -> list[str]:
    """The cases of a document, in latin-1, as headers are."""
    found = [case.label for case in load_contract(place).cases]
    return [label.encode("latin-1", "replace").decode("latin-1") for label in found]


def test_hostile_texts_in_the_file(hostile_mock: str, hostile_file: str) -> None:
    """They start no request, no header and no variable."""
    text = placed(exported("http", hostile_file), hostile_mock)
    assert cases_of(text) == labels(hostile_file)


def sent_by_httpyac(text: str, folder: Path) -> list[str]:
    """The cases that httpyac gets, which evaluates what stands in double braces."""
    script = package(HTTPYAC) / "bin/httpyac.js"
    (folder / "all.http").write_text(text, "utf-8")
    options = ["--all", "--json", "--output", "short"]
    done = run(tool("node"), script, "send", "all.http", *options, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [request["response"] for request in json.loads(done.stdout)["requests"]]
    return [answer["headers"]["tallystick-case"] for answer in answers]


def test_httpyac_sends_the_file(mock: str, tmp_path: Path) -> None:
    """A REST client of editors, from the command line."""
    assert sent_by_httpyac(placed(exported("http"), mock), tmp_path) == LABELS


def test_httpyac_sends_hostile_texts(hostile_file: str, tmp_path: Path) -> None:
    """It runs none of them: what arrives is what the file says. (The answers are empty: it does
    run what it finds in the texts of answers.)
    """
    arrived: list[tuple[str, bytes]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        arrived.append((scope["method"], body))
        await send({"type": "http.response.start", "status": 204, "headers": CASE_HEADER})
        await send({"type": "http.response.body"})

    with serving(app) as url:
        text = placed(exported("http", hostile_file), url)
        assert sent_by_httpyac(text, tmp_path) == ["any"] * 8
    sent = [(request.method, request.content) for request in requests_in(text)]
    assert [(method, body.strip()) for method, body in arrived] == [
        (method, body.strip()) for method, body in sent
    ]


# --- postman


def newman(collection: str, folder: Path, **variables: str) -> tuple[int, list[str]]:
    """The exit code of newman, and the requests whose tests failed with the names of these."""
    script = package(NEWMAN) / "bin/newman.js"
    (folder / "collection.json").write_text(collection, "utf-8")
    options = ["--reporters", "json", "--reporter-json-export", "report.json"]
    for name, value in variables.items():
        options += ["--env-var", f"{name}={value}"]
    done = run(tool("node"), script, "run", "collection.json", *options, cwd=folder)
    report = json.loads((folder / "report.json").read_text("utf-8"))["run"]
    assert report["stats"]["requests"]["total"] >= 8
    failed = [f"{f['source']['name']}: {f['error']['test']}" for f in report["failures"]]
    return done.returncode, failed


def test_newman_is_green_on_the_mock(mock: str, tmp_path: Path) -> None:
    """Status, media type and code of each case."""
    assert newman(exported("postman"), tmp_path, baseUrl=mock) == (0, [])


def test_hostile_texts_in_the_collection(
    hostile_mock: str, hostile_file: str, tmp_path: Path
) -> None:
    """They neither run nor keep a request from getting its case."""
    collection = exported("postman", hostile_file)
    assert newman(collection, tmp_path, baseUrl=hostile_mock) == (0, [])


OURS = {
    "id": ACTIVE_ID,
    "id_Payment_Forbidden": FORBIDDEN_ID,
    "id_Organisation_NotFound": UNKNOWN_ID,
    "id_PaymentAccount_NotEnabled": NOT_ENABLED_ID,
    "id_PaymentAccount_Disconnected": DISCONNECTED_ID,
    "id_PaymentAccount_ProviderError": PROVIDER_ERROR_ID,
}
"""The organisations of the independent implementation that get each case."""


@pytest.mark.parametrize(
    ("name", "failed"),
    [
        ("", []),
        ("422 for PaymentAccountLink.MissingReturnUrl", [f"{LABELS[1]}: status"]),
        ("one error as application/json", [f"{LABELS[6]}: media type"]),
        ("disconnected titled not enabled", [f"{LABELS[8]}: code"]),
    ],
)
def test_newman_is_red_on_a_faulty_implementation(
    name: str, failed: list[str], tmp_path: Path
) -> None:
    """Of an implementation that shares no code with the mock; the right one is green."""
    app = next((mutant.app for mutant in MUTANTS if mutant.name == name), PaymentAccountLinks)
    assert (app is PaymentAccountLinks) == (not name)
    with serving(app()) as url:
        node_results = newman(exported("postman"), tmp_path, baseUrl=url, **OURS)
    assert node_results == (1 if failed else 0, failed)


def test_the_collection_has_the_members_of_the_format() -> None:
    """Version 2.1 of the format, whose schema no package holds."""
    collection = json.loads(exported("postman"))
    assert "/v2.1.0/" in collection["info"]["schema"]
    (folder,) = collection["item"]
    assert [item["name"] for item in folder["item"]] == LABELS
    assert {tuple(item) for item in folder["item"]} == {
        ("name", "event", "protocolProfileBehavior", "request")
    }


def test_the_names_of_cases(contract: Contract) -> None:
    """As the tables of this file have them."""
    (operation,) = contract.operations
    assert list(names(operation.cases)) == [name for name, _, _ in CASES]


# --- locust


@pytest.fixture(scope="module")
def locust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Locust, which is no part of this project's own."""
    folder = tmp_path_factory.mktemp("locust")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), LOCUST]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{LOCUST} cannot be had: {done.stderr[-300:]}")
    return folder


def mixed(locust: Path, text: str, url: str, folder: Path) -> tuple[int, Mapping[str, Any]]:
    """The exit code of Locust after a few seconds, and what it says of each request by its name."""
    (folder / "locustfile.py").write_text(text, "utf-8")
    options = ["--headless", "--users", "20", "--spawn-rate", "20", "--run-time", "4s", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "locust", *options, "--host", url],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(locust)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, {entry["name"]: entry for entry in json.loads(done.stdout)}


def test_locust_mixes_the_cases(locust: Path, mock: str, tmp_path: Path) -> None:
    """Most succeed, the others are the documented errors, and none fails."""
    code, seen = mixed(locust, exported("locust"), mock, tmp_path)
    counts = {name.rpartition(" ")[2]: entry["num_requests"] for name, entry in seen.items()}
    assert (code, sum(entry["num_failures"] for entry in seen.values())) == (0, 0)
    assert counts.keys() <= {name for name, _, _ in CASES}
    assert len(counts) > 4
    assert counts["200"] > sum(counts.values()) / 2


def test_locust_sees_another_answer(locust: Path, tmp_path: Path) -> None:
    """An implementation that gives 500 for each success fails there, and nowhere else."""

    class Broken(PaymentAccountLinks):
        success_status = 500

    with serving(Broken()) as url:
        text = exported("locust").replace("6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11", ACTIVE_ID)
        code, seen = mixed(locust, text, url, tmp_path)
    success = next(entry for name, entry in seen.items() if name.endswith(" 200"))
    assert code == 1
    assert 0 < success["num_failures"] == success["num_requests"]
    honest = [entry for name, entry in seen.items() if "PaymentAccountLink." in name]
    assert sum(entry["num_failures"] for entry in honest) == 0


def test_a_hostile_document_runs_nothing(hostile_file: str) -> None:
    """Its texts are literals: the table is read without running it, and the rest is always the
    same.
    """
    table, rest = parted(exported("locust", hostile_file))
    assert any(EVIL_CODE in row["name"] for row in table)
    assert rest == parted(exported("locust"))[1]


def parted(text: str) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The table of a file for Locust, and all its other statements."""
    tree = ast.parse(text)
    tables = [node for node in tree.body if isinstance(node, ast.Assign)]
    others = [ast.dump(node) for node in tree.body if not isinstance(node, ast.Assign)]
    return ast.literal_eval(tables[0].value), others
