"""The report as JUnit XML, which CI services show as tests.

Each rule of the gate is a test, and so is each example. An example that is not right fails only where it was right in
the baseline; what was not right before either is a known gap and shows as skipped, so that red means worse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from evals.report import Report
from evals.report.terminal import expected_text, outcome_text
from evals.runner import Row

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROMISED = ("questions", "failed", "determinism")


def to_junit(report: Report) -> str:
    """The report as one `testsuites` element."""
    root = ElementTree.Element("testsuites", name="footnote evals")
    _gate(root, report)
    _examples(root, report)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _gate(root: ElementTree.Element, report: Report) -> None:
    bounded = [name for name in report.run.summary() if report.rules.bound(name)]
    compared = [one for one in report.rules.compared if report.comparison]
    rules = [("promise or floor", name) for name in (*_PROMISED, *bounded)] + [("baseline", name) for name in compared]
    suite = _suite(root, "gate", len(rules))
    for kind, name in rules:
        case = ElementTree.SubElement(suite, "testcase", classname=f"gate.{kind}", name=name, time="0")
        for breach in report.breaches:
            if breach.rule == name and (breach.kind == "baseline") == (kind == "baseline"):
                ElementTree.SubElement(case, "failure", type=breach.kind, message=_clean(breach.why))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))


def _examples(root: ElementTree.Element, report: Report) -> None:
    suite = _suite(root, "examples", len(report.run.rows))
    was_right = {one.before.id: one.before.right for one in (report.comparison.pairs if report.comparison else ())}
    for row in report.run.rows:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"examples.{row.example.types[0]}",
            name=row.example.id,
            time=f"{row.seconds:.3f}",
        )
        _result(case, row, was_right)
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{kind}"))))


def _result(case: ElementTree.Element, row: Row, was_right: Mapping[str, bool]) -> None:
    if row.right:
        return
    said = f"{row.outcome}: {outcome_text(row)}"
    if row.error:
        ElementTree.SubElement(case, "error", message=_clean(row.error)).text = _clean(_told(row))
    elif was_right.get(row.example.id):
        ElementTree.SubElement(case, "failure", message=_clean(said)).text = _clean(_told(row))
    else:
        ElementTree.SubElement(case, "skipped", message=_clean(f"known gap, {said}"))


def _suite(root: ElementTree.Element, name: str, tests: int) -> ElementTree.Element:
    return ElementTree.SubElement(root, "testsuite", name=name, tests=str(tests), failures="0", errors="0", skipped="0")


def _told(row: Row) -> str:
    asked = " → ".join([*row.example.earlier, row.example.asked])
    return f"asked: {asked}\nsaid: {outcome_text(row)}\nexpected: {expected_text(row.example)}"


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
