"""Converts a suite report to JUnit XML, for CI builds."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from fourfold.provocation.report import SuiteReport, TestResult
from fourfold.provocation.verdict import Verdict

# Characters that XML 1.0 does not allow, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MS_PER_S = 1000


def junit_xml(report: SuiteReport) -> str:
    """JUnit XML with one testsuite per family. An inconclusive test is reported as `skipped`."""
    root = Element("testsuites", name="fourfold provocation", time=_time(report.duration_ms))
    for family in dict.fromkeys(result.family for result in report.results):
        results = [result for result in report.results if result.family is family]
        suite = SubElement(
            root,
            "testsuite",
            name=family.value,
            tests=str(len(results)),
            failures=str(_count(results, Verdict.FAIL)),
            errors=str(_count(results, Verdict.ERROR)),
            skipped=str(_count(results, Verdict.INCONCLUSIVE)),
            time=_time(sum(result.duration_ms for result in results)),
            timestamp=report.started_at.replace(tzinfo=None).isoformat(timespec="seconds"),
        )
        properties = SubElement(suite, "properties")
        for name, value in (
            ("persona_id", report.persona_id),
            ("run_id", report.run_id),
            ("catalog_version", report.catalog_version),
            ("content_hash", report.content_hash),
        ):
            SubElement(properties, "property", name=name, value=value)
        for result in results:
            _case(suite, result)
    root.set("tests", str(len(report.results)))
    root.set("failures", str(report.counts.failed))
    root.set("errors", str(report.counts.error))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, result: TestResult) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"provocation.{result.family}",
        name=_clean(f"{result.id} {result.title}"),
        time=_time(result.duration_ms),
    )
    match result.verdict:
        case Verdict.PASS:
            return
        case Verdict.FAIL:
            kind = f"{'confirmed' if result.confirmed else 'unconfirmed'} {result.severity} {result.outcome or ''}"
            element = SubElement(case, "failure", message=_clean(result.reason), type=kind.strip())
        case Verdict.ERROR:
            element = SubElement(case, "error", message=_clean(result.reason), type="model")
        case Verdict.INCONCLUSIVE:
            element = SubElement(case, "skipped", message=_clean(f"inconclusive: {result.reason}"))
    element.text = _clean(
        "\n".join(
            f"[{evidence.source}] {evidence.criterion}: “{evidence.quote}” {evidence.note}".rstrip()
            for evidence in result.evidence
        )
    )


def _count(results: list[TestResult], verdict: Verdict) -> int:
    return sum(result.verdict is verdict for result in results)


def _time(duration_ms: int) -> str:
    return f"{duration_ms / _MS_PER_S:.3f}"


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
