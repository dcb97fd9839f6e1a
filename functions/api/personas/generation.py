"""Starts a generation run, and replies with the persona, a receipt or the run's events."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from fastapi import Request, Response

from fourfold.estimates.generation import estimate_generation
from fourfold.http import idempotency, sse
from fourfold.http.negotiation import JSON, media_type_for
from fourfold.http.preferences import preference
from fourfold.http.problems import ProblemError, internal_error
from fourfold.http.waiting import MAX_SILENCE_S
from fourfold.ids import id_created_at
from fourfold.persona import MAX_SEED, Visibility
from fourfold.persona_versions import Authorship
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.new_run import PersonaChoices, PersonaLabels
from fourfold.pipeline.staleness import may_be_stale
from fourfold.pipeline.store import SlugTakenError
from fourfold.pipeline.submit import (
    NOT_STARTED,
    KeyReusedError,
    NotStartedError,
    Submission,
    SubmittedRun,
    WorkspaceFullError,
    submit,
)
from fourfold.problem import problem
from fourfold.progress.run import Run, RunStatus
from fourfold.spending.budget import BudgetExceededError
from functions.api import wiring
from functions.api.budget import run_reservation
from functions.api.errors import slug_taken
from functions.api.personas.schemas import PersonaRequest
from functions.api.responses import path_to, persona_document, run_receipt
from functions.api.runs.polling import FollowedRun, current_run
from functions.api.spending import count_spending
from functions.clock import now
from functions.wiring import persona_store

if TYPE_CHECKING:
    from starlette.responses import StreamingResponse

    from fourfold.config.engine import RunSettings
    from functions.api.dependencies import AdmittedCaller

Started = TypeVar("Started")

MAX_WAIT_S = MAX_SILENCE_S
_FULL_RETRY_AFTER_S = 10


async def start_generation(
    request: Request, caller: AdmittedCaller, body: PersonaRequest, key: str | None, settings: RunSettings
) -> SubmittedRun:
    """Starts the run of a brief, or returns the run that the same Idempotency-Key started.

    Raises:
        ProblemError: as `start_run`.
    """
    await count_spending(caller)
    choices = choices_of(body)
    reservation = await run_reservation(
        caller, lambda: estimate_generation(body.intent, settings.engine, choices=choices)
    )
    submission = Submission(
        caller.workspace_id,
        body.intent,
        settings,
        key,
        idempotency.fingerprint(body),
        max_concurrent=caller.settings.api.limits.concurrent_generations,
        labels=labels_of(body),
        by=Authorship(author=caller.key_id),
        choices=choices,
        reservation=reservation,
    )
    return await start_run(request, submission)


def labels_of(body: PersonaRequest) -> PersonaLabels:
    """Returns what the request attaches to a new persona."""
    return PersonaLabels(body.slug, Visibility(body.visibility), body.metadata)


def choices_of(body: PersonaRequest) -> PersonaChoices:
    """Returns what the request decides beside the brief. A request without a seed gets a random one, and a new name."""
    if body.seed is not None:
        return PersonaChoices(body.language, body.seed)
    return PersonaChoices(body.language, secrets.randbelow(MAX_SEED + 1), "workspace")


async def start_run(request: Request, submission: Submission) -> SubmittedRun:
    """Starts the run of a submission, or returns the run that the same Idempotency-Key started.

    Errors of a regeneration (`fourfold.pipeline.submit`) are passed on.

    Raises:
        ProblemError: 402 a budget has too little left, 409 the slug is taken, 422 the key was used with a different
            request, 429 too many concurrent runs in the workspace, 503 the run could not be started.
    """
    try:
        submitted = await wiring.in_starting_thread(lambda: _submit(submission))
    except WorkspaceFullError as full:
        raise too_many_runs(full.limit) from None
    except BudgetExceededError as error:
        raise ProblemError(error.problem) from None
    except KeyReusedError:
        raise idempotency.key_reused() from None
    except SlugTakenError:
        raise slug_taken() from None
    except NotStartedError:
        raise ProblemError(NOT_STARTED, {"Retry-After": "5"}) from None
    request.state.run_id = submitted.run.id
    return submitted


def _submit(submission: Submission) -> SubmittedRun:
    return without_lost_runs(submission.workspace_id, lambda: submit(submission, wiring.submissions()))


def without_lost_runs(workspace_id: str, start: Callable[[], Started]) -> Started:
    """Returns the result of `start`. If the workspace is full, it first ends lost runs and tries once more."""
    try:
        return start()
    except WorkspaceFullError as full:
        old = [run_id for run_id in full.run_ids if may_be_stale(id_created_at(run_id), now())]
        if not old:
            raise
        for run_id in old:
            current_run(workspace_id, run_id)  # fails the run if it is lost
    return start()


def too_many_runs(limit: int) -> ProblemError:
    """429: the workspace has too many runs in progress."""
    detail = f"This workspace is limited to {limit} concurrent runs. Retry when one of them has ended."
    answer = problem("too_many_generations", "Too many concurrent generations", 429, detail)
    return ProblemError(answer, {"Retry-After": str(_FULL_RETRY_AFTER_S)})


async def reply_of_run(request: Request, submitted: SubmittedRun, *, stream: bool, status: int = 201) -> Response:
    """Streams the run's events if the body (`stream`) or Accept asks for them; otherwise as `wait_for_persona`."""
    accept = request.headers.getlist("accept")
    if stream or media_type_for(accept, [JSON, sse.MEDIA_TYPE]) == sse.MEDIA_TYPE:
        return await stream_events(request, submitted)
    return await wait_for_persona(request, submitted, status)


async def wait_for_persona(request: Request, submitted: SubmittedRun, status: int = 201) -> Response:
    """Waits for the run as Prefer says and returns the persona with `status`; after the timeout a receipt (202).

    Raises:
        ProblemError: the problem of a failed run; 409 a repeated request whose first request is still running.
    """
    wanted = preference(request.headers.getlist("prefer"))
    timeout_s = min(MAX_WAIT_S if wanted.wait_s is None else wanted.wait_s, MAX_WAIT_S)
    if submitted.replayed and submitted.run.status is RunStatus.RUNNING and wanted.wait_s is None:
        raise _still_running(request, submitted.run)
    run = submitted.run
    if timeout_s > 0 and run.status is RunStatus.RUNNING:
        run = await _finished_run(request, run, timeout_s)
    headers = _headers(submitted)
    if wanted.applied is not None:
        headers["Preference-Applied"] = wanted.applied
    if wanted.wait_s == 0 or run.status is RunStatus.RUNNING:
        return run_receipt(request, run, headers)
    return await _result(request, run, headers, status)


async def stream_events(request: Request, submitted: SubmittedRun) -> StreamingResponse:
    """Streams the run's events from the first, then the persona as the event `persona`.

    The event `persona` has no id, because it is not in the log that a resumed stream reads.
    """
    if submitted.replayed and submitted.run.status is RunStatus.RUNNING:
        raise _still_running(request, submitted.run)
    followed = FollowedRun(request, submitted.run.workspace_id, submitted.run.id)
    content = sse.events(
        followed.batches(),
        last=partial(_persona_frame, followed),
        failure=lambda error: sse.problem_of(error, request.state.request_id),
    )
    return sse.event_stream(content, {**_headers(submitted), "Location": _run_path(request, submitted.run)})


async def _finished_run(request: Request, run: Run, timeout_s: float) -> Run:
    """Returns the run when it has ended, or its current state after the timeout, a disconnect or a server stop."""
    followed = FollowedRun(request, run.workspace_id, run.id)
    try:
        async with aclosing(followed.until_ended(timeout_s)) as polls:
            async for _ in polls:
                if await request.is_disconnected():
                    break
    except ProblemError:
        pass  # the server is stopping, or too many requests of the workspace wait: reply with a receipt
    latest = await followed.run()
    if latest is None or (latest.status is RunStatus.RUNNING and await _is_deleted(latest)):
        raise ProblemError(DELETED)
    return latest


async def _is_deleted(run: Run) -> bool:
    """Whether the run's persona is deleted: a deletion ends the run's log before it removes the run."""
    return await wiring.in_thread(lambda: persona_store().persona(run.workspace_id, run.owner)) is None


async def _result(request: Request, run: Run, headers: dict[str, str], status: int) -> Response:
    if run.status is RunStatus.FAILED:
        path = _run_path(request, run)
        failure = (run.error or internal_error()).model_copy(update={"instance": path})
        raise ProblemError(failure, {**headers, "Location": path})
    persona = await wiring.in_thread(lambda: persona_store().persona(run.workspace_id, run.owner))
    if persona is None:
        raise ProblemError(DELETED)
    return persona_document(persona, status, {**headers, "Location": _persona_path(request, run)})


async def _persona_frame(followed: FollowedRun) -> bytes:
    run = await followed.run()
    if run is None or run.status is not RunStatus.COMPLETED:
        return b""
    persona = await wiring.in_thread(lambda: persona_store().persona(run.workspace_id, run.owner))
    return b"" if persona is None else sse.frame("persona", persona.model_dump_json(by_alias=True))


def _still_running(request: Request, run: Run) -> ProblemError:
    answer = problem(
        "request_in_progress",
        "The first request with this Idempotency-Key is still running",
        409,
        "Follow the run at Location, or retry when it has ended.",
    )
    path = _run_path(request, run)
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "5"})


def _headers(submitted: SubmittedRun) -> dict[str, str]:
    return {idempotency.REPLAYED: "true"} if submitted.replayed else {}


def _run_path(request: Request, run: Run) -> str:
    return path_to(request, f"/v1/runs/{run.id}")


def _persona_path(request: Request, run: Run) -> str:
    return path_to(request, f"/v1/personas/{run.persona_id}")
