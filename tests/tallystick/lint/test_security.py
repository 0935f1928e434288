"""Credentials that only the prose of a document speaks of."""

import pytest

from tests.tallystick.lint.conftest import short

TEXT = """\
tags:
  - name: things
    description: |
      Things of all kinds.

      They need an API key in the `X-Things-Key` header.
paths:
  /a:
    get:
      description: Send a bearer token.
      responses:
        '200': {description: Authenticate using HTTP basic authentication.}
        '401':
          description: The Authorization header is missing.
"""


def test_where_prose_speaks_of_credentials(linted):
    """Each place, with its line; of responses, only those about credentials."""
    found = linted("security-in-prose", TEXT)
    assert short(found) == [
        (
            8,
            "/tags/0/description",
            "the prose speaks of an API key, and no security scheme is declared",
        ),
        (
            12,
            "/paths/~1a/get/description",
            "the prose speaks of a bearer token, and no security scheme is declared",
        ),
        (
            16,
            "/paths/~1a/get/responses/401/description",
            "the prose speaks of an Authorization header, and no security scheme is declared",
        ),
    ]
    assert found[0].suggestion == (
        "- target: $\n"
        "  update:\n"
        "    components:\n"
        "      securitySchemes:\n"
        "        apiKey:\n"
        "          type: apiKey\n"
        "          in: header\n"
        "          name: X-Things-Key\n"
        "    security:\n"
        "    - apiKey: []"
    )


def test_a_declared_scheme_is_enough(linted):
    """Whatever the prose says of it."""
    declared = "components: {securitySchemes: {a: {type: http, scheme: bearer}}}\n"
    assert linted("security-in-prose", TEXT + declared) == []


@pytest.mark.parametrize(
    ("prose", "what"),
    [
        ("Authenticate with your API key.", "an API key"),
        ("All requests must include your API key.", "an API key"),
        ("Missing or invalid API key", "an API key"),
        ("Pass `x-api-key` as a header.", "an API key"),
        ("Set `Authorization: Bearer <token>`.", "a bearer token"),
        ("Uses Bearer authentication.", "a bearer token"),
        ("Use basic auth.", "basic authentication"),
        ("Put it into the `Authorization` header.", "an Authorization header"),
        ("No API key is needed in the header.", None),
        ("This endpoint does not require authentication by API key.", None),
        ("Works without authentication, no bearer token.", None),
        ("Lists the API keys of a project.", None),
        ("Creates an API key.", None),
        ("The bearer of good news.", None),
        ("Tokens are counted per request.", None),
    ],
)
def test_sentences(linted, prose, what):
    """A sentence counts where it says that a credential is sent."""
    text = (
        f"paths:\n  /a:\n    get:\n      description: '{prose}'\n"
        "      responses: {'200': {description: OK}}\n"
    )
    expected = [f"the prose speaks of {what}, and no security scheme is declared"] if what else []
    assert [found.message for found in linted("security-in-prose", text)] == expected
