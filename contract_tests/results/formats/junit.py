"""JUnit XML: a suite for each operation, a test for each documented case and each check.

CI hosts show the suite, the name, and the text of a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from contract_tests.results.findings import lines_of
from contract_tests.results.run import in_words

_ELEMENTS = {"failures": "failure", "skipped": "skipped"}


def render(report: Mapping[str, Any]) -> str:
    """The report as JUnit XML."""
    suites = ElementTree.Element("testsuites", name="tallystick")
    operations = dict.fromkeys(case["operation"] for case in report["cases"])
    for operation in operations:
        suite = ElementTree.SubElement(suites, "testsuite", name=_plain(operation))
        shown: set[str] = set()
        for case in (c for c in report["cases"] if c["operation"] == operation):
            shown |= _case(suite, case, report)
        _checks(suite, operation, report, shown)
        _count(suite)
    suites.set("time", f"{report['seconds']:.3f}")
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def heavy(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The findings that fail a run."""
    return (f for f in report["findings"] if f["level"] != "advisory" and not f.get("accepted"))


def label(case: Mapping[str, Any]) -> str:
    """The name of a case: status and code."""
    return " ".join(filter(None, (case["status"], case["code"])))


def _case(
    suite: ElementTree.Element, case: Mapping[str, Any], report: Mapping[str, Any]
) -> set[str]:
    """A test for a documented case; returns the ids of the findings that it shows."""
    item = _item(suite, case["operation"], label(case))
    if case["verdict"] in ("not_covered", "unreachable"):
        reason = f"{in_words(case['verdict'])}: {case['reason'] or ''}"
        ElementTree.SubElement(item, "skipped", message=_plain(reason))
        return set()
    if case["verdict"] != "failed":
        return set()
    if case.get("accepted"):
        message = f"failed, and accepted: {case['reason'] or ''}"
        ElementTree.SubElement(item, "skipped", message=_plain(message))
        return set()
    found = [
        finding
        for finding in heavy(report)
        if finding["operation"] == case["operation"] and label(case) in finding["cases"]
    ]
    _fail(item, case["reason"] or "", found)
    return {finding["id"] for finding in found}


def _checks(
    suite: ElementTree.Element, operation: str, report: Mapping[str, Any], shown: set[str]
) -> None:
    """A test for each check; it fails by the findings that no case has shown."""
    for check in report.get("checks", ()):
        found = [
            finding
            for finding in heavy(report)
            if (finding["operation"], finding["check"]) == (operation, check["name"])
            and finding["id"] not in shown
        ]
        item = _item(suite, operation, f"check: {check['name']}")
        if found:
            _fail(item, found[0]["message"], found)


def _item(suite: ElementTree.Element, operation: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=_plain(operation), name=_plain(name), time="0"
    )


def _fail(item: ElementTree.Element, message: str, found: list[Mapping[str, Any]]) -> None:
    failure = ElementTree.SubElement(item, "failure", message=_plain(message))
    failure.text = _plain("\n\n".join("\n".join(lines_of(finding)) for finding in found))


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    suite.set("errors", "0")
    for name, element in _ELEMENTS.items():
        suite.set(name, str(len(list(suite.iter(element)))))


def _plain(text: str) -> str:
    """A text without what XML 1.0 (section 2.2) cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
