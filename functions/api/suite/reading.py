"""Reads runs of the suite, whole or filtered, as JSON, JUnit XML or SARIF."""

from __future__ import annotations

import json
import re
from typing import Final

from fastapi import Request, Response

from fourfold.http.cursors import opaque_cursor
from fourfold.http.negotiation import JSON, media_type_for
from fourfold.http.problems import ProblemError, not_found
from fourfold.ids import is_run_id
from fourfold.jobs.store import JobStatus
from fourfold.problem import problem
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.provocation.definition import Family, Severity
from fourfold.provocation.junit import junit_xml
from fourfold.provocation.plan import Selection
from fourfold.provocation.report import SuiteReport, TestRecord, tally
from fourfold.provocation.sarif import MEDIA_TYPE as SARIF
from fourfold.provocation.sarif import sarif_log
from fourfold.provocation.suite import records_in
from functions.api.personas.lookup import known_persona
from functions.api.responses import document
from functions.api.runs.polling import current_run
from functions.api.suite.schemas import SuiteFormat, SuiteRun, SuiteRunList, TestSuite, suite_of
from functions.wiring import job_context, job_store, suites

JUNIT = "application/xml"
_MEDIA_TYPES: Final[dict[SuiteFormat, str]] = {"json": JSON, "sarif": SARIF, "junit": JUNIT}
_TEST_ID = re.compile(r"[a-z0-9._-]{1,100}")


def report_of(workspace_id: str, persona_id: str, run_id: str) -> SuiteReport:
    """Returns the report of a finished run.

    Raises:
        ProblemError: 404, no such report.
    """
    report = suites().report(workspace_id, persona_id, run_id) if is_run_id(run_id) else None
    if report is None:
        raise not_found()
    return report


def newest_run(workspace_id: str, persona_id: str) -> TestSuite:
    """Returns the persona's newest run; `pending` if there is none.

    Raises:
        ProblemError: 404, no such persona.
    """
    known_persona(workspace_id, persona_id)
    state = job_store().state(workspace_id, persona_id, RunKind.PROVOCATION)
    return TestSuite(status=JobStatus.PENDING) if state is None else suite_run(workspace_id, persona_id, state.run_id)


def suite_run(workspace_id: str, persona_id: str, run_id: str) -> TestSuite:
    """Returns a run, with its results so far if it has not ended.

    Raises:
        ProblemError: 404, no such run of this persona.
    """
    run = _run(workspace_id, persona_id, run_id)
    if run.status is RunStatus.COMPLETED:
        return suite_of(report_of(workspace_id, persona_id, run_id))
    records, status = suites().records(workspace_id, run_id), JobStatus.FAILED
    if run.status is RunStatus.RUNNING:
        records = records_in(job_context().checkpoints_of(run).read())
        state = job_store().state(workspace_id, persona_id, RunKind.PROVOCATION)
        # The run may have ended between the two reads; then it is shown as running once more.
        queued = state is not None and state.run_id == run_id and state.status is JobStatus.PENDING
        status = JobStatus.PENDING if queued else JobStatus.RUNNING
    results = tuple(record.result for record in records)
    return TestSuite(status=status, run_id=run_id, error=run.error, started_at=run.started_at, results=results)


def _run(workspace_id: str, persona_id: str, run_id: str) -> Run:
    run = current_run(workspace_id, run_id) if is_run_id(run_id) else None
    if run is None or run.kind is not RunKind.PROVOCATION or run.persona_id != persona_id:
        raise not_found()
    return run


def filters_of(family: list[Family], severity: list[Severity], ids: list[str]) -> Selection:
    """Builds the filters of a request. Ids are not validated: an unknown id matches nothing."""
    return Selection.model_construct(family=tuple(family), severity=tuple(severity), ids=tuple(ids), benign_twins=False)


def formatted(
    request: Request, suite: TestSuite, filters: Selection, format_: SuiteFormat | None, persona_id: str
) -> Response:
    """The filtered run as JSON, JUnit XML or SARIF, by `format_` or else the Accept header.

    Raises:
        ProblemError: 409, JUnit or SARIF of a run that is not ready.
    """
    accept = request.headers.getlist("accept")
    media_type = media_type_for(accept, [*_MEDIA_TYPES.values()]) if format_ is None else _MEDIA_TYPES[format_]
    results = tuple(result for result in suite.results if filters.includes(result))
    filtered = suite.model_copy(update={"results": results})
    if media_type == JSON:
        return document(filtered)
    if suite.status is not JobStatus.READY:
        answer = problem("suite_not_ready", "The suite run is not ready", 409, "Wait until status is ready.")
        raise ProblemError(answer, {"Retry-After": "10"})
    fields = filtered.model_dump(exclude={"status", "error"})
    # JUnit and SARIF count the filtered results, for CI builds that read only some tests.
    report = SuiteReport.model_validate({**fields, "persona_id": persona_id, "counts": tally(results).counts})
    headers = {"Cache-Control": "no-store"}
    if media_type == JUNIT:
        return Response(junit_xml(report), media_type=JUNIT, headers=headers)
    return Response(json.dumps(sarif_log(report), ensure_ascii=False), media_type=SARIF, headers=headers)


def run_page(workspace_id: str, persona_id: str, limit: int, before: str | None) -> SuiteRunList:
    """Returns a page of finished runs, those before run `before`.

    Raises:
        ProblemError: 404, no such persona.
    """
    known_persona(workspace_id, persona_id)
    reports = suites().reports(workspace_id, persona_id, limit + 1, before)
    filters = [SuiteRun.model_validate(report.model_dump(include={*SuiteRun.model_fields})) for report in reports]
    has_more = len(filters) > limit
    return SuiteRunList(
        data=tuple(filters[:limit]),
        has_more=has_more,
        next_cursor=opaque_cursor(filters[limit - 1].run_id) if has_more else None,
    )


def test_record(workspace_id: str, persona_id: str, run_id: str, test_id: str) -> TestRecord:
    """Returns a test's result and transcripts.

    Raises:
        ProblemError: 404, no such run or no result of the test.
    """
    run = _run(workspace_id, persona_id, run_id)
    found = None
    if _TEST_ID.fullmatch(test_id) and run.status is RunStatus.RUNNING:
        text = job_context().checkpoints_of(run).find(test_id)
        found = None if text is None else TestRecord.model_validate_json(text)
    elif _TEST_ID.fullmatch(test_id):
        found = suites().record(workspace_id, run_id, test_id)
    if found is None:
        raise not_found()
    return found
