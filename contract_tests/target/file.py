"""The target file: a target written down in TOML.

Rules: `${NAME}` is read from the environment, and a missing variable is an error that names it.
An unknown key, and a case, operation or parameter that the document lacks, is an error that names
the line and suggests the nearest known one: a typo must not turn a check off. `target.schema.json`
says the same to editors; a new key stands in both.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.target.certificates import untrustable, unusable
from contract_tests.target.credentials import KEYS, OPTIONAL, Credential, kind_of
from contract_tests.target.hosts import host_of, is_loopback, spelled
from contract_tests.target.patterns import names_of_operation, unmatched
from contract_tests.target.rate import per_second
from contract_tests.target.target import (
    LARGEST_RESPONSE,
    CaseSetup,
    HookCall,
    OperationValues,
    Target,
    TargetError,
    names_of,
)
from contract_tests.target.variables import expanded
from tallystick.contract import Contract
from tallystick.errors import Source
from tallystick.reader.operations import SecurityScheme, security_schemes
from tallystick.reader.texts.reading import read_text

_KEYS = {
    "base_url",
    "document",
    "overlays",
    "timeout",
    "largest_response",
    "rate",
    "headers",
    "parameters",
    "cases",
    "operations",
    "fuzz",
    "credentials",
    "ca_file",
    "client_certificate",
    "proxy",
    "allow_hosts",
    "include",
    "exclude",
    "only_safe",
    "destructive",
    "largest_body",
}
_CASE_KEYS = {"headers", "parameters", "before", "after", "unreachable"}
_HOOK_KEYS = {"method", "url", "headers", "json"}
_OPERATION_KEYS = {"match", "parameters", "repeatable"}
_CREDENTIAL_KEYS = {field.name for field in fields(Credential)}
_IDENTITIES = ("other", "wrong")
_FUZZ_KINDS: Mapping[str, Any] = {
    "allow_hosts": list,
    "max_requests": int,
    "max_creations": int,
    "max_time": (int, float),
    "rate": str,
    "breaker": (dict, bool),
    "dictionaries": dict,
    "parameters": dict,
}
_BREAKER_KEYS = {"errors", "latency", "window"}
TABLES: Mapping[str, Collection[str]] = {
    "": _KEYS,
    "case": _CASE_KEYS,
    "call": _HOOK_KEYS,
    "operation": _OPERATION_KEYS,
    "credential": _CREDENTIAL_KEYS,
    "fuzz": _FUZZ_KINDS,
    "breaker": _BREAKER_KEYS,
}
"""The keys of each table, by the name of its definition in the schema; the file itself has none."""

SCHEMA = Path(__file__).with_name("target.schema.json")
"""The JSON Schema of target files, for editors. It has no keyword that means something else in
draft 4, which is what editors of TOML know.
"""

_LOCATIONS = ("path", "query", "header", "cookie", "body")


def read_target(path: str) -> Target:
    """Read a target file. Raises TargetError."""
    return _TargetReader(path).target()


def check_target(target: Target, contract: Contract, path: str) -> None:
    """See that what the target file names is documented. Raises TargetError."""
    places = Places(path)
    cases = {name for case in contract.cases for name in names_of(case)}
    for name in target.cases:
        places.known(name, cases, "The document has no case {!r}")
    operations = {operation.name for operation in contract.operations}
    for special in target.operations:
        places.known(special.match, operations, "The document has no operation {!r}")
    known = {
        f"{field.location}.{field.name}"
        for operation in contract.operations
        for field in operation.fields
    }
    for name in _parameters(target):
        # Other headers, queries and properties than those documented may be what a target needs.
        if name.startswith("path."):
            places.known(name, known, "The document has no parameter {!r}")
    for pattern in unmatched((*target.include, *target.exclude), contract):
        names = {
            name for operation in contract.operations for name in names_of_operation(operation)
        }
        places.known(pattern, names, "No operation is called {!r}")
    schemes = _schemes(contract)
    for credentials in (target.credentials, target.other, target.wrong):
        for name, credential in credentials.items():
            places.known(name, schemes, "The document has no security scheme {!r}")
            places.suits(schemes[name], credential)


def _schemes(contract: Contract) -> dict[str, SecurityScheme]:
    """The security schemes that the document declares, by name."""
    return {scheme.name: scheme for scheme in security_schemes(contract.document)}


def _parameters(target: Target) -> Iterable[str]:
    groups: list[Mapping[str, Any]] = [target.parameters]
    groups += [special.parameters for special in target.operations]
    groups += [case.parameters for case in target.cases.values()]
    return (name for group in groups for name in group)


class Places:
    """The text of a target file, to say where in it something is wrong. Raises TargetError where
    there is none.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.text = read_text(path)
            self.value = tomllib.loads(self.text)
        except OSError as error:
            raise TargetError(f"{error.strerror}.", source=Source(path)) from None
        except (ValueError, RecursionError) as error:
            raise TargetError(f"This is not valid TOML: {error}.", source=Source(path)) from None

    def known_keys(self, value: Mapping[str, Any], keys: Collection[str], wrong: str) -> None:
        """See that a table has no other keys. Raises TargetError."""
        for key in value:
            self.known(key, keys, wrong)

    def known(self, name: str, names: Collection[str], wrong: str) -> None:
        """See that a name is known; `wrong` says that it is not. Raises TargetError."""
        if name not in names:
            near = difflib.get_close_matches(name, names, 1, cutoff=0.4)
            raise self.error(wrong.format(name), name, f"Did you mean {near[0]!r}?" if near else "")

    def suits(self, scheme: SecurityScheme, credential: Credential) -> None:
        """See that a credential has what its scheme needs. Raises TargetError."""
        given = {key for key in _CREDENTIAL_KEYS if getattr(credential, key)}
        wanted = KEYS.get(kind_of(scheme), ())
        # A digest is an answer to a challenge, which no value in a file can be.
        if (scheme.kind, scheme.scheme) == ("http", "digest"):
            what = f"The security scheme {scheme.name!r} is digest, for which nothing can be sent"
            raise self.error(what, scheme.name)
        if credential.client_id and not (credential.token_url or scheme.token_url):
            what = f"The security scheme {scheme.name!r} has no token URL for client credentials"
            raise self.error(what, scheme.name, "Name it: token_url = …")
        is_client = bool(credential.client_id)
        if not any(keys <= given <= keys | (OPTIONAL if is_client else set()) for keys in wanted):
            needed = " or ".join(", ".join(sorted(keys)) for keys in wanted) or "nothing"
            what = f"The security scheme {scheme.name!r} ({kind_of(scheme)}) needs {needed}"
            raise self.error(what, scheme.name)

    def error(self, what: str, needle: str, remedy: str = "") -> TargetError:
        """The error that names the line of the needle."""
        return TargetError(
            f"{what}.", source=Source(self.path, "", self.line(needle)), remedy=remedy
        )

    def line(self, needle: str) -> int | None:
        """The line that has the word: as a whole if there is one, and not in a comment."""
        lines = [line.partition(" #")[0] for line in self.text.splitlines()]
        lines = ["" if line.lstrip().startswith("#") else line for line in lines]
        whole = re.compile(rf"(?<![\w.-]){re.escape(needle)}(?![\w-])")
        found = (number for number, line in enumerate(lines, 1) if whole.search(line))
        part = (number for number, line in enumerate(lines, 1) if needle in line)
        return next(found, None) or next(part, None)


class _TargetReader(Places):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.variables: dict[str, str] = {}

    def target(self) -> Target:
        try:
            value = self.expanded(self.value)
        except RecursionError:
            raise TargetError("It is nested too deeply.", source=Source(self.path)) from None
        self.known_keys(value, _KEYS, "The key {!r} is not known")
        return Target(
            base_url=self.base_url(value),
            document=self.beside(self.typed(value, "document", str, None)),
            overlays=tuple(self.beside(o) or "" for o in self.typed(value, "overlays", list, [])),
            timeout=self.timeout(value),
            largest_response=self.largest_response(value),
            rate=self.rate(value),
            headers=self.headers(value),
            parameters=self.parameters(value),
            cases={
                name: self.case_setup(name, case)
                for name, case in self.typed(value, "cases", dict, {}).items()
            },
            operations=tuple(
                self.operation(item) for item in self.typed(value, "operations", list, [])
            ),
            variables=self.variables,
            fuzz=self.fuzz(self.typed(value, "fuzz", dict, {})),
            credentials=self.credentials(value, ""),
            other=self.credentials(value, "other"),
            wrong=self.credentials(value, "wrong"),
            ca_file=self.ca_file(value),
            client_certificate=self.certificate(value),
            proxy=self.proxy(value),
            allow_hosts=self.allow_hosts(value),
            include=self.texts(value, "include"),
            exclude=self.texts(value, "exclude"),
            only_safe=self.switch(value, "only_safe"),
            destructive=self.switch(value, "destructive"),
            largest_body=self.size(value, "largest_body"),
        )

    def base_url(self, value: dict[str, Any]) -> str:
        url = str(value.get("base_url"))
        if not is_address(url):
            raise self.error("'base_url' must be an http(s) URL", "base_url")
        if urlsplit(url).query or urlsplit(url).fragment:
            raise self.error("'base_url' must have no query or fragment", "base_url")
        return url.rstrip("/")

    def timeout(self, value: dict[str, Any]) -> float:
        seconds = float(self.typed(value, "timeout", (int, float), 10.0))
        if not 0 < seconds < 3600:
            raise self.error("'timeout' must be a number of seconds above 0", "timeout")
        return seconds

    def largest_response(self, value: dict[str, Any]) -> int:
        most: int = self.typed(value, "largest_response", int, LARGEST_RESPONSE)
        if most < 1:
            raise self.error("'largest_response' must be a number of bytes", "largest_response")
        return most

    def rate(self, value: dict[str, Any]) -> str | None:
        rate: str | None = self.typed(value, "rate", str, None)
        try:
            per_second(rate or "1/s")
        except ValueError as error:
            raise self.error(str(error), "rate") from None
        return rate

    def fuzz(self, value: dict[str, Any]) -> dict[str, Any]:
        self.known_keys(value, _FUZZ_KINDS, "[fuzz] has no key {!r}")
        for key, found in value.items():
            kinds = _FUZZ_KINDS[key]
            is_switch = key == "breaker" and found is False
            if not isinstance(found, kinds) or (isinstance(found, bool) and not is_switch):
                raise self.error(f"{key!r} of [fuzz] is of the wrong type", key)
            if isinstance(found, int | float) and not is_switch and found < 0:
                raise self.error(f"{key!r} of [fuzz] must not be negative", key)
        self.rate(value)
        hosts = value.get("allow_hosts", [])
        if not all(isinstance(host, str) and host for host in hosts):
            raise self.error("'allow_hosts' must be a list of host names", "allow_hosts")
        breaker = value.get("breaker") or {}
        self.known_keys(breaker, _BREAKER_KEYS, "'breaker' has no key {!r}")
        for key, limit in breaker.items():
            if isinstance(limit, bool) or not isinstance(limit, int | float) or limit <= 0:
                raise self.error(f"{key!r} of 'breaker' must be a number above 0", key)
        return value

    def credentials(self, value: dict[str, Any], identity: str) -> dict[str, Credential]:
        """The credentials of the run's own user, or of another identity."""
        table = self.typed(value, "credentials", dict, {})
        others = {name: item for name, item in table.items() if _is_identity(name, item)}
        own = {name: item for name, item in table.items() if name not in others}
        named = others.get(identity, {}) if identity else own
        return {name: self.credential(name, item) for name, item in named.items()}

    def credential(self, name: str, item: Any) -> Credential:
        if not isinstance(item, dict):
            raise self.error(f"The credential {name!r} must be a table", name)
        self.known_keys(item, _CREDENTIAL_KEYS, "A credential has no key {!r}")
        texts = {key: text for key, text in item.items() if key != "scopes"}
        for key, text in texts.items():
            if not isinstance(text, str) or not text or not text.isprintable():
                raise self.error(f"{key!r} of {name!r} needs a plain text", name)
            # A token stands in a header as it is; a user and a password are encoded (RFC 7617).
            is_plain = text.isascii() or key in ("username", "password")
            if not is_plain or (key == "username" and ":" in text):
                raise self.error(f"{key!r} of {name!r} cannot be sent as it is", name)
        return Credential(**texts, scopes=self.texts(item, "scopes"))

    def certificate(self, value: dict[str, Any]) -> tuple[str, ...]:
        found = value.get("client_certificate", [])
        names = [found] if isinstance(found, str) else found
        if (
            not isinstance(names, list)
            or len(names) > 2
            or not all(isinstance(n, str) for n in names)
        ):
            what = "'client_certificate' must be a file, or a list of certificate and key"
            raise self.error(what, "client_certificate")
        paths = tuple(self.beside(name) or "" for name in names)
        why = unusable(paths) if paths else None
        if why:
            what = f"'client_certificate' cannot be used: {' and '.join(paths)}: {why}"
            raise self.error(what, "client_certificate")
        return paths

    def ca_file(self, value: dict[str, Any]) -> str | None:
        path = self.beside(self.typed(value, "ca_file", str, None))
        why = untrustable(path) if path else None
        if why:
            raise self.error(f"'ca_file' cannot be used: {path}: {why}", "ca_file")
        return path

    def proxy(self, value: dict[str, Any]) -> str | None:
        proxy: str | None = self.typed(value, "proxy", str, None)
        if proxy is not None and not is_address(proxy):
            raise self.error("'proxy' must be an http(s) URL", "proxy")
        return proxy

    def allow_hosts(self, value: dict[str, Any]) -> tuple[str, ...]:
        return tuple(map(spelled, self.texts(value, "allow_hosts")))

    def texts(self, value: dict[str, Any], key: str) -> tuple[str, ...]:
        found = self.typed(value, key, list, [])
        if not all(isinstance(text, str) and text for text in found):
            raise self.error(f"{key!r} must be a list of texts", key)
        return tuple(found)

    def switch(self, value: dict[str, Any], key: str) -> bool:
        found = value.get(key, False)
        if not isinstance(found, bool):
            raise self.error(f"{key!r} must be true or false", key)
        return found

    def size(self, value: dict[str, Any], key: str) -> int | None:
        found: int | None = self.typed(value, key, int, None)
        if found is not None and found < 0:
            raise self.error(f"{key!r} must be a number of bytes", key)
        return found

    def operation(self, item: Any) -> OperationValues:
        if not isinstance(item, dict) or not isinstance(item.get("match"), str):
            raise self.error("Each of [[operations]] needs a 'match'", "operations")
        self.known_keys(item, _OPERATION_KEYS, "The key {!r} is not known in [[operations]]")
        return OperationValues(
            item["match"], self.parameters(item), self.switch(item, "repeatable")
        )

    def case_setup(self, name: str, value: Any) -> CaseSetup:
        if not isinstance(value, dict):
            raise self.error(f"The case {name!r} must be a table", name)
        self.known_keys(value, _CASE_KEYS, "The key {!r} is not known in a case")
        return CaseSetup(
            headers=self.headers(value),
            parameters=self.parameters(value),
            before=self.hooks(value, "before"),
            after=self.hooks(value, "after"),
            unreachable=self.typed(value, "unreachable", str, None),
        )

    def parameters(self, value: dict[str, Any]) -> dict[str, Any]:
        parameters: dict[str, Any] = self.typed(value, "parameters", dict, {})
        for name in parameters:
            location, _, rest = name.partition(".")
            if location not in _LOCATIONS or not rest:
                example = "'path.id', 'query.x', 'header.x' or 'body.x'"
                raise self.error(f"{name!r} names no parameter: write it like {example}", name)
        return parameters

    def hooks(self, value: dict[str, Any], name: str) -> tuple[HookCall, ...]:
        calls = self.typed(value, name, list, [])
        for call in calls:
            if not isinstance(call, dict) or not {"method", "url"} <= call.keys():
                raise self.error(f"Each call of {name!r} needs a 'method' and a 'url'", name)
            self.known_keys(call, _HOOK_KEYS, "The key {!r} is not known in a call")
            if not is_address(str(call["url"])):
                raise self.error(f"The 'url' of a call of {name!r} must be an http(s) URL", name)
            self.allowed(str(call["url"]))
        return tuple(
            HookCall(str(call["method"]), call["url"], self.headers(call), call.get("json"))
            for call in calls
        )

    def allowed(self, url: str) -> None:
        """See that a call goes to the target, to this machine, or to a host that is named."""
        host = host_of(url)
        named = {host_of(str(self.value.get("base_url"))), *self.allow_hosts(self.value)}
        if host not in named and not is_loopback(url):
            what = f"A call goes to {host!r}, which is not the host of 'base_url'"
            raise self.error(what, host, f'If that is right, add it: allow_hosts = ["{host}"].')

    def headers(self, value: dict[str, Any]) -> dict[str, str]:
        headers = self.typed(value, "headers", dict, {})
        for name, text in headers.items():
            if not isinstance(text, str) or not text.isprintable() or not text.isascii():
                raise self.error(f"The header {name!r} needs a plain text", name)
        return dict(headers)

    def typed(self, value: dict[str, Any], key: str, kind: Any, default: Any) -> Any:
        found = value.get(key, default)
        if found is not default and (not isinstance(found, kind) or isinstance(found, bool)):
            raise self.error(f"{key!r} is of the wrong type", key)
        return found

    def expanded(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.expanded(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.expanded(item) for item in value]
        return expanded(value, self.variables, self.missing) if isinstance(value, str) else value

    def missing(self, name: str) -> TargetError:
        return self.error(f"The environment variable {name} is not set", f"${{{name}}}")

    def beside(self, name: Any) -> str | None:
        """A path relative to the target file."""
        if name is None:
            return None
        if urlsplit(str(name)).scheme in ("http", "https"):
            return str(name)
        return str(Path(self.path).parent / str(name))


def is_address(url: str) -> bool:
    """Whether a text is the address of an HTTP server."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(host_of(url)) and parts.port != 0
    except ValueError:  # the port is no number of a port
        return False


def _is_identity(name: str, item: Any) -> bool:
    """Whether an entry of [credentials] is another identity, with tables of schemes, and no scheme
    of that name.
    """
    has_tables = isinstance(item, dict) and all(isinstance(each, dict) for each in item.values())
    return name in _IDENTITIES and has_tables
