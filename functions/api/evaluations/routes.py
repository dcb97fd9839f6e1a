"""Routes of evaluations: start, list, read, facts of the briefs, cancel, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from fourfold.estimates.estimate import Estimate
from fourfold.evaluation.models import MAX_BRIEFS
from fourfold.http.body import MAX_VALUES, json_body
from fourfold.http.cursors import id_after
from fourfold.idempotency import Execution
from fourfold.ids import is_evaluation_id
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.evaluations import deleting, reading
from functions.api.evaluations.claims import claims_page, is_place
from functions.api.evaluations.formats import formatted
from functions.api.evaluations.schemas import (
    ClaimsPage,
    EvaluationDocument,
    EvaluationErasure,
    EvaluationFormat,
    EvaluationList,
    EvaluationReceipt,
    EvaluationRequest,
)
from functions.api.evaluations.starting import plan_evaluation, start_evaluation
from functions.api.idempotent import estimate_reply, idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import OF_BUDGETS, OF_KEYED_REQUESTS, OF_SETTINGS
from functions.api.paging import Cursor, Limit
from functions.api.responses import document, path_to
from functions.api.spending import count_spending

router = APIRouter(tags=["evaluations"])
EVALUATIONS = "/v1/evaluations"

EvaluationIdPath = Annotated[str, Path(description="The id of an evaluation, `evl_...`.")]


@router.post(
    EVALUATIONS,
    summary="Evaluate A against B",
    status_code=202,
    response_model=EvaluationReceipt,
    openapi_extra=bodies.required_json(EvaluationRequest, bodies.KEY_HEADER),
    responses={
        200: {"model": Estimate, "description": "With `dry_run`: what the evaluation would cost"},
        202: replies.receipt("The evaluation is in progress; see `Location`"),
        **replies.problems(
            *(400, 403, 413, 415, 422, 429, 503),
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_BUDGETS, "run_not_started"],
        ),
        **replies.refusals(409, {"request_in_progress": "the first request with this key is still running"}),
    },
)
async def create_evaluation(request: Request, caller: Writer) -> Response:
    """Makes a persona of each brief with the settings of both sides, and has one judge score all of them blindly.

    The settings are frozen when it starts. It ends with a verdict on B against A, or without one before `max_usd` is
    passed. Its personas carry `evaluation_id`; lists leave them out, and no job is started for them.
    """
    body = await json_body(request, EvaluationRequest, MAX_BRIEFS + MAX_VALUES)
    plan = await wiring.in_thread(lambda: plan_evaluation(caller, body))
    if body.dry_run:
        return estimate_reply(request, plan.estimate)

    async def start(execution: Execution) -> Response:
        await count_spending(caller)
        started = await wiring.in_thread(lambda: start_evaluation(caller, body, plan, execution.operation_id))
        receipt = EvaluationReceipt(evaluation_id=started.id, run_id=started.run_id, status=started.status)
        return document(receipt, 202, {"Location": path_to(request, f"{EVALUATIONS}/{started.id}")})

    return await idempotent(request, caller, body, start)


@router.get(
    EVALUATIONS, summary="List evaluations", response_model=EvaluationList, responses=replies.problems(401, 403, 422)
)
async def list_evaluations(caller: Reader, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """Lists the evaluations of the workspace, newest first."""
    after = None if cursor is None else id_after(cursor, is_evaluation_id)
    return document(await wiring.in_thread(lambda: reading.evaluation_page(caller.workspace_id, limit, after)))


@router.get(
    f"{EVALUATIONS}/{{evaluation_id}}",
    summary="Read an evaluation",
    response_model=EvaluationDocument,
    responses={
        200: replies.evaluation_formats(),
        **replies.problems(401, 403, 404, 422),
        **replies.refusals(409, {"evaluation_not_ready": "other formats than JSON are available when it has ended"}),
    },
)
async def read_evaluation(
    evaluation_id: EvaluationIdPath,
    request: Request,
    caller: Reader,
    format: Annotated[  # noqa: A002 - the parameter's public name
        EvaluationFormat | None, Query(description="Takes precedence over `Accept`.")
    ] = None,
) -> Response:
    """Returns an evaluation, with its report once it has ended; then also as Markdown, JUnit XML or one HTML page."""

    def read() -> EvaluationDocument:
        return reading.evaluation_document(reading.known_evaluation(caller.workspace_id, evaluation_id))

    return formatted(request, await wiring.in_thread(read), format)


@router.get(
    f"{EVALUATIONS}/{{evaluation_id}}/claims",
    summary="Read the facts of its briefs",
    response_model=ClaimsPage,
    responses=replies.problems(401, 403, 404, 422),
)
async def read_claims(
    evaluation_id: EvaluationIdPath, caller: Reader, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """Returns each brief with its facts, and whether the personas of A and B keep, change or lack them."""
    after = None if cursor is None else int(id_after(cursor, is_place))

    def read() -> ClaimsPage:
        return claims_page(reading.known_evaluation(caller.workspace_id, evaluation_id), limit, after)

    return document(await wiring.in_thread(read))


@router.post(
    f"{EVALUATIONS}/{{evaluation_id}}/cancel",
    summary="Cancel an evaluation",
    status_code=202,
    response_model=EvaluationDocument,
    responses={
        202: {"description": "No further call is sent; the evaluation ends when the calls in progress have"},
        **replies.problems(401, 403, 404),
        **replies.refusals(409, {"evaluation_finished": "the evaluation has ended"}),
    },
)
async def cancel_evaluation(evaluation_id: EvaluationIdPath, caller: Writer) -> Response:
    """Ends an evaluation before its next model call. It keeps what it observed, without a winner."""

    cancelled = await wiring.in_thread(lambda: deleting.cancel_evaluation(caller.workspace_id, evaluation_id))
    return document(await wiring.in_thread(lambda: reading.evaluation_document(cancelled)), 202)


@router.delete(
    f"{EVALUATIONS}/{{evaluation_id}}",
    summary="Delete an evaluation",
    status_code=204,
    response_class=Response,
    responses={
        202: {
            "model": EvaluationErasure,
            "description": "More is left to delete: repeat the request after `Retry-After` seconds",
        },
        204: {"description": "The evaluation, its personas and their runs are deleted"},
        **replies.problems(401, 403, 404, 503),
        **replies.refusals(409, {"evaluation_running": "the evaluation is in progress; cancel it first"}),
    },
)
async def delete_evaluation(evaluation_id: EvaluationIdPath, caller: Writer) -> Response:
    """Deletes an evaluation that has ended, with its personas, for about 20 seconds; repeat it if it is cut off."""
    left = await wiring.in_thread(lambda: deleting.delete_evaluation(caller.workspace_id, evaluation_id))
    return Response(status_code=204) if left is None else document(left, 202, {"Retry-After": "1"})
