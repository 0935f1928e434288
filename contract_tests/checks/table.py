"""The table of checks: what the contract demands of a response, with its level and its source.

A new check is one function and one row: a `ResponseCheck` here, in `RESPONSE_CHECKS`. The function
gives a violation where a response breaks the check, and None where the response keeps it or the
check does not apply.

One mistake of a service breaks one check. A 201 that no document has is also a wrong status for its
case, and has a body without schema. So a row names the checks that suppress it: once a response
breaks one of those, the row is not looked at. `docs/contract-tests.md` has an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from contract_tests.checks import conformance, content, disclosure, headers, semantics
from contract_tests.checks.context import CheckContext, Violation
from contract_tests.checks.levels import ADVISORY, DOCUMENTED, STANDARD
from contract_tests.checks.promises import PROMISES, broken_promises
from contract_tests.http.exchange import TransportError
from tallystick.contract import Contract

CheckFunction = Callable[[CheckContext], Violation | list[Violation] | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One demand. `source` names an RFC and section; it is empty where a violation or the document
    has its own. `applies_to` says in words which responses it is about, `remedy` what mends most
    violations. Checks of one `group` are broken by the same causes, seen from different requests.

    A check that one response cannot break by itself (it takes two, or none came) is a plain
    `Check`: whoever sees more makes its violations.
    """

    name: str
    level: str
    source: str
    applies_to: str
    group: str = field(default="", kw_only=True)
    remedy: str = field(default="", kw_only=True)

    def to_json(self) -> dict[str, str | None]:
        """The form that a report holds."""
        return {"name": self.name, "level": self.level, "source": self.source or None}

    @property
    def family(self) -> str:
        """What two violations must have in common to have one cause."""
        return self.group or self.name


@dataclass(frozen=True, slots=True)
class ResponseCheck(Check):
    """A check of one response, by its function. A response that breaks one of the checks in
    `suppressed_by` does not get this one.
    """

    function: CheckFunction
    suppressed_by: tuple[Check, ...] = ()

    def violations(self, context: CheckContext) -> list[Violation]:
        """How a response breaks this check."""
        found = self.function(context)
        if found is None:
            return []
        return found if isinstance(found, list) else [found]


def ordered(*checks: ResponseCheck) -> tuple[ResponseCheck, ...]:
    """The checks in this order. Raises ValueError where a name is taken, or where a check does not
    come after all those that suppress it: it would be looked at before them.
    """
    names: set[str] = set()
    for check in checks:
        late = [other.name for other in check.suppressed_by if other.name not in names]
        if late:
            raise ValueError(f"{check.name!r} must come after {', '.join(late)}")
        if check.name in names:
            raise ValueError(f"There are two checks named {check.name!r}")
        names.add(check.name)
    return checks


_ANY = "any response"
_CASE = "the response to a request that should get a case"
_INVALID = "the response to a request that is certainly invalid"
_EQUIVALENT = "the response to a request that a standard makes equal to one that succeeds"
_PROBLEM = "problem details"

# --- the status

SERVER_ERROR = ResponseCheck(
    "server error",
    STANDARD,
    "RFC 9110 section 15.6",
    "the response to a request that the document does not describe",
    conformance.no_server_error,
    group="documented status",
    remedy="Answer with a 4xx (404, 405, 400 …), and let no request end in an unhandled exception.",
)
DOCUMENTED_STATUS = ResponseCheck(
    "documented status",
    DOCUMENTED,
    "",
    _ANY,
    conformance.status_is_documented,
    remedy="Answer with a status that the operation documents, or document this one.",
)
STATUS_OF_THE_CASE = ResponseCheck(
    "status of the case",
    DOCUMENTED,
    "",
    _CASE,
    semantics.status_is_the_cases,
    (DOCUMENTED_STATUS,),
    group="status",
    remedy="Answer this request with the documented status, or correct the case in the document.",
)
VALID_ACCEPTED = ResponseCheck(
    "valid request accepted",
    DOCUMENTED,
    "",
    "the response to a request that is certainly valid",
    semantics.valid_request_is_accepted,
    (DOCUMENTED_STATUS,),
    group="accepted",
    remedy="Accept what the document allows, or document the rule that the value breaks.",
)
EQUIVALENT_ACCEPTED = ResponseCheck(
    "equivalent request accepted",
    STANDARD,
    "",
    _EQUIVALENT,
    semantics.equivalent_request_is_accepted,
    (DOCUMENTED_STATUS,),
    group="accepted",
    remedy="Treat both forms of the request alike, as the standard says and most parsers do.",
)
INVALID_REFUSED = ResponseCheck(
    "invalid request refused",
    DOCUMENTED,
    "",
    _INVALID,
    semantics.invalid_request_is_refused,
    (DOCUMENTED_STATUS,),
    group="status",
    remedy="Check this value before you use it, and answer with a documented 4xx.",
)
CREDENTIALS_REQUIRED = ResponseCheck(
    "credentials required",
    DOCUMENTED,
    "",
    "the response to a request without right credentials",
    semantics.credentials_are_required,
    remedy="Ask for credentials here and answer 401 without; or give the operation `security: []`.",
)
STATUS_OF_THE_CODE = ResponseCheck(
    "status of the code",
    DOCUMENTED,
    "",
    "an error that names a documented code",
    semantics.status_is_the_codes,
    (DOCUMENTED_STATUS, INVALID_REFUSED),
    group="status",
    remedy="Send this code with its documented status, or list it under the status that you send.",
)
NO_OTHER_CASE = ResponseCheck(
    "no other case",
    DOCUMENTED,
    "",
    _INVALID,
    semantics.refusal_names_no_other_case,
    group="code",
    remedy="Name the code of the fault that the request has; this code is about another one.",
)

_STATUS = (
    DOCUMENTED_STATUS,
    STATUS_OF_THE_CASE,
    VALID_ACCEPTED,
    EQUIVALENT_ACCEPTED,
    INVALID_REFUSED,
)
"""A response of the wrong status is not the one whose body the document describes."""

# --- the body

NO_BODY = ResponseCheck(
    "no body",
    STANDARD,
    "RFC 9110 section 6.4.1",
    "a 204, a 205, a 304, or a response to HEAD",
    content.no_body_where_none_may_be,
    remedy="Write no body after these statuses, and no Content-Length after a 204.",
)
RESPONSE_HEADERS = ResponseCheck(
    "documented headers",
    DOCUMENTED,
    "",
    _ANY,
    headers.headers_are_documented,
    _STATUS,
    remedy="Send the header as documented, or correct it in the document.",
)
BODY_THERE = ResponseCheck(
    "body there",
    DOCUMENTED,
    "",
    _ANY,
    content.body_is_there,
    _STATUS,
    remedy="Send the documented body, or document the response without content.",
)
MEDIA_TYPE = ResponseCheck(
    "documented media type",
    DOCUMENTED,
    "",
    _ANY,
    conformance.media_type_is_documented,
    (*_STATUS, BODY_THERE),
    remedy="Send a documented Content-Type, or add this media type to the response.",
)
JSON_BODY = ResponseCheck(
    "JSON body",
    STANDARD,
    "RFC 8259 section 8.1",
    _ANY,
    conformance.body_is_json,
    remedy="Write the body as UTF-8 JSON without byte order mark, or send another Content-Type.",
)
WELL_FORMED = ResponseCheck(
    "well-formed body",
    STANDARD,
    "",
    _ANY,
    content.body_is_well_formed,
    remedy="Write the body with a library for this media type, or send another Content-Type.",
)
_UNREADABLE = (*_STATUS, BODY_THERE, MEDIA_TYPE, JSON_BODY)
"""A body that is another one, or no JSON, has no members to speak of."""

BODY_SCHEMA = ResponseCheck(
    "body schema",
    DOCUMENTED,
    "",
    _ANY,
    conformance.body_fits_schema,
    _UNREADABLE,
    group="body",
    remedy="Send what the schema asks for at this place, or correct the schema in the document.",
)
WRITE_ONLY = ResponseCheck(
    "write-only members",
    DOCUMENTED,
    "",
    _ANY,
    conformance.no_write_only_member,
    _UNREADABLE,
    group="write-only",
    remedy="Leave members out of responses that the document calls `writeOnly`.",
)
CODE_OF_THE_CASE = ResponseCheck(
    "code of the case",
    DOCUMENTED,
    "",
    _CASE,
    semantics.code_is_the_cases,
    (*_UNREADABLE, BODY_SCHEMA),
    group="code",
    remedy="Name the documented code in the body, where your other errors have theirs.",
)
TEXT_OF_THE_CASE = ResponseCheck(
    "text of the case",
    DOCUMENTED,
    "",
    _CASE,
    semantics.text_is_of_no_other_case,
    (*_STATUS, CODE_OF_THE_CASE),
    remedy="Give each code its own text; this one belongs to another code.",
)
STATUS_MEMBER = ResponseCheck(
    "status member",
    STANDARD,
    "RFC 9457 section 3.1.2",
    _PROBLEM,
    conformance.status_member_agrees,
    (STATUS_OF_THE_CASE,),
    group="body",
    remedy="Write the HTTP status of the response into `status`, or leave the member out.",
)
PROBLEM_MEMBERS = ResponseCheck(
    "problem members",
    STANDARD,
    "RFC 9457 section 3.1",
    _PROBLEM,
    conformance.problem_members_have_their_types,
    (BODY_SCHEMA,),
    group="body",
    remedy="Make `type`, `title`, `detail` and `instance` strings, or leave them out.",
)

# --- what a response discloses, and how it is sent

_DISCLOSURE = "RFC 9457 section 5"
NO_STACK_TRACE = ResponseCheck(
    "no stack trace",
    STANDARD,
    _DISCLOSURE,
    _ANY,
    disclosure.no_stack_trace,
    remedy="Switch debug mode off, log the exception, and send a problem without it.",
)
NO_SOURCE_PATH = ResponseCheck(
    "no source path",
    STANDARD,
    _DISCLOSURE,
    _ANY,
    disclosure.no_source_path,
    (NO_STACK_TRACE,),
    remedy="Log the place in the code; send a message for callers in its place.",
)
CONTENT_CODING = ResponseCheck(
    "content coding",
    STANDARD,
    "RFC 9110 section 8.4.1",
    _ANY,
    conformance.content_coding_is_known,
    remedy="Name a registered content coding (gzip, br …), or send no Content-Encoding.",
)
MESSAGE_LENGTH = ResponseCheck(
    "message length",
    STANDARD,
    "RFC 9112 section 6.2",
    _ANY,
    conformance.length_is_given_once,
    remedy="Let the server or proxy set either Transfer-Encoding or Content-Length, not both.",
)
NO_SECRET = ResponseCheck(
    "no secret",
    STANDARD,
    _DISCLOSURE,
    _ANY,
    disclosure.no_secret,
    remedy="Leave credentials out of messages; never echo headers of the request.",
)

# --- good practice

ADVISED_ACCEPTED = ResponseCheck(
    "advised request accepted",
    ADVISORY,
    "RFC 3986 section 2.3",
    _EQUIVALENT,
    semantics.advised_request_is_accepted,
    remedy="Decode percent-encoding of the path before you route by it.",
)
VALID_ADVISED = ResponseCheck(
    "valid request better accepted",
    ADVISORY,
    "",
    "the response to a request that the schema allows, and a rule may forbid",
    semantics.valid_request_is_better_accepted,
    (DOCUMENTED_STATUS,),
    group="accepted",
    remedy="Accept what the schema allows, or put the rule that the value breaks into the schema.",
)
REFUSAL_ADVISED = ResponseCheck(
    "refusal advised",
    ADVISORY,
    "",
    "the success of a request that is certainly invalid, where no 400 or 422 is documented",
    semantics.invalid_request_is_better_refused,
    (DOCUMENTED_STATUS,),
    remedy="Validate requests against the document, and document the 400 or 422 that they get.",
)
CREDENTIALS_ADVISED = ResponseCheck(
    "credentials advised",
    ADVISORY,
    "",
    "the response to a request without right credentials, where no 401 or 403 is documented",
    semantics.credentials_are_advised,
    remedy="Ask for credentials here, or give the operation `security: []` where it is public.",
)
NO_QUERY = ResponseCheck(
    "no query",
    ADVISORY,
    _DISCLOSURE,
    _ANY,
    disclosure.no_query,
    remedy="Log the failed query; send a message for callers in its place.",
)
EXAMPLE = ResponseCheck(
    "documented example",
    ADVISORY,
    "",
    _ANY,
    conformance.example_fits_schema,
    _UNREADABLE,
    remedy="Correct the example in the document, or the schema beside it.",
)
EMPTY_BODY = ResponseCheck(
    "empty body",
    ADVISORY,
    "",
    _ANY,
    content.empty_body_is_meant,
    _UNREADABLE,
    remedy="Send an empty object or list, or document the response without content.",
)
CSV_BODY = ResponseCheck(
    "CSV body",
    ADVISORY,
    "",
    _ANY,
    content.body_is_csv,
    remedy="Write the body with a library for CSV: it puts quotes around quotes.",
)
MEDIA_TYPE_ADVISED = ResponseCheck(
    "media type advised",
    ADVISORY,
    "",
    "the refusal of a request that the document does not speak of",
    conformance.media_type_is_advised,
    remedy="Let the framework's own error pages have the media type of your other errors.",
)
UNDECLARED_METHOD = ResponseCheck(
    "undeclared method",
    ADVISORY,
    "RFC 9110 section 15.5.6",
    "the response to a method that the document lacks",
    semantics.undeclared_method_is_refused,
    remedy="Answer 405 with `Allow` to this method, or document it.",
)
ALLOWED_METHODS = ResponseCheck(
    "allowed methods",
    ADVISORY,
    "RFC 9110 section 15.5.6",
    "a 405",
    semantics.allowed_methods_are_named,
    remedy="Send `Allow` with each 405, with the methods that the path has.",
)
STATUS_TEXT = ResponseCheck(
    "status text",
    ADVISORY,
    "RFC 9457 section 3.1.2",
    _PROBLEM,
    conformance.status_text_agrees,
    remedy="Write the HTTP status of the response into `status` as a number, or leave it out.",
)
UNIQUE_MEMBERS = ResponseCheck(
    "unique members",
    ADVISORY,
    "RFC 8259 section 4",
    _ANY,
    conformance.members_are_unique,
    remedy="Write each member of an object once; readers may take either value.",
)

# --- promises of the document's prose


def _promise(name: str, *suppressed_by: ResponseCheck) -> ResponseCheck:
    """The check of a promise; its level is the promise's, its source where the overlay makes it."""
    return ResponseCheck(
        f"promise: {name}",
        PROMISES[name].level,
        "",
        "a success",
        partial(broken_promises, name),
        (*_UNREADABLE, *suppressed_by),
        remedy=PROMISES[name].remedy,
    )


ABSOLUTE_URL = _promise("absolute-url")
NOT_THE_CALLERS_URL = _promise("not-the-callers-url", ABSOLUTE_URL)
_OF_THE_SERVICE = {"absolute-url": ABSOLUTE_URL, "not-the-callers-url": NOT_THE_CALLERS_URL}
"""A success whose URL is not of the service's making has nothing else to keep."""

PROMISE_CHECKS = {
    name: _OF_THE_SERVICE.get(name) or _promise(name, *_OF_THE_SERVICE.values())
    for name in PROMISES
}
"""The checks of the promises, by the names that overlays use."""

# --- the table

RESPONSE_CHECKS = ordered(
    SERVER_ERROR,
    DOCUMENTED_STATUS,
    STATUS_OF_THE_CASE,
    VALID_ACCEPTED,
    EQUIVALENT_ACCEPTED,
    INVALID_REFUSED,
    CREDENTIALS_REQUIRED,
    STATUS_OF_THE_CODE,
    NO_OTHER_CASE,
    NO_BODY,
    RESPONSE_HEADERS,
    BODY_THERE,
    MEDIA_TYPE,
    JSON_BODY,
    WELL_FORMED,
    BODY_SCHEMA,
    WRITE_ONLY,
    CODE_OF_THE_CASE,
    TEXT_OF_THE_CASE,
    STATUS_MEMBER,
    PROBLEM_MEMBERS,
    NO_STACK_TRACE,
    NO_SOURCE_PATH,
    CONTENT_CODING,
    MESSAGE_LENGTH,
    NO_SECRET,
    ADVISED_ACCEPTED,
    VALID_ADVISED,
    REFUSAL_ADVISED,
    CREDENTIALS_ADVISED,
    EXAMPLE,
    MEDIA_TYPE_ADVISED,
    EMPTY_BODY,
    CSV_BODY,
    NO_QUERY,
    UNDECLARED_METHOD,
    ALLOWED_METHODS,
    STATUS_TEXT,
    UNIQUE_MEMBERS,
    *PROMISE_CHECKS.values(),
)
"""The checks of one response, in this order."""

COMPLETE_RESPONSE = Check(
    "complete response",
    STANDARD,
    "RFC 9112 section 8",
    "any request",
    remedy="Look for a crash, a timeout or a proxy: send every response to its end, in time.",
)

ADDRESS = Check(
    "address of what was created",
    STANDARD,
    "RFC 9110 section 15.3.2",
    "a 201 with `Location`",
    remedy="Send in `Location` the address where the new item can be read.",
)
DELETED_GONE = Check(
    "deleted item",
    DOCUMENTED,
    "",
    "the response to reading what was deleted, as it was before",
    remedy="Answer 404 or 410 once an item is deleted.",
)
DELETED_ADVISED = Check(
    "deleted item advised",
    ADVISORY,
    "",
    "the same, where reading documents no 404 or 410, or the item is not as it was",
    group=DELETED_GONE.name,
    remedy="Answer 404 or 410 once an item is deleted, and document that.",
)
DELETED_LISTED = Check(
    "deleted item listed",
    ADVISORY,
    "",
    "a list after one of its items was deleted",
    remedy="Leave what was deleted out of the list, or show there that it is.",
)
CREATED_READ = Check(
    "created item read",
    ADVISORY,
    "",
    "the response to reading a new item",
    remedy="Keep each member that was sent, or document it as `readOnly`.",
)
CREATED_LISTED = Check(
    "created item listed",
    ADVISORY,
    "",
    "a list after an item was created",
    remedy="Let a new item be in the list at once, or document that it takes time.",
)
LIST_AS_ASKED = Check(
    "list as asked for",
    ADVISORY,
    "",
    "a list with a limit, a page, or a value that its items have",
    remedy="Apply the parameters that the operation declares, or take them out of the document.",
)
LIST_COUNTED = Check(
    "count of a list",
    ADVISORY,
    "",
    "a list that says how many items there are",
    remedy="Count what the same request lists on all its pages: of this parent, and as filtered.",
)
UPDATED_READ = Check(
    "updated item read",
    ADVISORY,
    "",
    "the response to reading an item after PUT or PATCH",
    remedy="Keep each member that was sent, or document it as `readOnly`.",
)
ENTITY_TAG = Check(
    "entity tag of an item",
    STANDARD,
    "RFC 9110 section 8.8.1",
    "the response to reading an item after PUT or PATCH",
    remedy="Give each state of an item an ETag of its own: a version, or a hash of its content.",
)
OF_ITS_PARENT = Check(
    "item of its parent",
    ADVISORY,
    "",
    "the response to reading an item below another parent",
    remedy="Look an item up together with all ids of its path; else anybody may read all of them.",
)
PUT_CREATED = Check(
    "201 of a PUT",
    STANDARD,
    "RFC 9110 section 9.3.4",
    "the response to PUT, where 201 is documented beside 200 or 204",
    remedy="Answer 201 where there was nothing before, and 200 or 204 where something is replaced.",
)
AVAILABLE = Check(
    "available",
    ADVISORY,
    "RFC 9110 section 15.6",
    "a documented 502, 503 or 504 to a request that should succeed, twice in a row",
    remedy="Look at what fails behind the service; while it is overloaded, send `Retry-After`.",
)
UNDOCUMENTED_REFUSAL = Check(
    "undocumented refusal",
    ADVISORY,
    "",
    "a 4xx that the document does not have",
    remedy="Document what the operation refuses with: each status, `4XX` or `default`.",
)

SEQUENCE_CHECKS = (
    ADDRESS,
    DELETED_GONE,
    DELETED_ADVISED,
    DELETED_LISTED,
    CREATED_READ,
    CREATED_LISTED,
    LIST_AS_ASKED,
    LIST_COUNTED,
    UPDATED_READ,
    ENTITY_TAG,
    OF_ITS_PARENT,
    PUT_CREATED,
    AVAILABLE,
    UNDOCUMENTED_REFUSAL,
)
"""The checks that it takes several responses to see."""

CHECKS: tuple[Check, ...] = (COMPLETE_RESPONSE, *RESPONSE_CHECKS, *SEQUENCE_CHECKS)


def violations(context: CheckContext) -> Iterator[tuple[Check, Violation]]:
    """The checks that a response breaks, in the order of the table, with how."""
    broken: set[str] = set()
    for check in RESPONSE_CHECKS:
        if any(other.name in broken for other in check.suppressed_by):
            continue
        for violation in check.violations(context):
            broken.add(check.name)
            yield check, violation


def incomplete(error: TransportError) -> tuple[Check, Violation]:
    """The one check that a request without a complete response breaks."""
    return COMPLETE_RESPONSE, Violation(error.what, source=error.source)


def checks_of(contract: Contract) -> list[Check]:
    """The checks that concern a contract: of the promises, those that it makes."""
    made = {promise.name for operation in contract.operations for promise in operation.promises}
    others = [check for name, check in PROMISE_CHECKS.items() if name not in made]
    return [check for check in CHECKS if check not in others]
