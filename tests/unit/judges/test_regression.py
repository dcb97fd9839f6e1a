"""The audit's regression test: the offline judge against its baseline, and what makes the test fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from junitparser import JUnitXml
from typer.testing import CliRunner

from fourfold.cli.main import app
from fourfold.config.models import ModelConfig
from fourfold.judge_passports import JudgePassport, is_verified, shipped_passports
from fourfold.judges.junit import junit_xml
from fourfold.judges.label_set import documents
from fourfold.judges.measures import audit_measures
from fourfold.judges.prompt_versions import current_versions
from fourfold.judges.regression import Measurement, compare, measure, passports, read_baseline, write_baseline
from fourfold.judges.verdicts import DocumentVerdict, MeasuredJudge
from fourfold.models import resolve
from fourfold.persona import Dimension
from fourfold.pipeline import audit

OFFLINE = "offline:composer-1"
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture(scope="module")
def measured() -> Measurement:
    return measure(MeasuredJudge(resolve(OFFLINE), ModelConfig(max_tokens=8192)), NOW)


def test_the_offline_judge_is_not_worse_than_its_baseline(measured: Measurement) -> None:
    """If it is, or a prompt changed: `fourfold regression --update`."""
    baseline = read_baseline(OFFLINE)
    assert baseline is not None
    comparison = compare(measured, baseline)
    assert comparison.changed_versions == {}
    assert comparison.worse == {}


def test_it_finds_grave_defects_and_leaves_sound_documents_alone(measured: Measurement) -> None:
    assert measured.measures["audit.found"].value >= 0.95
    assert measured.measures["audit.found.held_out"].value >= 0.95
    assert measured.measures["audit.specificity"].value >= 0.95


def test_the_shipped_passports_are_those_of_the_measurement(measured: Measurement) -> None:
    def undated(each: JudgePassport) -> JudgePassport:
        return each.model_copy(update={"measured_at": None})

    assert list(map(undated, passports(measured))) == [
        undated(each) for each in shipped_passports() if each.judge == OFFLINE
    ]
    assert is_verified(OFFLINE, audit.rubric_version())
    assert not is_verified(OFFLINE, "aud_000000000000")
    assert not is_verified("anthropic:claude-opus-4-7", audit.rubric_version())


@pytest.mark.parametrize(
    ("flagged", "worse"),
    [
        ((), {"audit.found", "audit.kappa"}),
        (tuple(Dimension), {"audit.specificity", "audit.kappa"}),
    ],
)
def test_a_judge_that_flags_nothing_or_everything_is_worse(
    measured: Measurement, flagged: tuple[Dimension, ...], worse: set[str]
) -> None:
    baseline = read_baseline(OFFLINE)
    assert baseline is not None
    same = {
        document.id: DocumentVerdict(overall=4, scores=dict.fromkeys(Dimension, 4.0), flagged=flagged)
        for document in documents()
    }
    found = {f"audit.{name}": figure for name, figure in audit_measures(documents(), same).items()}
    comparison = compare(replace(measured, measures={**measured.measures, **found}, verdicts=same), baseline)
    assert worse <= set(comparison.worse)
    failed = JUnitXml.fromstring(junit_xml(replace(measured, measures=found), comparison).encode())
    assert failed.failures >= len(worse)


def test_a_changed_rubric_is_refused_without_a_new_baseline(
    measured: Measurement, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = current_versions()
    monkeypatch.setattr(audit, "AUDIT", replace(audit.AUDIT, task=audit.AUDIT.task.replace("2 for 4", "1 for 4")))
    after = current_versions()
    assert {name for name in before if before[name] != after[name]} == {"audit"}
    baseline = read_baseline(OFFLINE)
    assert baseline is not None
    comparison = compare(replace(measured, versions=after), baseline)
    assert set(comparison.changed_versions) == {"audit"}
    path = tmp_path / "baseline.json"
    write_baseline(replace(measured, versions=after).baseline(), path)
    stored = read_baseline(OFFLINE, path)
    assert stored is not None
    assert compare(replace(measured, versions=after), stored).changed_versions == {}


def test_junit_has_a_case_for_each_version_and_measure(measured: Measurement) -> None:
    baseline = read_baseline(OFFLINE)
    assert baseline is not None
    text = junit_xml(measured, compare(measured, baseline))
    suites = {suite.name: suite for suite in JUnitXml.fromstring(text.encode())}
    assert set(suites) == {"versions", "measures"}
    assert suites["measures"].tests == len(measured.measures)
    assert suites["versions"].tests == len(measured.versions)
    assert sum(suite.failures for suite in suites.values()) == 0


def test_a_judge_without_credentials_is_refused_before_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(name: str) -> None:
        raise AssertionError(f"{name} was called")

    monkeypatch.setattr("fourfold.models.adapter", called)
    for variable in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "FOURFOLD_PROVIDERS"):
        monkeypatch.delenv(variable, raising=False)
    for name, reason in (("openai:gpt-6.1-sol", "No credentials here for openai"), ("nonsense", "nonsense")):
        result = CliRunner().invoke(app, ["regression", "--judge", name])
        assert result.exit_code == 2
        assert reason in result.output
