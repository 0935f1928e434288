"""Handlers for Mock Service Worker (msw 2) in TypeScript: types, codes, and a handler for each
operation that gives any of its cases and named examples, in turn or with a delay.

Rules: a body is the documented example, else the first that the mock makes with its seed 0; members
that the mock makes anew for each answer (addresses, moments) are as they were made once.

What each file has in common is `msw_runtime.ts`, beside this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.exports.escaping import Names, json_text, one_line, words
from tallystick.exports.typescript import Types
from tallystick.generation import bodies
from tallystick.generation.values import Wish, make
from tallystick.reader.operations import MediaType

_RUNTIME = Path(__file__).with_name("msw_runtime.ts")
_RESERVED = """
    any arguments as async await bigint boolean break case catch class const continue debugger
    default delete do else enum eval export extends false finally for function if implements
    import in instanceof interface let never new null number object package private protected
    public return static string super switch symbol this throw true try type typeof undefined
    unknown var void while with yield
    Array Error JSON Math Object Promise Readonly Record RegExp Response String Symbol
    Answer ApiError ErrorCode ErrorText HandlerOptions HttpHandler HttpResponse Method Outcomes
    assertNever codeOfText delay errorCodes errorTexts handler handlers holds http networkError
    parsed respond toApiError
"""
_SENDABLE = ("delete", "get", "head", "options", "patch", "post", "put")
"""The methods that `fetch` sends and msw knows: TRACE is none."""


def export_msw(contract: Contract) -> str:
    """The TypeScript module."""
    names = Names(frozenset(_RESERVED.split()))
    operations = [
        _Operation(contract, operation, names)
        for operation in contract.operations
        if operation.method in _SENDABLE and _answerable(operation)
    ]
    types = Types(contract.document, names)
    parts = [operation.render(types) for operation in operations]
    head = (
        f"// The documented cases of {one_line(contract.document.root['info']['title'])}, for msw."
    )
    blocks = [
        f"{head}\n// Made by `tallystick export msw`: make it anew instead of editing it.",
        _RUNTIME.read_text(encoding="utf-8").strip(),
        _codes(contract.cases),
        *types.declarations,
        *parts,
        _handlers(operations),
    ]
    return "\n\n".join(blocks) + "\n"


def _answerable(operation: ContractOperation) -> dict[str, Case]:
    """The cases and named examples that a `Response` can be: it takes no interim status (Fetch,
    section 5.5).
    """
    named = bodies.names(operation.cases)
    for case in operation.selectable:
        if case.variant is not None:
            is_taken = case.variant in named
            named[f"{case.status} {case.variant}" if is_taken else case.variant] = case
    return {name: case for name, case in named.items() if 200 <= case.http_status <= 599}


def _codes(cases: Iterable[Case]) -> str:
    """All codes of the contract, and their texts."""
    rows = {(case.http_status, case.description, case.code) for case in cases if case.code}
    ordered = sorted(rows, key=lambda row: (row[0], row[2], row[1]))
    codes = sorted({code for _, _, code in ordered if code})
    texts = [
        f"  {{ status: {status}, text: {json_text(text)}, code: {json_text(code)} }},"
        for status, text, code in ordered
        if text
    ]
    return "\n".join(
        [
            _const("errorCodes", codes),
            "export type ErrorCode = (typeof errorCodes)[number];",
            "",
            "interface ErrorText { status: number; text: string; code: ErrorCode }",
            "const errorTexts: readonly ErrorText[] = [",
            *texts,
            "];",
        ]
    )


def _const(name: str, codes: list[str]) -> str:
    items = "".join(f"  {json_text(code)},\n" for code in codes)
    return (
        f"export const {name} = [\n{items}] as const;"
        if codes
        else (f"export const {name} = [] as const;")
    )


class _Operation:
    """An operation, under its names in TypeScript."""

    def __init__(self, contract: Contract, operation: ContractOperation, names: Names) -> None:
        self.contract = contract
        self.operation = operation
        self.cases = _answerable(operation)
        self.name = names.take(identifier(operation))
        capital = self.name[0].upper() + self.name[1:]
        self.codes = names.take(f"{self.name}ErrorCodes")
        self.code = names.take(f"{capital}ErrorCode")
        self.request = names.take(f"{capital}Request")
        self.bodies = names.take(f"{capital}Bodies")
        self.answers = names.take(f"{self.name}Answers")

    def render(self, types: Types) -> str:
        """The declarations of the operation."""
        return "\n".join(
            [
                f"// {one_line(self.operation.name)}",
                "",
                _const(self.codes, self._own_codes()),
                f"export type {self.code} = (typeof {self.codes})[number];",
                "",
                f"export type {self.request} = {self._request_type(types)};",
                "",
                "/** The body of each case, by the case's code, or its status. */",
                f"export interface {self.bodies} {{",
                *(f"  {json_text(n)}: {self._body_type(c, types)};" for n, c in self.cases.items()),
                "}",
                "",
                f"const {self.answers}: Record<keyof {self.bodies}, Answer> = {{",
                *(f"  {_key(n)}: {self._answer(c)}," for n, c in self.cases.items()),
                "};",
                "",
                self._handler(),
            ]
        )

    def _own_codes(self) -> list[str]:
        return list(dict.fromkeys(case.code for case in self.cases.values() if case.code))

    def _request_type(self, types: Types) -> str:
        body = self.operation.request_body
        kinds = body.media_types if body else ()
        chosen = next((m for m in kinds if bodies.is_json(m)), None)
        if chosen is None:
            return "unknown" if kinds else "undefined"
        return types.of(chosen.schema)

    def _body_type(self, case: Case, types: Types) -> str:
        media_type = bodies.media_type(self.operation, case)
        if media_type is None:
            return "null"
        return types.of(media_type.schema) if bodies.is_json(media_type) else "string"

    def _answer(self, case: Case) -> str:
        media_type = bodies.media_type(self.operation, case)
        kind, body = "null", "null"
        if media_type is not None:
            kind = json_text(_header(bodies.concrete(media_type.name)))
            body = _literal(_body(self.contract, case, media_type))
        return f"{{ status: {case.http_status}, mediaType: {kind}, body: {body} }}"

    def _handler(self) -> str:
        first = next((n for n, c in self.cases.items() if c.is_success), next(iter(self.cases)))
        default = json_text(first)
        operation = self.operation
        says = one_line(operation.description).replace("*/", "* /")
        summary = f"{one_line(self.operation.name)}".replace("*/", "* /")
        return "\n".join(
            [
                "/**",
                f" * Answers {summary} with a case or several in turn, by default with success.",
                *([" *", f" * {says}"] if says else []),
                " */",
                f"export function {self.name}<Case extends keyof {self.bodies} = {default}>(",
                f"  outcomes: Outcomes<Case> = {default} as Case,",
                f"  options: HandlerOptions<{self.bodies}[Case]> = {{}},",
                "): HttpHandler {",
                f"  const path = {json_text(_pattern(operation.path))};",
                f"  return handler({json_text(operation.method)}, path, "
                f"{self.answers}, outcomes, options);",
                "}",
            ]
        )


def _body(contract: Contract, case: Case, media_type: MediaType) -> Any:
    """The body of a case: as the mock makes it, of a success without example the first of those
    with the seed 0; of an item, one without an id in its path.
    """
    is_made = case.is_success and case.variant is None and bodies.is_json(media_type)
    if not is_made or media_type.schema is None or bodies.examples(contract.document, media_type):
        return bodies.body(contract, case, media_type)
    reads = case.operation.partition(" ")[0] in ("GET", "HEAD", "QUERY", "OPTIONS", "TRACE")
    seed, wish = "0/" if reads else "0/0", Wish(is_long=True)
    return make(contract.document, media_type.schema, seed=seed, wish=wish).value


def identifier(operation: ContractOperation) -> str:
    """The name of an operation: its id, or its method and the words of its path, of parameters
    the last only, and only where the path ends with it.
    """
    own = operation.operation_id
    if own and re.fullmatch(r"[A-Za-z_]\w*", own, re.ASCII):
        return own
    path = operation.path
    parts = [own] if own else [operation.method, *re.sub(r"\{[^}]*\}", "/", path).split("/")]
    if not own and (last := re.search(r"\{([^}]*)\}/?$", path)):
        parts += ["by", last[1]]
    found = [word for part in parts for word in words(part)] or [operation.method]
    return found[0].lower() + "".join(word[0].upper() + word[1:].lower() for word in found[1:])


def _handlers(operations: list[_Operation]) -> str:
    """All handlers; of two that match a path, that with fewer parameters first (OpenAPI 3.1.1
    section 4.8.8.2).
    """
    ordered = sorted(
        operations, key=lambda o: ["{" in part for part in o.operation.path.split("/")]
    )
    calls = [f"    {operation.name}(undefined, {{ baseUrl }})," for operation in ordered]
    return "\n".join(
        [
            "/** A handler for each operation, which gives success. */",
            "export function handlers(baseUrl?: string): HttpHandler[] {",
            "  return [",
            *calls,
            "  ];",
            "}",
        ]
    )


def _pattern(path: str) -> str:
    """A regular expression for the path of a URL."""
    pieces = re.split(r"\{[^}]*\}", path)
    return "[^/?#]+".join(_escaped(quote(piece, safe="/:@!$&'()*+,;=~-._%")) for piece in pieces)


def _escaped(text: str) -> str:
    return re.sub(r"[.*+?^${}()|[\]\\]", r"\\\g<0>", text)


def _literal(value: Any) -> str:
    """A JSON value as an expression. In an object literal `__proto__` would be no member."""
    text = json_text(value)
    return f"JSON.parse({json_text(text)})" if "__proto__" in text else text


def _key(name: str) -> str:
    return f"[{json_text(name)}]" if name == "__proto__" else json_text(name)


def _header(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "", text)
