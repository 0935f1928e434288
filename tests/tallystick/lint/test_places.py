"""The place of a diagnostic is where the author wrote it: through references to other files,
overlays, and pages that merge into one contract.
"""

import pytest

from tallystick.contract import read_contract
from tallystick.lint import lint
from tallystick.reader.options import LoadOptions

HEAD = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\n"


def found(documents, *names, overlays=()):
    """The file, line, pointer and name of each diagnostic of these names."""
    contract = read_contract(LoadOptions(tuple(documents), tuple(overlays)))
    return [
        (d.source.file, d.source.line, d.source.pointer, d.name)
        for d in lint(contract)
        if d.name in names and d.source
    ]


def test_in_a_file_that_is_referred_to(write):
    """A response, a schema, and an example of other files, each by way of the one before."""
    main = write(
        "main.yaml",
        HEAD + "paths:\n  /a:\n    get:\n      responses:\n"
        "        '404':\n          $ref: 'parts/responses.yaml#/gone'\n",
    )
    responses = write(
        "parts/responses.yaml",
        "gone:\n  description: |\n    CLOSED — it is\n  content:\n    application/json:\n"
        "      schema:\n        $ref: 'schemas.yaml#/Error'\n"
        "      example:\n        code: 7\n",
    )
    schemas = write(
        "parts/schemas.yaml",
        "Other: {}\nError:\n  properties:\n    code:\n      type: string\n      default: 1\n",
    )
    assert sorted(found([main], "unread-code", "nothing-required", "example-breaks-schema")) == [
        (responses, 3, "/gone/description", "unread-code"),
        (responses, 9, "/gone/content/application~1json/example/code", "example-breaks-schema"),
        (schemas, 2, "/Error", "nothing-required"),
        (schemas, 6, "/Error/properties/code/default", "example-breaks-schema"),
    ]


def test_in_a_path_item_of_another_file(write):
    """An operation that is brought in."""
    main = write("main.yaml", HEAD + "paths:\n  /a:\n    $ref: 'item.yaml'\n")
    item = write("item.yaml", "get:\n  responses:\n    '200':\n      description: OK\n")
    assert found([main], "operation-without-error") == [
        (item, 1, "/get", "operation-without-error")
    ]


def test_in_an_overlay(write):
    """What an overlay adds or replaces stands there; the rest, in the document."""
    main = write(
        "main.yaml",
        HEAD + "paths:\n  /a:\n    get:\n      responses:\n        '404':\n"
        "          description: No\n",
    )
    overlay = write(
        "overlay.yaml",
        "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nactions:\n"
        "- target: $.paths['/a'].get.responses['404']\n  update:\n"
        "    description: CLOSED — it is\n"
        "- target: $.paths['/a'].get.responses\n  update:\n    '409':\n      description: No\n",
    )
    assert found([main], "unread-code", "error-without-body", overlays=[overlay]) == [
        (overlay, 6, "/actions/0/update/description", "unread-code"),
        (main, 7, "/paths/~1a/get/responses/404", "error-without-body"),
        (overlay, 9, "/actions/1/update/409", "error-without-body"),
    ]


PAGE = """\
# {title}

```yaml
openapi: 3.1.1
info: {{title: t, version: '1'}}
paths:
  /{path}:
    get:
      responses:
        '404':
          description: No
components:
  schemas:
    {path}:
      type: integer
      default: {path}
```
"""


def test_in_pages_that_merge(write):
    """Each operation and component has the line of its own page."""
    pages = [
        write("a.md", PAGE.format(title="First", path="a")),
        write("b.md", PAGE.format(title="Second\n\nMore.", path="b")),
    ]
    assert found(pages, "error-without-body", "example-breaks-schema") == [
        (pages[0], 10, "/paths/~1a/get/responses/404", "error-without-body"),
        (pages[1], 12, "/paths/~1b/get/responses/404", "error-without-body"),
        (pages[0], 16, "/components/schemas/a/default", "example-breaks-schema"),
        (pages[1], 18, "/components/schemas/b/default", "example-breaks-schema"),
    ]


def test_a_suggestion_for_what_no_overlay_reaches(write):
    """A part of another file: the suggestion says where it belongs."""
    main = write("main.yaml", HEAD + "paths:\n  /a:\n    $ref: 'item.yaml'\n")
    item = write("item.yaml", "get:\n  responses:\n    '200':\n      description: OK\n")
    (weak,) = [
        d for d in lint(read_contract(LoadOptions((main,)))) if d.name == "operation-without-error"
    ]
    assert weak.suggestion.startswith(
        f"# in {item}:1 at #/get\nresponses:\n  default:\n    description: Something went wrong.\n"
    )


WEAK = """\
paths:
  /a/{id}:
    get:
      description: Send a bearer token.
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: OK}}
  /b:
    post:
      responses:
        '404':
          description: Thing.Gone — it is gone
        '410':
          description: Thing.Gone — it is gone
          content:
            application/json:
              schema: {properties: {code: {}}}
              example: 1
              examples:
                a: {value: '{"code": 1}'}
        '418':
          description: Thing.Teapot — it is one
components:
  schemas:
    A:
      allOf:
        - {properties: {a: {}}, additionalProperties: false}
        - {properties: {b: {type: integer, example: x, default: '1'}}}
"""


@pytest.mark.parametrize("where", ["file", "page"])
def test_a_suggestion_can_be_pasted(write, where):
    """Applied as an overlay, all suggestions together mend all weaknesses."""
    text = HEAD + WEAK
    main = (
        write("d.yaml", text) if where == "file" else write("d.md", f"# D\n\n```yaml\n{text}```\n")
    )
    weak = list(lint(read_contract(LoadOptions((main,)))))
    assert sorted({d.name for d in weak}) == [
        "closed-all-of",
        "code-under-two-statuses",
        "error-without-body",
        "example-beside-examples",
        "example-breaks-schema",
        "nothing-required",
        "operation-without-error",
        "security-in-prose",
        "unknown-trigger",
    ]
    actions = "\n".join(d.suggestion for d in weak if d.suggestion)
    overlay = write(
        "o.yaml", f"overlay: 1.1.0\ninfo: {{title: o, version: '1'}}\nactions:\n{actions}\n"
    )
    mended = read_contract(LoadOptions((main,), (overlay,)))
    assert [(d.name, d.message) for d in lint(mended)] == [
        ("example-beside-examples", "'example' stands beside 'examples'")
    ]
