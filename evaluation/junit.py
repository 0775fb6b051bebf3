"""A gate's checks as JUnit XML, which most CI systems show.

Form: https://github.com/testmoapp/junitxml. A check is a test case; what is undecided and passes is skipped.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from evaluation.gate import GateCheck, GateResult

# XML 1.0 knows no control characters, https://www.w3.org/TR/xml/#charsets.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(result: GateResult, file: Path, *, undecided_passes: bool = True) -> None:
    """Write the checks, a case for questions that newly end in an error, and one for questions not asked."""
    suite = ElementTree.Element("testsuite", name="refdesk eval gate")
    for check in result.checks:
        _add(suite, check, undecided_passes)
    errors = ElementTree.SubElement(suite, "testcase", classname="refdesk.gate", name="no new errors")
    if result.failed_questions:
        words = f"{len(result.failed_questions)} questions end in an error that did not before"
        failure = ElementTree.SubElement(errors, "failure", message=words)
        failure.text = _sound("\n".join(result.failed_questions))
    asked = ElementTree.SubElement(suite, "testcase", classname="refdesk.gate", name="no questions missing")
    if result.missing_questions:
        words = f"{len(result.missing_questions)} of the baseline's questions were not asked"
        failure = ElementTree.SubElement(asked, "failure", message=words)
        failure.text = _sound("\n".join(result.missing_questions))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)


def _add(suite: ElementTree.Element, check: GateCheck, undecided_passes: bool) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname="refdesk.gate",
        name=_sound(f"{check.change.metric.name} loses at most {check.max_loss:g}"),
    )
    words = _sound(check.words)
    if check.verdict == "undecided" and undecided_passes and not check.vanished:
        ElementTree.SubElement(case, "skipped", message=words)
    elif check.verdict != "held":
        ElementTree.SubElement(case, "failure", message=words).text = words
    else:
        ElementTree.SubElement(case, "system-out").text = words


def _sound(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)
