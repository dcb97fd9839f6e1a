"""Converts a regression test to JUnit XML, for CI builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from fourfold.judge_passports import Figure
from fourfold.judges.regression import Comparison, Measurement

# Name, and why it failed; None for a case that passed.
_Case = tuple[str, str | None]


def junit_xml(measurement: Measurement, comparison: Comparison | None) -> str:
    """JUnit XML with a testsuite for the versions and one for the measures. Without a baseline nothing fails."""
    changed = {} if comparison is None else comparison.changed_versions
    worse = {} if comparison is None else comparison.worse
    suites = {
        "versions": [(name, _changed(changed, name)) for name in sorted({*measurement.versions, *changed})],
        "measures": [
            (_named(name, measurement), _worse(worse, name)) for name in sorted({*measurement.measures, *worse})
        ],
    }
    root = Element("testsuites", name="fourfold regression")
    for name, cases in suites.items():
        _suite(root, name, cases, measurement)
    all_cases = [case for cases in suites.values() for case in cases]
    root.set("tests", str(len(all_cases)))
    root.set("failures", str(_failures(all_cases)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def figure_text(figure: Figure) -> str:
    """An estimate with its interval and its number of observations."""
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f}, n = {figure.n})"


def _suite(root: Element, name: str, cases: list[_Case], measurement: Measurement) -> None:
    suite = SubElement(root, "testsuite", name=name, tests=str(len(cases)), failures=str(_failures(cases)))
    suite.set("errors", "0")
    suite.set("timestamp", measurement.at.replace(tzinfo=None).isoformat(timespec="seconds"))
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="judge", value=measurement.judge.model.name)
    for case_name, reason in cases:
        case = SubElement(suite, "testcase", classname=f"regression.{name}", name=case_name)
        if reason is not None:
            SubElement(case, "failure", message=reason, type=name)


def _named(name: str, measurement: Measurement) -> str:
    figure = measurement.measures.get(name)
    return name if figure is None else f"{name} {figure_text(figure)}"


def _changed(changed: Mapping[str, tuple[str | None, str | None]], name: str) -> str | None:
    if name not in changed:
        return None
    before, after = changed[name]
    return f"{before} in the baseline, {after} now: store a new baseline"


def _worse(worse: Mapping[str, tuple[Figure, Figure | None]], name: str) -> str | None:
    if name not in worse:
        return None
    before, after = worse[name]
    return f"{'not measured' if after is None else figure_text(after)}; baseline {figure_text(before)}"


def _failures(cases: Iterable[_Case]) -> int:
    return sum(reason is not None for _, reason in cases)
