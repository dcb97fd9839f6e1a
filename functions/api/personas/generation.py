"""The three ways to answer a brief: the persona, a receipt, or the run's events."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from fastapi import Request, Response

from fourfold.http import idempotency, sse
from fourfold.http.preferences import Preference
from fourfold.http.problems import ProblemError, internal_error
from fourfold.ids import made_at
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.staleness import may_be_lost
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
from functions.api import wiring
from functions.api.personas.documents import PersonaRequest, RunReceipt
from functions.api.responses import document, persona_document
from functions.api.runs.polling import LONGEST_REPLY_S, FollowedRun, current_run
from functions.clock import now
from functions.wiring import persona_store

if TYPE_CHECKING:
    from starlette.responses import StreamingResponse

    from functions.api.config.pinning import Pinned
    from functions.api.dependencies import AdmittedCaller

_LONGEST_WAIT_S = LONGEST_REPLY_S
_FULL_RETRY_AFTER_S = 10


async def accepted(
    request: Request, caller: AdmittedCaller, body: PersonaRequest, key: str | None, settings: Pinned
) -> SubmittedRun:
    """Starts the run, or finds the one the same key started.

    Raises:
        ProblemError: 422 the key stands for another body, 429 the workspace has too many runs going on, 503 the
            pipeline did not take the run.
    """
    order = Submission(
        body.intent,
        caller.workspace_id,
        settings.config,
        key,
        idempotency.fingerprint(body),
        max_concurrent=caller.settings.api.limits.concurrent_generations,
        revisions=settings.revisions,
    )
    return await taken(request, order)


async def taken(request: Request, order: Submission) -> SubmittedRun:
    """Starts the run of an order, or finds the one the same key started; its own errors are passed on.

    Raises:
        ProblemError: 422 the key stands for another body, 429 the workspace has too many runs going on, 503 the
            pipeline did not take the run.
    """
    try:
        found = await wiring.in_thread(lambda: _accepted(order))
    except WorkspaceFullError as full:
        raise _too_many(full.limit) from None
    except KeyReusedError:
        raise idempotency.key_reused() from None
    except NotStartedError:
        raise ProblemError(NOT_STARTED, {"Retry-After": "5"}) from None
    request.state.run_id = found.run.id
    return found


def _accepted(order: Submission) -> SubmittedRun:
    """Takes the brief in. In a full workspace it looks first whether all those runs are really going on."""
    try:
        return submit(order, wiring.submissions())
    except WorkspaceFullError as full:
        old = [run_id for run_id in full.run_ids if may_be_lost(made_at(run_id), now())]
        if not old:
            raise
        for run_id in old:
            current_run(order.workspace_id, run_id)  # ends it if nobody works on it any more
    return submit(order, wiring.submissions())


def _too_many(limit: int) -> ProblemError:
    detail = f"This workspace may have {limit} runs at the same time. Send the request again when one of them is over."
    answer = problem("too_many_generations", "Too many personas in generation", 429, detail)
    return ProblemError(answer, {"Retry-After": str(_FULL_RETRY_AFTER_S)})


async def awaited(request: Request, found: SubmittedRun, wish: Preference, done: int = 201) -> Response:
    """The persona (`done`) or why there is none, as soon as the run is over; a receipt (202) when patience is over."""
    patience = min(_LONGEST_WAIT_S if wish.wait_s is None else wish.wait_s, _LONGEST_WAIT_S)
    if found.replayed and found.run.status is RunStatus.RUNNING and wish.wait_s is None:
        raise _still_running(request, found.run)
    run = found.run
    if patience > 0 and run.status is RunStatus.RUNNING:
        run = await _over(request, run, patience)
    headers = _headers(found)
    if wish.applied is not None:
        headers["Preference-Applied"] = wish.applied
    if wish.wait_s == 0 or run.status is RunStatus.RUNNING:
        receipt = RunReceipt(run_id=run.id, persona_id=run.persona_id, status=run.status.value)
        return document(receipt, 202, {**headers, "Location": _run_path(request, run)})
    return await _result(request, run, headers, done)


async def streamed(request: Request, found: SubmittedRun) -> StreamingResponse:
    """The run's events from the first, then the persona as the event `persona`.

    That event has no id: it is no entry of the log, and a resumed stream goes by the log alone.
    """
    if found.replayed and found.run.status is RunStatus.RUNNING:
        raise _still_running(request, found.run)
    followed = FollowedRun(request, found.run.workspace_id, found.run.id)
    content = sse.events(
        followed.batches(),
        last=partial(_persona_frame, followed),
        failure=lambda error: sse.told(error, request.state.request_id),
    )
    return sse.event_stream(content, {**_headers(found), "Location": _run_path(request, found.run)})


async def _over(request: Request, run: Run, patience_s: float) -> Run:
    """The run once it is over, or as it stands when patience ends, the client leaves or the server stops."""
    followed = FollowedRun(request, run.workspace_id, run.id)
    try:
        async with aclosing(followed.batches(patience_s=patience_s)) as batches:
            async for _entries in batches:
                if await request.is_disconnected():
                    break
    except ProblemError:
        pass  # the server is stopping: the receipt says where to look
    over = await followed.run()
    if over is None:
        raise ProblemError(DELETED)
    return over


async def _result(request: Request, run: Run, headers: dict[str, str], done: int) -> Response:
    if run.status is RunStatus.FAILED:
        told = (run.error or internal_error()).model_copy(update={"instance": _run_path(request, run)})
        raise ProblemError(told, {**headers, "Location": _run_path(request, run)})
    persona = await wiring.in_thread(lambda: persona_store().persona(run.workspace_id, run.persona_id))
    if persona is None:
        raise ProblemError(DELETED)
    return persona_document(persona, done, {**headers, "Location": _persona_path(request, run)})


async def _persona_frame(followed: FollowedRun) -> bytes:
    run = await followed.run()
    if run is None or run.status is not RunStatus.COMPLETED:
        return b""
    persona = await wiring.in_thread(lambda: persona_store().persona(run.workspace_id, run.persona_id))
    return b"" if persona is None else sse.frame("persona", persona.model_dump_json(by_alias=True))


def _still_running(request: Request, run: Run) -> ProblemError:
    answer = problem(
        "request_in_progress",
        "The first request with this key is still running",
        409,
        "Follow the run at Location, or send the request again when it is over.",
    )
    path = _run_path(request, run)
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "5"})


def _headers(found: SubmittedRun) -> dict[str, str]:
    return {idempotency.REPLAYED: "true"} if found.replayed else {}


def _run_path(request: Request, run: Run) -> str:
    return f"{request.scope.get('root_path', '')}/v1/runs/{run.id}"


def _persona_path(request: Request, run: Run) -> str:
    return f"{request.scope.get('root_path', '')}/v1/personas/{run.persona_id}"
