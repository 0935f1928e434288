"""How large a body may be: never less than the document allows; the documented 413 beyond."""

import httpx
import pytest

from mock_server.requests.decoding.sizes import body_limit
from mock_server.serve import limits_above
from tallystick import load_contract
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_undocumented

DEFAULT = 1000
MOST = 256 * 1024 * 1024

TEMPLATE = """
openapi: 3.1.0
info: {{title: Sizes, version: '1'}}
paths:
  /x:
    post:
      requestBody:
        description: '{words}'
        content: {{{media_type}: {{schema: {schema}}}}}
      responses: {{'201': {{description: Done}}, '413': {{description: '{large}'}}}}
"""


@pytest.mark.parametrize(
    ("media_type", "schema", "expected"),
    [
        ("text/plain", "{type: string}", DEFAULT),
        ("text/plain", "{type: string, maxLength: 5}", DEFAULT),
        ("text/plain", "{type: string, maxLength: 500}", 6000),
        ("image/png", "{type: string, format: binary, maxLength: 5000}", 5000),
        ("image/png", "{type: string, contentEncoding: base64, maxLength: 5000}", 5000),
        ("image/png", "{type: string, format: binary, maxLength: 10000000000}", MOST),
        ("application/json", "{properties: {a: {type: string, maxLength: 100}}}", 2200),
        ("application/json", "{properties: {a: {contentEncoding: base64, maxLength: 900}}}", 1900),
        ("application/json", "{type: array, items: {maxLength: 10}, maxItems: 10}", 2200),
        ("application/json", "{type: array, items: {maxLength: 10}}", DEFAULT),
        ("application/json", "{allOf: [{properties: {a: {maxLength: 100}}}]}", 2200),
        ("application/json", "{properties: {a: {type: integer}}}", DEFAULT),
        (
            "multipart/form-data",
            "{properties: {photo: {type: string, format: binary, maxLength: 5000}}}",
            6000,
        ),
    ],
)
def test_of_a_schema(tmp_path, media_type, schema, expected):
    """What a schema allows, in its longest encoding, and the default for what stands around it."""
    assert limit_of(tmp_path, media_type=media_type, schema=schema) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The image is larger than 5 MB", 5 * 1024 * 1024),
        ("at most 20KB", 20 * 1024),
        ("at most 1.5 GiB", MOST),
        ("at most 100 KB, or 2 MB for members", 2 * 1024 * 1024),
        ("at most 5 members", DEFAULT),
        ("version 1.2.3 MB", DEFAULT),
    ],
)
@pytest.mark.parametrize("place", ["words", "large"])
def test_in_words(tmp_path, place, text, expected):
    """A size that is named where the document describes the body, or its 413."""
    assert limit_of(tmp_path, **{place: text}) == expected


def limit_of(
    folder,
    media_type="text/plain",
    schema="{}",
    words="A body",
    large="Too large",
    given=DEFAULT,
):
    file = folder / "document.yaml"
    text = TEMPLATE.format(media_type=media_type, schema=schema, words=words, large=large)
    file.write_text(text, encoding="utf-8")
    contract = load_contract(str(file))
    return body_limit(contract.document, contract.operations[0], given)


FILES = 32 * 1024 * 1024
MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"media_type": "image/png"}, FILES),
        ({"media_type": "multipart/form-data"}, FILES),
        ({"media_type": "application/octet-stream", "schema": "{type: string}"}, FILES),
        (
            {"media_type": "multipart/form-data", "schema": "{properties: {a: {format: binary}}}"},
            FILES,
        ),
        (
            {
                "media_type": "multipart/form-data",
                "schema": "{properties: {a: {type: string, format: binary, maxLength: 9},"
                " b: {type: string, format: binary}}}",
            },
            FILES,
        ),
        ({"media_type": "application/json", "schema": "{properties: {a: {format: byte}}}"}, FILES),
        (
            {"media_type": "application/json", "schema": "{properties: {a: {type: string}}}"},
            MEBIBYTE,
        ),
        ({"media_type": "text/plain"}, MEBIBYTE),
        (
            {
                "media_type": "multipart/form-data",
                "schema": "{properties: {a: {type: string, format: binary, maxLength: 9}}}",
            },
            MEBIBYTE + 9,
        ),
        ({"media_type": "image/png", "large": "larger than 5 MB"}, 5 * MEBIBYTE),
        ({"media_type": "image/png", "large": "larger than 5 KB"}, MEBIBYTE),
    ],
    ids=str,
)
def test_files(tmp_path, document, expected):
    """Where nobody sets a limit, files may be larger."""
    assert limit_of(tmp_path, given=None, **document) == expected


@pytest.mark.parametrize("many", ["properties: {%s}", "properties: {a: {anyOf: [%s]}}"])
def test_a_schema_that_holds_itself(tmp_path, many):
    """Recursion ends, also where each level has many ways on."""
    node = "$ref: '#/components/schemas/Node'"
    named = "anyOf" not in many
    inside = ", ".join(f"m{i}: {{{node}}}" if named else f"{{{node}}}" for i in range(30))
    file = tmp_path / "document.yaml"
    file.write_text(
        TEMPLATE.format(
            media_type="application/json", schema=f"{{{node}}}", words="A body", large="Too large"
        )
        + f"components: {{schemas: {{Node: {{maxLength: 10, {many % inside}}}}}}}\n",
        encoding="utf-8",
    )
    contract = load_contract(str(file))
    expected = MOST if named else DEFAULT + 6 * 120
    assert body_limit(contract.document, contract.operations[0], DEFAULT) == expected


# --- over HTTP

DOCUMENT = """
openapi: 3.1.0
info: {title: Uploads, version: '1'}
paths:
  /image:
    post:
      requestBody:
        content:
          image/png: {schema: {type: string, format: binary, maxLength: 2000000}}
      responses:
        '201': {description: Stored}
        '413':
          description: |
            - `IMAGE_TOO_LARGE` — The image is too large
          content:
            application/json:
              schema: {type: object, required: [code, message], properties: {
                code: {type: string}, message: {type: string}}}
  /other:
    post:
      requestBody: {content: {image/png: {}}}
      responses: {'201': {description: Stored}}
  /range:
    post:
      requestBody: {content: {image/png: {}}}
      responses:
        '201': {description: Stored}
        4XX:
          description: Wrong
          content: {application/json: {schema: {type: object, required: [why], properties: {
            why: {type: string}}}}}
"""


@pytest.fixture(scope="module")
def mocked(serve_for_all: Serve) -> httpx.Client:
    """A mock of the document."""
    return serve_for_all(DOCUMENT)


def upload(mocked: httpx.Client, place: str, size: int) -> httpx.Response:
    return mocked.post(place, content=bytes(size), headers={"Content-Type": "image/png"})


@pytest.mark.parametrize(("size", "expected"), [(2_000_000, 201), (2_000_001, 413)])
def test_documented_size(mocked: httpx.Client, size: int, expected: int) -> None:
    """What the document allows is taken, though it is above the mock's own limit."""
    assert upload(mocked, "/image", size).status_code == expected


def test_documented_case(mocked: httpx.Client) -> None:
    """A body above the limit gets the documented 413, with its code and text."""
    answer = upload(mocked, "/image", 3_000_000)
    assert answer.status_code == 413
    assert answer.json() == {"code": "IMAGE_TOO_LARGE", "message": "The image is too large"}
    assert answer.headers["tallystick-case"] == "413 IMAGE_TOO_LARGE"
    assert "larger than 2000000 bytes" in answer.headers["tallystick-error"]
    assert answer.headers["connection"] == "close"


def test_no_documented_case(mocked: httpx.Client) -> None:
    """Without one it is a problem, or has the schema of the range."""
    check_undocumented(upload(mocked, "/other", 3_000_000), 413, "1048576")
    answer = upload(mocked, "/range", 3_000_000)
    assert answer.status_code == 413
    assert isinstance(answer.json()["why"], str)


def test_an_upload_without_a_limit(serve: Serve) -> None:
    """Two megabytes are taken where the document names no size; 33 MiB are refused."""
    mocked = serve(DOCUMENT, max_body=None)
    assert upload(mocked, "/other", 2_000_000).status_code == 201
    assert upload(mocked, "/range", 33 * 1024 * 1024).status_code == 413
    assert upload(mocked, "/image", 2_000_001).status_code == 413


def test_a_limit_below_the_documents(tmp_path) -> None:
    """The mock says at its start what the document allows beyond it."""
    file = tmp_path / "document.yaml"
    file.write_text(DOCUMENT, encoding="utf-8")
    contract = load_contract(str(file))
    assert list(limits_above(contract, 9_000)) == [
        "The document allows larger bodies than --max-body 9000: POST /image takes 2,000,000 bytes."
    ]
    assert list(limits_above(contract, 2_000_000)) == []
    assert list(limits_above(contract, None)) == []
