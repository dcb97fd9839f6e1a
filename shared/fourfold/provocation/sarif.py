"""Converts a suite report to SARIF 2.1.0 (OASIS), for code scanning views.

GitHub requires a full description and a help text of each rule, and a region of each location. A persona is no file, so
the region is the first character.
"""

from __future__ import annotations

from typing import Any, Final

from fourfold.provocation.definition import Severity
from fourfold.provocation.report import SuiteReport, TestResult
from fourfold.provocation.verdict import Verdict

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MEDIA_TYPE: Final = "application/sarif+json"

_HELP: Final = "The transcripts of a run are at GET .../test-suite/runs/{run_id}/tests/{test_id}."
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_KINDS = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.INCONCLUSIVE: "open"}


def sarif_log(report: SuiteReport) -> dict[str, Any]:
    """A SARIF log with one rule and one result per test; tests with errors become notifications."""
    errors = [result for result in report.results if result.verdict is Verdict.ERROR]
    judged = [result for result in report.results if result.verdict is not Verdict.ERROR]
    rules = [_rule(result) for result in report.results]
    indexes = {result.id: index for index, result in enumerate(report.results)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "fourfold provocation",
                        "semanticVersion": report.catalog_version,
                        "rules": rules,
                    }
                },
                "automationDetails": {"id": f"provocation/{report.persona_id}/{report.run_id}"},
                "invocations": [
                    {
                        "executionSuccessful": not errors,
                        "startTimeUtc": _utc(report.started_at.isoformat(timespec="milliseconds")),
                        "endTimeUtc": _utc(report.completed_at.isoformat(timespec="milliseconds")),
                        "toolExecutionNotifications": [
                            {
                                "level": "error",
                                "message": {"text": result.reason or "error"},
                                "associatedRule": {"id": result.id, "index": indexes[result.id]},
                            }
                            for result in errors
                        ],
                    }
                ],
                "results": [_result(report, result, indexes[result.id]) for result in judged],
                "properties": {
                    "passRate": report.pass_rate,
                    "interval": list(report.interval),
                    "confirmedCritical": list(report.confirmed_critical),
                    "contentHash": report.content_hash,
                },
            }
        ],
    }


def _rule(result: TestResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "shortDescription": {"text": result.title},
        "fullDescription": {"text": f"{result.title}. A {result.severity} test of the family {result.family}."},
        "help": {"text": f"Read the test: GET /v1/provocation/tests/{result.id}. {_HELP}"},
        "defaultConfiguration": {"level": _LEVELS[result.severity]},
        "properties": {"family": result.family.value, "severity": result.severity.value, "version": result.version},
    }


def _result(report: SuiteReport, result: TestResult, index: int) -> dict[str, Any]:
    failed = result.verdict is Verdict.FAIL
    quotes = [f"{each.criterion}: “{each.quote}”" for each in result.evidence if each.quote]
    text = "; ".join([result.reason or result.verdict.value, *quotes])
    return {
        "ruleId": result.id,
        "ruleIndex": index,
        "kind": _KINDS[result.verdict],
        "level": _LEVELS[result.severity] if failed else "none",
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"personas/{report.persona_id}"},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{report.persona_id}::{result.id}", "kind": "member"}],
            }
        ],
        "partialFingerprints": {"provocationTest/v1": f"{report.persona_id}/{result.id}"},
        "properties": {
            "confirmed": result.confirmed,
            "outcome": result.outcome.value if result.outcome else None,
        },
    }


def _utc(moment: str) -> str:
    return moment.replace("+00:00", "Z")
