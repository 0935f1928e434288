"""The text of a drafted target file.

Rules: the file is valid as it is, as soon as the variables that it names are set. What only the
user knows stands in comments, ready to fill in. It holds no secret, only names of variables. Texts
of the document appear as strings of TOML and in comments of one line, whatever they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contract_tests.drafting.survey import NeededCredential, Survey
from contract_tests.target.credentials import kind_of
from contract_tests.target.entries import quoted, setup_line
from tallystick.catalogue.cases import Case

SCHEMA_NAME = "tallystick.schema.json"
"""The file beside a target file that holds its JSON Schema."""

BASE_URL = "${BASE_URL}"
"""Stands for the address where nobody has said where the implementation is."""

_MOST_LISTED, _MOST_SERVERS = 40, 5


@dataclass(frozen=True)
class Draft:
    """What is written: the answers of the user, and what the document shows. `document` is as the
    target file names it, None for the bundled one; `servers` are those that the document names.
    """

    survey: Survey
    base_url: str
    document: str | None
    file: str
    servers: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def used_variables(self) -> list[str]:
        """The variables of the environment that the file reads."""
        credentials = [each for each in self.survey.credentials if each.is_first]
        names = [variable for each in credentials for _, variable in self._keys(each)]
        return list(dict.fromkeys([*(["BASE_URL"] if self.base_url == BASE_URL else []), *names]))

    def text(self) -> str:
        """The file."""
        parts = (self._head(), self._scope(), self._credentials(), self._values(), self._cases())
        return "".join(f"{line}\n" for part in parts for line in part)

    # --- parts

    def _head(self) -> Iterator[str]:
        operations, cases = self.survey.contract.operations, list(self.survey.contract.cases)
        yield f"#:schema ./{SCHEMA_NAME}"
        yield (
            f"# Drafted by `tallystick init`: {_count(operations, 'operation')}, "
            f"{_count(cases, 'documented case')}."
        )
        yield comment(f"Run it: tallystick test --target {self.file}")
        others = [server for server in self.servers if server != self.base_url][:_MOST_SERVERS]
        if others:
            yield comment(f"The document names as servers: {', '.join(others)}")
        what = "   # set it, or write the address here" if self.base_url == BASE_URL else ""
        yield f"base_url = {quoted(self.base_url)}{what}"
        if self.document is not None:
            yield f"document = {quoted(self.document)}"
        yield '# rate = "20/s"          # default: no limit on this machine, 10/s elsewhere'
        yield "# only_safe = true       # GET and HEAD alone, as for production"
        yield '# exclude = ["…"]        # tags, operationIds, paths, or methods and paths, with *'

    def _scope(self) -> Iterator[str]:
        left_out = self.survey.left_out
        if not left_out:
            return
        yield from ("", "# Left out, since they may harm the server itself. If it may be harmed:")
        shown = dict(list(left_out.items())[:_MOST_LISTED])
        yield comment(f"include = [{', '.join(quoted(name) for name in ('*', *shown))}]")
        yield from (comment(f"  {name}: it {what}") for name, what in shown.items())
        yield from _rest(len(left_out), "operations")

    def _credentials(self) -> Iterator[str]:
        found = self.survey.credentials
        if not found:
            return
        yield from ("", "[credentials]", "# The values come from variables of the environment.")
        for each in found:
            yield from self._credential(each)
        if self.survey.has_forbidden:
            yield from ("", "# A user who may do less, for the 403s:", "# [credentials.other]")
            for each in found:
                if each.is_first and each.keys:
                    yield comment(self._entry(each, "OTHER_"))

    def _credential(self, each: NeededCredential) -> Iterator[str]:
        operations = "1 operation" if each.operations == 1 else f"{each.operations} operations"
        kind = _KINDS.get(kind_of(each.scheme), kind_of(each.scheme) or "unknown")
        where = f"{kind}, of {operations}"
        if each.scheme.kind == "mutualTLS":
            yield comment(f"{each.scheme.name}: set client_certificate = … at the top ({where})")
        elif not each.keys:
            yield comment(f"{each.scheme.name}: nothing can be sent for it ({where})")
        elif each.is_first:
            yield f"{self._entry(each)}   {comment(where)}"
        else:
            yield f"{comment(self._entry(each))}   {comment(f'in place of others: {where}')}"

    def _entry(self, each: NeededCredential, prefix: str = "") -> str:
        pairs = [f'{key} = "${{{prefix}{variable}}}"' for key, variable in self._keys(each)]
        return f"{_key(each.scheme.name)} = {{ {', '.join(pairs)} }}"

    def _keys(self, each: NeededCredential) -> list[tuple[str, str]]:
        names = variables_of(each)
        return [(key, self.variables.get(name, name)) for key, name in names.items()]

    def _values(self) -> Iterator[str]:
        values = self.survey.values
        if not values:
            return
        yield from (
            "",
            "# Values that only you know. Fill them in, and take the comment sign away:",
        )
        yield "# [parameters]"
        for name, operations in list(values.items())[:_MOST_LISTED]:
            more = f" and {len(operations) - 1} more" if len(operations) > 1 else ""
            entry = f'{quoted(name)} = "…"'
            yield f"{comment(entry)}   {comment(f'{operations[0]}{more}')}"
        yield from _rest(len(values), "values")

    def _cases(self) -> Iterator[str]:
        groups: dict[str, list[tuple[Case, str]]] = {}
        for case, why in self.survey.cases:
            groups.setdefault(case.code or case.status, []).append((case, why))
        count = self.survey.server_errors
        if not groups and not count:
            return
        yield from (
            "",
            "# Cases that no request brings about without your help. Each entry is one of:",
        )
        yield "# headers, parameters, before and after (calls), or why it is unreachable."
        if count:
            yield f"# Besides these, {count} server errors (5xx) may stay as they are."
        for key, found in list(groups.items())[:_MOST_LISTED]:
            case, why = found[0]
            where = case.operation if len(found) == 1 else f"{len(found)} operations"
            yield ""
            yield f"{comment(f'[cases.{quoted(key)}]')}   {comment(f'{where}: {_short(why)}')}"
            # Without a code, nobody knows what the trigger of the status would be here.
            known = case if case.code else replace(case, trigger=None)
            yield comment(setup_line(self.survey.contract, known))
        yield from _rest(len(groups), "cases")


_KINDS = {
    "http": "a token",
    "apiKey": "an API key",
    "basic": "user and password",
    "oauth2": "OAuth 2",
    "openIdConnect": "a token of OpenID Connect",
}


def variables_of(each: NeededCredential) -> dict[str, str]:
    """The variable of the environment for each key of a scheme's entry."""
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", each.scheme.name)
    word = re.sub(r"[^A-Za-z0-9]+", "_", word).strip("_").upper() or "API"
    word = f"_{word}" if word[0].isdigit() else word
    found = {}
    for key in each.keys:
        suffix = key.upper()
        found[key] = word if word.endswith(suffix) else f"{word}_{suffix}"
    return found


def comment(text: str) -> str:
    """A comment of one line (TOML 1.0 allows no control character in it but the tab)."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return f"# {plain}".rstrip()


def _key(name: str) -> str:
    """A key of TOML, bare where it may be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _short(why: str) -> str:
    """A reason of a run without its advice, which is what the file is about."""
    return why.removesuffix("; say how in the target file")


def _count(items: Sequence[object], noun: str) -> str:
    return f"1 {noun}" if len(items) == 1 else f"{len(items)} {noun}s"


def _rest(count: int, nouns: str) -> Iterator[str]:
    if count > _MOST_LISTED:
        yield f"# … and {count - _MOST_LISTED} more {nouns}: a run lists them"
