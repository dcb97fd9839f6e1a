"""The provocation suite of a persona: read it, run it, look back, compare."""

from __future__ import annotations

import json
import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.preferences import accepts
from fourfold.http.problems import ProblemError, not_found
from fourfold.idempotency import Execution
from fourfold.ids import is_run_id
from fourfold.jobs.store import JobStatus
from fourfold.problem import problem
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.provocation.comparison import Comparison, compare
from fourfold.provocation.definition import Family, Severity
from fourfold.provocation.junit import junit_xml
from fourfold.provocation.plan import Selection
from fourfold.provocation.report import SuiteReport, TestRecord, tally
from fourfold.provocation.sarif import MEDIA_TYPE as SARIF
from fourfold.provocation.sarif import sarif_log
from fourfold.provocation.suite import records_in
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import idempotent
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS
from functions.api.personas.documents import RunReceipt
from functions.api.responses import document, receipt_of
from functions.api.runs.polling import current_run
from functions.api.suite.job_requests import UNDER_WAY, must_select, ordered
from functions.api.suite.schemas import SuiteFormat, SuiteRun, SuiteRunList, TestSuite, suite_of
from functions.api.voice.service import known_persona, require_speakable
from functions.wiring import job_context, job_store, suites

router = APIRouter(tags=["test suite"])
PATH = "/v1/personas/{persona_id}/test-suite"
JUNIT = "application/xml"
_RUN = "run_01kaqf0c5v3y9m2t8z4n6r1w7b"
_TEST_ID = re.compile(r"[a-z0-9._-]{1,100}")

_NOT_READY = openapi.refusals(409, {"suite_not_ready": "JUnit and SARIF are there when `status` is `ready`"})

OfFamily = Annotated[list[Family], Query(description="Only results of these families.")]
OfSeverity = Annotated[list[Severity], Query(description="Only results of these severities.")]
OfIds = Annotated[list[str], Query(max_length=100, description="Only results of these tests.")]
Format = Annotated[SuiteFormat | None, Query(description="`json`, `junit` or `sarif`; wins over `Accept`.")]


@router.get(
    PATH,
    summary="Read the provocation suite",
    response_model=TestSuite,
    responses={200: openapi.suite_formats(), **openapi.problems(401, 403, 404, 422), **_NOT_READY},
)
async def read_test_suite(  # noqa: PLR0913, PLR0917 - a parameter for each filter
    persona_id: str,
    request: Request,
    caller: Reader,
    family: OfFamily = [],  # noqa: B006 - FastAPI copies it
    severity: OfSeverity = [],  # noqa: B006
    ids: OfIds = [],  # noqa: B006
    format: Format = None,  # noqa: A002 - the parameter's public name
) -> Response:
    """The newest run: `pending` from the moment the persona exists, then `running`, `ready` or `failed`.

    JUnit XML (`format=junit`, or `Accept: application/xml`) and SARIF 2.1.0 (`format=sarif`, or
    `Accept: application/sarif+json`) are there once it is ready; before that they are a 409.
    """
    shown = _shown(family, severity, ids)
    found = await wiring.in_thread(lambda: _newest(caller.workspace_id, persona_id))
    return _formatted(request, found, shown, format, persona_id)


@router.post(
    PATH,
    summary="Run the provocation suite",
    status_code=202,
    response_model=RunReceipt,
    openapi_extra=openapi.json_request(Selection, idempotent=True),
    responses={
        202: openapi.receipt("The run goes on in the background; follow it at `Location`"),
        **openapi.problems(400, 404, 413, 415, 422, also=OF_KEYED_REQUESTS),
        **openapi.refusals(
            409,
            {
                "persona_not_ready": "the persona is not written yet, or archived: it cannot speak",
                "suite_disabled": "the suite is switched off",
                UNDER_WAY: "another run of the suite is under way; see `Location`",
                "request_in_progress": "the first request with this Idempotency-Key is still running",
                "persona_deleted": "the persona was deleted meanwhile",
            },
        ),
    },
)
async def run_test_suite(persona_id: str, request: Request, caller: Writer) -> Response:
    """Runs the suite anew, or the tests selected by `family`, `severity` and `ids`; `benign_twins` adds harmless twins.

    A whole run that is under way already answers for a whole run; for a selection it is a 409.
    """
    selection = await json_body(request, Selection)
    workspace_id = caller.workspace_id
    await wiring.in_thread(lambda: require_speakable(known_persona(workspace_id, persona_id)))
    await wiring.in_thread(lambda: must_select(caller, selection))

    async def order(execution: Execution) -> Response:
        run = await wiring.in_thread(lambda: ordered(caller, persona_id, selection, execution.operation_id))
        return receipt_of(request, run)

    return await idempotent(request, caller, selection, order, passing=frozenset({UNDER_WAY}))


@router.get(
    f"{PATH}/runs",
    summary="List runs of the suite",
    response_model=SuiteRunList,
    responses=openapi.problems(401, 403, 404, 422),
)
async def list_suite_runs(
    persona_id: str,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> Response:
    """The persona's finished runs, newest first."""
    before = None if cursor is None else id_after(cursor, is_run_id)

    def page() -> SuiteRunList:
        known_persona(caller.workspace_id, persona_id)
        reports = suites().reports(caller.workspace_id, persona_id, limit + 1, before)
        shown = [SuiteRun.model_validate(report.model_dump(include={*SuiteRun.model_fields})) for report in reports]
        more = len(shown) > limit
        return SuiteRunList(
            data=tuple(shown[:limit]),
            has_more=more,
            next_cursor=opaque_cursor(shown[limit - 1].run_id) if more else None,
        )

    return document(await wiring.in_thread(page))


@router.get(
    f"{PATH}/diff",
    summary="Compare two runs",
    response_model=Comparison,
    responses=openapi.problems(401, 403, 404, 422),
)
async def compare_suite_runs(
    persona_id: str,
    caller: Reader,
    before: Annotated[str, Query(description="The earlier run.", examples=[_RUN])],
    after: Annotated[str, Query(description="The later run.", examples=[_RUN])],
) -> Response:
    """What changed from one run to the other, test by test, with McNemar's exact p-value."""

    def change() -> Comparison:
        known_persona(caller.workspace_id, persona_id)
        return compare(
            _report(caller.workspace_id, persona_id, before), _report(caller.workspace_id, persona_id, after)
        )

    return document(await wiring.in_thread(change))


@router.get(
    f"{PATH}/runs/{{run_id}}",
    summary="Read one run of the suite",
    response_model=TestSuite,
    responses={200: openapi.suite_formats(), **openapi.problems(401, 403, 404, 422), **_NOT_READY},
)
async def read_suite_run(  # noqa: PLR0913, PLR0917 - a parameter for each filter
    persona_id: str,
    run_id: str,
    request: Request,
    caller: Reader,
    family: OfFamily = [],  # noqa: B006 - FastAPI copies it
    severity: OfSeverity = [],  # noqa: B006
    ids: OfIds = [],  # noqa: B006
    format: Format = None,  # noqa: A002
) -> Response:
    """One run. While it runs, `results` hold the tests it has finished so far."""
    shown = _shown(family, severity, ids)
    found = await wiring.in_thread(lambda: _of_run(caller.workspace_id, persona_id, run_id))
    return _formatted(request, found, shown, format, persona_id)


@router.get(
    f"{PATH}/runs/{{run_id}}/tests/{{test_id}}",
    summary="Read one test of a run",
    response_model=TestRecord,
    responses=openapi.problems(401, 403, 404),
)
async def read_suite_test(persona_id: str, run_id: str, test_id: str, caller: Reader) -> Response:
    """One test's result with the transcript of each of its repetitions."""

    def record() -> TestRecord:
        run = _run(caller.workspace_id, persona_id, run_id)
        found = None
        if _TEST_ID.fullmatch(test_id) and run.status is RunStatus.RUNNING:
            text = job_context().checkpoints_of(run).find(test_id)
            found = None if text is None else TestRecord.model_validate_json(text)
        elif _TEST_ID.fullmatch(test_id):
            found = suites().record(workspace_id=caller.workspace_id, run_id=run_id, test_id=test_id)
        if found is None:
            raise not_found()
        return found

    return document(await wiring.in_thread(record))


def _report(workspace_id: str, persona_id: str, run_id: str) -> SuiteReport:
    report = suites().report(workspace_id, persona_id, run_id) if is_run_id(run_id) else None
    if report is None:
        raise not_found()
    return report


def _newest(workspace_id: str, persona_id: str) -> TestSuite:
    known_persona(workspace_id, persona_id)
    state = job_store().state(workspace_id, persona_id, RunKind.PROVOCATION)
    return TestSuite(status=JobStatus.PENDING) if state is None else _of_run(workspace_id, persona_id, state.run_id)


def _of_run(workspace_id: str, persona_id: str, run_id: str) -> TestSuite:
    run = _run(workspace_id, persona_id, run_id)
    if run.status is RunStatus.COMPLETED:
        return suite_of(_report(workspace_id, persona_id, run_id))
    records, status = suites().records(workspace_id, run_id), JobStatus.FAILED
    if run.status is RunStatus.RUNNING:
        records = records_in(job_context().checkpoints_of(run).read())
        state = job_store().state(workspace_id, persona_id, RunKind.PROVOCATION)
        # Between the two readings it may have ended; with its counts it is shown to the next who asks.
        waits = state is not None and state.run_id == run_id and state.status is JobStatus.PENDING
        status = JobStatus.PENDING if waits else JobStatus.RUNNING
    results = tuple(record.result for record in records)
    return TestSuite(status=status, run_id=run_id, error=run.error, started_at=run.started_at, results=results)


def _run(workspace_id: str, persona_id: str, run_id: str) -> Run:
    run = current_run(workspace_id, run_id) if is_run_id(run_id) else None
    if run is None or run.kind is not RunKind.PROVOCATION or run.persona_id != persona_id:
        raise not_found()
    return run


def _shown(family: list[Family], severity: list[Severity], ids: list[str]) -> Selection:
    """The filters of a reading; ids are compared, not checked: one that names nothing shows nothing."""
    return Selection.model_construct(family=tuple(family), severity=tuple(severity), ids=tuple(ids), benign_twins=False)


def _formatted(
    request: Request, suite: TestSuite, shown: Selection, asked: SuiteFormat | None, persona_id: str
) -> Response:
    accept = request.headers.get("accept")
    if asked is None:
        asked = "sarif" if accepts(accept, SARIF) else "junit" if accepts(accept, JUNIT) else "json"
    results = tuple(result for result in suite.results if shown.takes(result))
    narrowed = suite.model_copy(update={"results": results})
    if asked == "json":
        return document(narrowed)
    if suite.status is not JobStatus.READY:
        answer = problem("suite_not_ready", "The suite is not ready", 409, "Wait until `status` is `ready`.")
        raise ProblemError(answer, {"Retry-After": "10"})
    told = narrowed.model_dump(exclude={"status", "error"})
    # A build that reads some tests counts those.
    report = SuiteReport.model_validate({**told, "persona_id": persona_id, "counts": tally(results).counts})
    headers = {"Cache-Control": "no-store"}
    if asked == "junit":
        return Response(junit_xml(report), media_type=JUNIT, headers=headers)
    return Response(json.dumps(sarif_log(report), ensure_ascii=False), media_type=SARIF, headers=headers)
