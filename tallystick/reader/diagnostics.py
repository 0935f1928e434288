"""Diagnostics: what is wrong or unclear in a document, as values.

Rules: a diagnostic never stops the reading. It has a name from `KINDS`, which says how grave it
is and what to do; a place; and a message. A new one is one row of `KINDS`, and one call of
`Diagnostics.add` where it is found. `docs/diagnostics.md` is made from the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tallystick.errors import Source

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class DiagnosticKind:
    """What a diagnostic means: `severity` is `error` where the document breaks the specification
    or a part of it is not used, and `warning` where it is only unclear or weak.
    """

    severity: Severity
    meaning: str
    remedy: str


KINDS: Mapping[str, DiagnosticKind] = {
    "broken-reference": DiagnosticKind(
        "error",
        "A `$ref` leads nowhere, or to something of another kind. A schema there takes anything; "
        "any other part is left out.",
        "Correct its spelling, or define what it names.",
    ),
    "circular-reference": DiagnosticKind(
        "error",
        "A `$ref` leads back to itself, without a member or item between, or to schemas that refer "
        "to others more than 10,000 times for one value. A schema there takes anything; any other "
        "part is left out.",
        "Let one of the references lead to a definition.",
    ),
    "ignored-remote-reference": DiagnosticKind(
        "warning",
        "A `$ref` leads to another host. It is not followed; a schema there takes anything.",
        "If you trust the host, allow it with --remote-references.",
    ),
    "forbidden-reference": DiagnosticKind(
        "error",
        "A `$ref` leads out of the document's folder, or is of an unknown kind.",
        "Keep the files that a document refers to beside or below it.",
    ),
    "misplaced-reference": DiagnosticKind(
        "error",
        "A `$ref` stands in a place where the specification allows none. It is followed all the "
        "same.",
        "Let each member of the map be a reference.",
    ),
    "dynamic-reference": DiagnosticKind(
        "warning",
        "Several schemas of one resource have the `$dynamicAnchor` that a `$dynamicRef` names. The "
        "schema there takes anything.",
        "Give each of them an `$id`, or name the target by a `$ref`.",
    ),
    "repeated-key": DiagnosticKind(
        "error",
        "A key stands in one mapping twice. The last one holds.",
        "Remove or rename one.",
    ),
    "invalid-structure": DiagnosticKind(
        "error",
        "The document breaks the schema of its OpenAPI version.",
        "Correct it as the specification says.",
    ),
    "unusable-part": DiagnosticKind(
        "error",
        "A part cannot be used: it is of another type than the specification wants there, or lacks "
        "a member that it needs. A schema there takes anything; any other part is left out.",
        "Correct it as the specification says.",
    ),
    "unusable-keyword": DiagnosticKind(
        "error",
        "A keyword of a schema has a value that means nothing, and is ignored.",
        "Correct its value, or remove it.",
    ),
    "unusable-pattern": DiagnosticKind(
        "error",
        "A pattern is no regular expression of ECMA-262, nor one that can be translated into one. "
        "It is ignored.",
        "Write it in the syntax of ECMA-262.",
    ),
    "repeated-enum-value": DiagnosticKind(
        "warning",
        "An `enum` names a value twice.",
        "Remove one.",
    ),
    "required-on-property": DiagnosticKind(
        "error",
        "A property says `required: true`. It is ignored: JSON Schema names required properties in "
        "a list beside `properties`.",
        "Move the name to the list `required` of the object.",
    ),
    "repeated-operation-id": DiagnosticKind(
        "error",
        "Two operations have one `operationId`.",
        "Give each its own.",
    ),
    "repeated-parameter": DiagnosticKind(
        "error",
        "A parameter is declared twice. The last declaration holds.",
        "Remove one.",
    ),
    "undeclared-path-parameter": DiagnosticKind(
        "error",
        "A path has a parameter that no one declares. It is taken as a string.",
        "Declare it among the `parameters`, with `in: path` and `required: true`.",
    ),
    "unused-path-parameter": DiagnosticKind(
        "error",
        "A path parameter is declared that the path does not have. It is left out.",
        "Correct its name, or remove it.",
    ),
    "no-responses": DiagnosticKind(
        "warning",
        "An operation documents no response. The mock answers 200 without content; the tests have "
        "nothing to hold an implementation to.",
        "Document its responses.",
    ),
    "path-with-query": DiagnosticKind(
        "error",
        "A path has a query. Its fixed members select the operation.",
        "Declare query parameters instead.",
    ),
    "path-with-fragment": DiagnosticKind(
        "error",
        "A path has a fragment, which no client sends. It is dropped.",
        "Remove it.",
    ),
    "equal-paths": DiagnosticKind(
        "error",
        "Two paths are equal but for the names of their parameters. The first holds.",
        "Make one path item of the two.",
    ),
    "example-beside-examples": DiagnosticKind(
        "error",
        "`example` stands beside `examples`. The single one comes first.",
        "Keep one of the two.",
    ),
    "undeclared-security-scheme": DiagnosticKind(
        "error",
        "A security requirement names a scheme that `components/securitySchemes` lacks.",
        "Define the scheme, or correct its name.",
    ),
    "unknown-version": DiagnosticKind(
        "warning",
        "The document's OpenAPI version is written in another way than as in 3.1.1, or is newer "
        "than this reader. It is read as the nearest one.",
        "Write the version in full, as in `openapi: 3.1.1`.",
    ),
    "differing-component": DiagnosticKind(
        "warning",
        "Two sources of one contract define a component, or something that it refers to, in "
        "different ways. They stay apart.",
        "Publish the two from one document.",
    ),
    "differing-operation": DiagnosticKind(
        "warning",
        "Two sources of one contract define an operation in different ways. The first one holds.",
        "Publish the two from one document.",
    ),
    "overlay-without-effect": DiagnosticKind(
        "error",
        "The target of an overlay's action matches nothing.",
        "Correct the JSONPath, or remove the action.",
    ),
    "unknown-extension": DiagnosticKind(
        "error",
        "An extension of this name is not known.",
        "Correct its name: docs/overlays.md lists those that are.",
    ),
    "unread-code": DiagnosticKind(
        "warning",
        "A line of prose looks like an error code, and could not be read as one.",
        "Write it as in `Thing.Gone — what it means`; docs/cases.md lists the forms.",
    ),
    "unknown-trigger": DiagnosticKind(
        "warning",
        "Nothing says what triggers a case. The mock gives it only when forced.",
        "Say it in the description, or with `x-tallystick-cases` in an overlay.",
    ),
    "error-without-body": DiagnosticKind(
        "warning",
        "A response of status 4xx or 5xx documents no body. Clients learn the status and nothing "
        "else.",
        "Document its body.",
    ),
    "nothing-required": DiagnosticKind(
        "warning",
        "The schema of an error requires no member, so that `{}` is valid. Clients can rely on "
        "nothing, and tests cannot find what is missing.",
        "Name in `required` what each error has.",
    ),
    "operation-without-error": DiagnosticKind(
        "warning",
        "An operation documents no error: no response of status 4xx or 5xx, and no `default`.",
        "Document how it fails.",
    ),
    "code-under-two-statuses": DiagnosticKind(
        "warning",
        "An operation documents one error code under two statuses. Clients that look at the code "
        "or at the status alone decide differently.",
        "Keep it under one status, or give each status a code of its own.",
    ),
    "example-breaks-schema": DiagnosticKind(
        "warning",
        "An example or a default is not valid against its own schema. The mock sends an example "
        "as it is, and the tests hold implementations to the schema.",
        "Correct whichever of the two is wrong.",
    ),
    "security-in-prose": DiagnosticKind(
        "warning",
        "The prose speaks of credentials, and the document declares no security scheme. The mock "
        "asks for none, and the tests send none but those of the target file.",
        "Declare the scheme in `components/securitySchemes`, and require it in `security`.",
    ),
    "no-valid-value": DiagnosticKind(
        "warning",
        "No value was found that fits the schema of a response: there is none, or it is hard to "
        "find. The mock sends the nearest one.",
        "Correct what contradicts itself, or give an example.",
    ),
    "equal-branches": DiagnosticKind(
        "warning",
        "Two schemas of a `oneOf` take the same values, so that whatever fits one fits both, and "
        "breaks the `oneOf`. A `discriminator` does not change that. The mock sends the nearest "
        "value.",
        "Give each a member with a value of its own, by `const` or a one-value `enum`; or write "
        "`anyOf`.",
    ),
    "closed-all-of": DiagnosticKind(
        "warning",
        "`additionalProperties: false` refuses properties that another part of the same `allOf` "
        "defines: the keyword sees only the `properties` beside it.",
        "Remove it there; from OpenAPI 3.1 on, `unevaluatedProperties: false` beside the `allOf` "
        "says what is meant.",
    ),
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to look at. `message` says what it is, in one sentence without a full stop.

    `suggestion` is YAML that the author can paste: actions of an overlay, where one can reach
    the place. Diagnostics of one name and `group` are shown together.
    """

    name: str
    message: str
    source: Source | None = None
    suggestion: str = ""
    group: str = ""

    @property
    def severity(self) -> Severity:
        """`error` or `warning`."""
        return KINDS[self.name].severity

    @property
    def remedy(self) -> str:
        """What to do."""
        return KINDS[self.name].remedy

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{self.severity}: {where}{self.message} [{self.name}]"


class Diagnostics:
    """The diagnostics of a document, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, name: str, message: str, source: Source | None = None) -> None:
        """Note one more; `name` is one of `KINDS`."""
        self._found.append(Diagnostic(name, message, source))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
