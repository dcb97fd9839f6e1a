"""Routes of the provocation suite of a persona: read, run, list runs, compare."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_suite
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after
from fourfold.idempotency import Execution
from fourfold.ids import is_run_id
from fourfold.provocation.comparison import Comparison, compare
from fourfold.provocation.definition import Family, Severity
from fourfold.provocation.report import TestRecord
from fourfold.provocation.sarif import MEDIA_TYPE as SARIF
from functions.api import wiring
from functions.api.budget import require_budget
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import estimate_reply, idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import IN_PROGRESS, NOT_READY, OF_BUDGETS, OF_KEYED_REQUESTS, PERSONA_DELETED
from functions.api.paging import Cursor, Limit
from functions.api.personas.lookup import known_persona, require_speakable
from functions.api.responses import document, run_receipt
from functions.api.runs.schemas import RunReceipt
from functions.api.spending import count_spending
from functions.api.suite.job_requests import SUITE_RUNNING, planned_tests, request_suite, require_models
from functions.api.suite.reading import (
    JUNIT,
    filters_of,
    formatted,
    newest_run,
    report_of,
    run_page,
    suite_run,
    test_record,
)
from functions.api.suite.schemas import SuiteFormat, SuiteRequest, SuiteRunList, TestSuite

router = APIRouter(tags=["test suite"])
PATH = "/v1/personas/{persona_id}/test-suite"
_RUN_EXAMPLE = "run_01kaqf0c5v3y9m2t8z4n6r1w7b"

_NOT_READY = replies.refusals(409, {"suite_not_ready": "JUnit and SARIF are available when `status` is `ready`"})

OfFamily = Annotated[list[Family], Query(description="Return only results of these families.")]
OfSeverity = Annotated[list[Severity], Query(description="Return only results of these severities.")]
OfIds = Annotated[list[str], Query(max_length=100, description="Return only results of these tests.")]
Format = Annotated[SuiteFormat | None, Query(description="`json`, `junit` or `sarif`; takes precedence over `Accept`.")]


@router.get(
    PATH,
    summary="Read the provocation suite",
    response_model=TestSuite,
    responses={200: replies.suite_formats(), **replies.problems(401, 403, 404, 422), **_NOT_READY},
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
    """Returns the newest run, with `status` `pending`, `running`, `ready` or `failed`.

    A ready run is also available as JUnit XML (`format=junit`, or `Accept: application/xml`) and SARIF 2.1.0
    (`format=sarif`, or `Accept: application/sarif+json`); before that these formats return 409.
    """
    filters = filters_of(family, severity, ids)
    suite = await wiring.in_thread(lambda: newest_run(caller.workspace_id, persona_id))
    return formatted(request, suite, filters, format, persona_id)


@router.get(
    f"{PATH}/junit",
    summary="Read the provocation suite as JUnit XML",
    response_class=Response,
    responses={
        200: {"description": "The report", "content": {JUNIT: {"schema": {"type": "string"}}}},
        **replies.problems(401, 403, 404, 422),
        **_NOT_READY,
    },
)
async def read_test_suite_junit(persona_id: str, request: Request, caller: Reader) -> Response:
    """Returns the newest run as JUnit XML."""
    suite = await wiring.in_thread(lambda: newest_run(caller.workspace_id, persona_id))
    return formatted(request, suite, filters_of([], [], []), "junit", persona_id)


@router.get(
    f"{PATH}/sarif",
    summary="Read the provocation suite as SARIF",
    response_class=Response,
    responses={
        200: {
            "description": "The report",
            "content": {SARIF: {"schema": {"type": "object"}, "example": {"version": "2.1.0", "runs": []}}},
        },
        **replies.problems(401, 403, 404, 422),
        **_NOT_READY,
    },
)
async def read_test_suite_sarif(persona_id: str, request: Request, caller: Reader) -> Response:
    """Returns the newest run as SARIF 2.1.0."""
    suite = await wiring.in_thread(lambda: newest_run(caller.workspace_id, persona_id))
    return formatted(request, suite, filters_of([], [], []), "sarif", persona_id)


@router.post(
    PATH,
    summary="Run the provocation suite",
    status_code=202,
    response_model=RunReceipt,
    openapi_extra=bodies.required_json(SuiteRequest, bodies.KEY_HEADER),
    responses={
        200: {"model": Estimate, "description": "With `dry_run`: what the run would cost"},
        202: replies.receipt("The run is in progress in the background; see `Location`"),
        **replies.problems(400, 404, 413, 415, 422, also=[*OF_KEYED_REQUESTS, *OF_BUDGETS, "provider_not_configured"]),
        **replies.refusals(
            409,
            {
                **NOT_READY,
                "suite_disabled": "the provocation suite is disabled",
                SUITE_RUNNING: "another run of the suite is in progress; see `Location`",
                **IN_PROGRESS,
                **PERSONA_DELETED,
            },
        ),
    },
)
async def run_test_suite(persona_id: str, request: Request, caller: Writer) -> Response:
    """Starts a run of the suite, or of the tests selected by `family`, `severity` and `ids`.

    `benign_twins` adds the harmless twins of the tests. If a full run is in progress, a request for a full run returns
    it; any other request returns 409. `dry_run` returns an estimate and starts nothing.
    """
    body = await json_body(request, SuiteRequest)
    selection = body.selection()
    persona = await wiring.in_thread(lambda: known_persona(caller.workspace_id, persona_id))
    require_speakable(persona)
    plan = await wiring.in_thread(lambda: planned_tests(caller, selection))
    require_models(caller)

    def estimated() -> Estimate:
        return estimate_suite(persona, caller.settings.engine, plan)

    if body.dry_run:
        return estimate_reply(request, await wiring.in_thread(estimated))

    async def start(execution: Execution) -> Response:
        await count_spending(caller)
        await require_budget(caller, estimated)
        run = await wiring.in_thread(lambda: request_suite(caller, persona_id, selection, execution.operation_id))
        return run_receipt(request, run)

    return await idempotent(request, caller, selection, start, transient=frozenset({SUITE_RUNNING}))


@router.get(
    f"{PATH}/runs",
    summary="List runs of the suite",
    response_model=SuiteRunList,
    responses=replies.problems(401, 403, 404, 422),
)
async def list_suite_runs(
    persona_id: str,
    caller: Reader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Lists the persona's finished runs, newest first."""
    before = None if cursor is None else id_after(cursor, is_run_id)

    return document(await wiring.in_thread(lambda: run_page(caller.workspace_id, persona_id, limit, before)))


@router.get(
    f"{PATH}/diff",
    summary="Compare two runs",
    response_model=Comparison,
    responses=replies.problems(401, 403, 404, 422),
)
async def compare_suite_runs(
    persona_id: str,
    caller: Reader,
    before: Annotated[str, Query(description="The earlier run.", examples=[_RUN_EXAMPLE])],
    after: Annotated[str, Query(description="The later run.", examples=[_RUN_EXAMPLE])],
) -> Response:
    """Compares two runs test by test, with the p-value of McNemar's exact test."""

    def change() -> Comparison:
        known_persona(caller.workspace_id, persona_id)
        return compare(
            report_of(caller.workspace_id, persona_id, before), report_of(caller.workspace_id, persona_id, after)
        )

    return document(await wiring.in_thread(change))


@router.get(
    f"{PATH}/runs/{{run_id}}",
    summary="Read one run of the suite",
    response_model=TestSuite,
    responses={200: replies.suite_formats(), **replies.problems(401, 403, 404, 422), **_NOT_READY},
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
    """Returns a run. While it is in progress, `results` contains the tests finished so far."""
    filters = filters_of(family, severity, ids)
    suite = await wiring.in_thread(lambda: suite_run(caller.workspace_id, persona_id, run_id))
    return formatted(request, suite, filters, format, persona_id)


@router.get(
    f"{PATH}/runs/{{run_id}}/tests/{{test_id}}",
    summary="Read one test of a run",
    response_model=TestRecord,
    responses=replies.problems(401, 403, 404),
)
async def read_suite_test(persona_id: str, run_id: str, test_id: str, caller: Reader) -> Response:
    """Returns a test's result with the transcript of each repetition."""
    return document(await wiring.in_thread(lambda: test_record(caller.workspace_id, persona_id, run_id, test_id)))
