"""The report as JUnit XML, for a CI build: a case for the verdict and one for each measure that counts."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from fourfold.evaluation.models import EvaluationReport, MeasureResult, Verdict
from fourfold.evaluation.rendering.figures import clean, interval_text, measured, name_text, p_text


def junit(report: EvaluationReport) -> str:
    """JUnit XML. `worse` is a failure, `inconclusive` is skipped, `better` and `equivalent` pass."""
    measures = [measure for measure in report.measures if measure.counts]
    verdicts = [report.verdict, *(measure.verdict for measure in measures)]
    counts = {"tests": str(len(verdicts)), "failures": str(verdicts.count("worse")), "errors": "0"}
    root = Element("testsuites", {"name": "fourfold evaluation", **counts})
    # Jenkins' schema (junit-10.xsd) knows `skipped` of a suite alone.
    skipped = {"skipped": str(verdicts.count("inconclusive"))}
    name = clean(f"{report.b.label} against {report.a.label}")
    suite = SubElement(root, "testsuite", {"name": name, **counts, **skipped})
    properties = SubElement(suite, "properties")
    for name, value in (
        ("judge", report.judge),
        ("brief_set", report.brief_set or ""),
        ("briefs", str(report.briefs)),
        ("pairs", str(report.pairs)),
        ("briefs_to_settle", "" if report.briefs_to_settle is None else str(report.briefs_to_settle)),
        ("a.config_hash", report.a.config_hash),
        ("b.config_hash", report.b.config_hash),
    ):
        SubElement(properties, "property", name=name, value=clean(value))
    _case(suite, "verdict", report.verdict, report.reason)
    for measure in measures:
        _case(suite, name_text(measure.name), measure.verdict, _numbers(measure))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, name: str, verdict: Verdict, message: str) -> None:
    case = SubElement(suite, "testcase", classname="evaluation", name=name)
    if verdict == "worse":
        SubElement(case, "failure", message=clean(message), type=verdict)
    elif verdict == "inconclusive":
        SubElement(case, "skipped", message=clean(message))
    else:
        SubElement(case, "system-out").text = clean(f"{verdict}: {message}")


def _numbers(measure: MeasureResult) -> str:
    if not measure.n:
        return "not measured: no pair has a value"
    tested = "not tested" if measure.p is None else f"p {p_text(measure)} by {measure.test}"
    return (
        f"A {measured(measure, measure.a)}, B {measured(measure, measure.b)}, "
        f"difference {measured(measure, measure.difference, signed=True)} ({interval_text(measure)}), "
        f"n = {measure.n}, {tested}"
    )
