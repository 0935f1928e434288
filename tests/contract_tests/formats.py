"""A service that takes every media type and style, with a document of its own. It reads requests
with other libraries than the suite writes them with, and refuses what is not as documented.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DOCUMENT = """
openapi: 3.1.0
info: { title: Formats, version: "1" }
paths:
  /form:
    post:
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name, count, tags, codes, address]
              properties:
                name: { type: string, minLength: 1 }
                count: { type: integer }
                tags: { type: array, minItems: 2, items: { type: string, enum: [a, b] } }
                codes: { type: array, minItems: 2, items: { type: integer } }
                address: { type: object, required: [city], properties: { city: { type: string } } }
            encoding: { codes: { style: pipeDelimited, explode: false } }
      responses: &responses
        "200":
          description: As it was sent
          content: { application/json: { schema: { type: object, required: [took] } } }
        "422": { description: Not as documented }
  /multipart:
    post:
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file, cover, note, count, meta, pages]
              properties:
                file: { type: string, format: binary }
                cover: { contentMediaType: image/png }
                note: { type: string, minLength: 1 }
                count: { type: integer }
                meta: { type: object, required: [city], properties: { city: { type: string } } }
                pages: { type: array, minItems: 2, items: { type: string, format: binary } }
            encoding:
              file:
                contentType: text/csv
                headers: { X-Rows: { required: true, schema: { type: integer, const: 7 } } }
      responses: *responses
  /text:
    post:
      requestBody:
        required: true
        content: { text/plain: { schema: { type: string, minLength: 1 } } }
      responses: *responses
  /binary:
    put:
      requestBody:
        required: true
        content: { application/octet-stream: { schema: { type: string, format: binary } } }
      responses: *responses
  /image:
    put:
      requestBody: { required: true, content: { image/*: {} } }
      responses: *responses
  /lines:
    post:
      requestBody:
        required: true
        content:
          application/x-ndjson:
            schema: { type: array, minItems: 2, items: { $ref: "#/components/schemas/Line" } }
      responses: *responses
  /person:
    post:
      requestBody:
        required: true
        content: { application/xml: { schema: { $ref: "#/components/schemas/Person" } } }
      responses: *responses
  /api:
    post:
      requestBody:
        required: true
        content:
          application/vnd.api+json: { schema: { $ref: "#/components/schemas/Line" } }
          text/plain: { schema: { type: string } }
      responses: *responses
  /own:
    post:
      requestBody:
        required: true
        content: { application/x-own: { example: "own\\tformat" } }
      responses: *responses
  /styles/{label}/{matrix}/{plain}:
    get:
      parameters:
        - { name: label, in: path, required: true, style: label, explode: true, schema: &two
            { type: array, minItems: 2, items: { type: integer } } }
        - { name: matrix, in: path, required: true, style: matrix, schema: *two }
        - { name: plain, in: path, required: true, schema: *two }
        - { name: many, in: query, required: true, schema: *two }
        - { name: comma, in: query, required: true, explode: false, schema: *two }
        - { name: pipes, in: query, required: true, style: pipeDelimited, explode: false,
            schema: *two }
        - { name: deep, in: query, required: true, style: deepObject, explode: true,
            schema: &point { type: object, required: [x], properties: { x: { type: integer } },
              additionalProperties: false } }
        - name: json
          in: query
          required: true
          content: { application/json: { schema: *point } }
        - { name: X-List, in: header, required: true, schema: *two }
        - { name: X-Point, in: header, required: true, explode: true, schema: *point }
        - { name: flags, in: cookie, required: true, explode: false, schema: *two }
      responses: *responses
components:
  schemas:
    Line: { type: object, required: [n], properties: { n: { type: integer } } }
    Person:
      type: object
      required: [id, names]
      properties:
        id: { type: integer, xml: { attribute: true } }
        names:
          type: array
          minItems: 2
          xml: { wrapped: true }
          items: { type: string, minLength: 1, xml: { name: name } }
"""


class NotAsDocumentedError(Exception):
    """What came is not what the document says."""


def require(condition: object) -> None:
    """Refuse the request unless this holds."""
    if not condition:
        raise NotAsDocumentedError


def numbers(texts: list[str]) -> list[int]:
    """At least two whole numbers."""
    require(len(texts) >= 2 and all(re.fullmatch("-?[0-9]+", text) for text in texts))
    return [int(text) for text in texts]


def media_type(request: Request) -> str:
    """The media type of the body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0]


def line(value: Any) -> Any:
    """A line of the document's schema."""
    require(isinstance(value, dict) and is_whole(value.get("n")))
    return value


def is_whole(value: Any) -> bool:
    """Whether a JSON value is an integer; 1.0 is one, too."""
    return not isinstance(value, bool) and isinstance(value, int | float) and value == int(value)


async def form(request: Request) -> Any:
    require(media_type(request) == "application/x-www-form-urlencoded")
    found = await request.form()
    require(all(name in found for name in ("name", "count", "tags", "codes", "address")))
    require(found["name"])
    require(set(found.getlist("tags")) <= {"a", "b"} and len(found.getlist("tags")) >= 2)
    require(isinstance(json.loads(str(found["address"]))["city"], str))
    return numbers(str(found["codes"]).split("|")), numbers([str(found["count"])] * 2)


async def multipart(request: Request) -> Any:
    require(media_type(request) == "multipart/form-data")
    found = await request.form()
    require(all(n in found for n in ("file", "cover", "note", "count", "meta", "pages")))
    file, cover, pages = found["file"], found["cover"], found.getlist("pages")
    require(isinstance(file, UploadFile) and file.content_type == "text/csv")
    require(isinstance(file, UploadFile) and file.headers.get("x-rows") == "7")
    require(isinstance(cover, UploadFile) and cover.content_type == "image/png")
    require(isinstance(cover, UploadFile) and (await cover.read()).startswith(b"\x89PNG"))
    require(len(pages) >= 2 and all(isinstance(page, UploadFile) for page in pages))
    require(isinstance(found["note"], str) and found["note"])
    require(isinstance(json.loads(str(found["meta"]))["city"], str))
    return numbers([str(found["count"])] * 2)


async def text(request: Request) -> Any:
    require(media_type(request) == "text/plain")
    body = (await request.body()).decode()
    require(body)
    return body


async def binary(request: Request) -> Any:
    require(media_type(request) == "application/octet-stream")
    return len(await request.body())


async def image(request: Request) -> Any:
    require(media_type(request) == "image/png")
    require((await request.body()).startswith(b"\x89PNG\r\n"))


async def lines(request: Request) -> Any:
    require(media_type(request) == "application/x-ndjson")
    found = [line(json.loads(one)) for one in (await request.body()).decode().splitlines()]
    require(len(found) >= 2)
    return found


async def person(request: Request) -> Any:
    require(media_type(request) == "application/xml")
    root = ElementTree.fromstring((await request.body()).decode())
    require(root.tag == "Person" and [child.tag for child in root][:1] == ["names"])
    names = [child.text for child in root[0]]
    require(len(names) >= 2 and all(names) and {child.tag for child in root[0]} == {"name"})
    return numbers([root.attrib["id"]] * 2)


async def api(request: Request) -> Any:
    if media_type(request).lower() == "text/plain":
        return (await request.body()).decode()
    require(media_type(request).lower() == "application/vnd.api+json")
    return line(json.loads(await request.body()))


async def own(request: Request) -> Any:
    require(media_type(request) == "application/x-own")
    require(await request.body() == b"own\tformat")


async def styles(request: Request) -> Any:
    raw: bytes = request.scope["raw_path"]
    found = re.fullmatch(
        r"/styles/\.([^/]*)/;matrix=([^/]*)/([^/]*)", raw.partition(b"?")[0].decode()
    )
    require(found)
    assert found is not None
    read = [numbers([unquote(item) for item in found[1].split(".")])]
    read += [numbers([unquote(item) for item in found[n].split(",")]) for n in (2, 3)]
    query = request.query_params
    read.append(numbers(query.getlist("many")))
    read.append(numbers(query["comma"].split(",")))
    read.append(numbers(query["pipes"].split("|")))
    read.append(numbers([query["deep[x]"]] * 2))
    point = json.loads(query["json"])
    require(isinstance(point, dict) and set(point) == {"x"} and is_whole(point["x"]))
    read.append(numbers(request.headers["x-list"].split(",")))
    require(request.headers["x-point"].startswith("x="))
    read.append(numbers([request.headers["x-point"].removeprefix("x=")] * 2))
    return [*read, numbers(request.cookies["flags"].split(","))]


_NOT_AS_DOCUMENTED = (
    NotAsDocumentedError,
    LookupError,
    ValueError,
    SyntaxError,
    TypeError,
    RecursionError,
)


def answering(
    read: Callable[[Request], Awaitable[Any]],
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that says what it took, or that it refuses it."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse({"took": repr(await read(request))})
        except _NOT_AS_DOCUMENTED:
            return Response(status_code=422)
        except Exception as error:  # a malformed form
            if getattr(error, "status_code", None) != 400:
                raise
            return Response(status_code=422)

    return endpoint


app = Starlette(
    routes=[
        Route("/form", answering(form), methods=["POST"]),
        Route("/multipart", answering(multipart), methods=["POST"]),
        Route("/text", answering(text), methods=["POST"]),
        Route("/binary", answering(binary), methods=["PUT"]),
        Route("/image", answering(image), methods=["PUT"]),
        Route("/lines", answering(lines), methods=["POST"]),
        Route("/person", answering(person), methods=["POST"]),
        Route("/api", answering(api), methods=["POST"]),
        Route("/own", answering(own), methods=["POST"]),
        Route("/styles/{rest:path}", answering(styles), methods=["GET"]),
    ]
)
