"""Routes of runs and their events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from fourfold.http import sse
from fourfold.http.cursors import id_after
from fourfold.http.negotiation import JSON, media_type_for
from fourfold.http.problems import not_found, rejected
from fourfold.ids import EvaluationId, PersonaId, is_run_id
from fourfold.problem import FieldError
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.storage.runs.listing import RunFilter
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.openapi import replies
from functions.api.paging import Cursor, Limit
from functions.api.responses import document
from functions.api.runs import cancellation
from functions.api.runs.listing import run_list
from functions.api.runs.polling import FollowedRun
from functions.api.runs.schemas import RunEvents, RunList
from functions.wiring import event_store

router = APIRouter(tags=["runs"])

_EVENT_ID = re.compile(r"[0-9]{1,9}")
# No event has a greater number. DynamoDB refuses a key of more than 38 digits, which `after` may have.
_GREATEST_SEQ = 999_999_999


@router.get("/v1/runs", summary="List runs", response_model=RunList, responses=replies.problems(401, 403, 422))
async def list_runs(  # noqa: PLR0913, PLR0917 - a parameter for each filter
    caller: Reader,
    kind: Annotated[RunKind | None, Query(description="Only runs of this kind.")] = None,
    status: Annotated[RunStatus | None, Query(description="Only runs with this status.")] = None,
    persona_id: Annotated[PersonaId | None, Query(description="Only runs of this persona.")] = None,
    evaluation_id: Annotated[
        EvaluationId | None,
        Query(description="Only runs that make personas of this evaluation; without it or `persona_id`, none of any."),
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Lists generations and background jobs, newest first. A page may be short while `has_more` is true."""
    after = None if cursor is None else id_after(cursor, is_run_id)
    wanted = RunFilter(kind, status, persona_id, evaluation_id)
    return document(await wiring.in_thread(lambda: run_list(caller.workspace_id, wanted, limit, after)))


@router.post(
    "/v1/runs/{run_id}/cancel",
    summary="Cancel a run",
    response_model=Run,
    responses={
        200: {"description": "The run is cancelled: `failed`, with the problem `run_cancelled`"},
        202: {"model": Run, "description": "The run ends before its next model call; see `cancel_requested_at`"},
        **replies.problems(401, 403, 404),
        **replies.refusals(409, {"run_finished": "the run has ended"}),
    },
)
async def cancel_run(run_id: str, caller: Writer) -> Response:
    """Ends a run before its next model call. A call in progress is completed and counted, and nothing is half-written.

    A background job that has no call left to send completes. A persona keeps the layers it had before the run. The log
    gets `run.cancelling`, and at the run's end `pipeline.failed` or `job.failed` with the problem `run_cancelled`.
    """
    if not is_run_id(run_id):
        raise not_found()
    run = await wiring.in_thread(lambda: cancellation.cancel_run(caller.workspace_id, run_id))
    return document(run, 202 if run.status is RunStatus.RUNNING else 200)


@router.get("/v1/runs/{run_id}", summary="Read a run", response_model=Run, responses=replies.problems(401, 403, 404))
async def read_run(run_id: str, request: Request, caller: Reader) -> Response:
    """Returns a run with its status, attempts, steps, tokens and cost so far."""
    return document(await FollowedRun(request, caller.workspace_id, run_id).known_run())


@router.get(
    "/v1/runs/{run_id}/events",
    summary="Stream a run's events",
    response_model=RunEvents,
    responses={
        **replies.event_stream("Past events, then live events"),
        204: {"description": "The run has ended and the client has all events: do not reconnect"},
        **replies.problems(401, 403, 404, 422),
    },
)
async def read_run_events(
    run_id: str,
    request: Request,
    caller: Reader,
    after: Annotated[int | None, Query(ge=0, description="Return only events with a greater `seq`.")] = None,
    last_event_id: Annotated[str | None, Header(description="Same as `after`; takes precedence.")] = None,
) -> Response:
    """Streams the run's events as server-sent events: missed events first, then live ones, until the terminal event.

    With `Accept: application/json` it returns the list so far. 204: the run has ended and the client has all events.
    """
    followed = FollowedRun(request, caller.workspace_id, run_id)
    run = await followed.known_run()
    after_seq = _after_seq(last_event_id, after)
    entries = await wiring.in_thread(lambda: list(event_store(caller.workspace_id, run_id).entries()))
    last_seq = entries[-1].seq if entries else 0
    if after_seq > last_seq:
        parameter = "Last-Event-ID" if last_event_id is not None else "after"
        raise rejected(
            [FieldError(pointer=parameter, code="unknown_event", detail="The run has no event with this number.")]
        )
    ended = run.status is not RunStatus.RUNNING
    if media_type_for(request.headers.getlist("accept"), [sse.MEDIA_TYPE, JSON]) == JSON:
        return _listed((entry for entry in entries if entry.seq > after_seq), run)
    if ended and after_seq == last_seq:
        return Response(status_code=204)
    request_id = request.state.request_id
    if ended:
        batches = followed.entries(after_seq)
    else:
        batches = followed.batches(after_seq)
        await anext(batches)  # a stream too many is refused before the first byte
    content = sse.events(batches, last=None, failure=lambda error: sse.problem_of(error, request_id))
    return sse.event_stream(content)


@router.get(
    "/v1/runs/{run_id}/events/list",
    summary="List a run's events",
    response_model=RunEvents,
    responses=replies.problems(401, 403, 404, 422),
)
async def list_run_events(
    run_id: str,
    request: Request,
    caller: Reader,
    after: Annotated[int | None, Query(ge=0, description="Return only events with a greater `seq`.")] = None,
) -> Response:
    """Lists the run's events so far, as JSON. `has_more`: the run has not ended, and further events follow."""
    run = await FollowedRun(request, caller.workspace_id, run_id).known_run()
    after_seq = min(after or 0, _GREATEST_SEQ)
    entries = await wiring.in_thread(lambda: list(event_store(caller.workspace_id, run_id).entries(after_seq)))
    return _listed(entries, run)


def _listed(entries: Iterable[LogEntry], run: Run) -> Response:
    events = tuple(entry.body() for entry in entries)
    return document(RunEvents(data=events, has_more=run.status is RunStatus.RUNNING))


def _after_seq(last_event_id: str | None, after: int | None) -> int:
    if last_event_id is None:
        return after or 0
    if not _EVENT_ID.fullmatch(last_event_id):
        raise rejected(
            [
                FieldError(
                    pointer="Last-Event-ID", code="unknown_event", detail="Must be the id of an event of this stream."
                )
            ]
        )
    return int(last_event_id)
