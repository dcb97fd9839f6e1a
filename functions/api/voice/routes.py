"""A persona's voice: its fingerprint, a chat with it, and the drift of what others let it say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from fourfold.http.body import json_body
from fourfold.http.idempotency import REPLAYED
from fourfold.http.preferences import accepts
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.http.sse import MEDIA_TYPE as EVENT_STREAM
from fourfold.http.sse import event_stream
from fourfold.idempotency import Execution, KeptReply
from fourfold.llm.port import ModelError
from fourfold.persona import PersonaGoneError
from fourfold.problem import FieldError, problem
from fourfold.progress.run import RunKind
from fourfold.voice.chat_turn import ReplyListener
from fourfold.voice.conversation import (
    BlockedError,
    ChatResult,
    NoSessionError,
    ScoringContext,
    open_session,
    reply_to,
    scored_replies,
)
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller, Reader, Writer, caller_with
from functions.api.idempotent import claimed, idempotent
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS, OF_MODELS
from functions.api.personas.documents import RunReceipt
from functions.api.responses import document, receipt_of
from functions.api.runs.job_requests import ordered
from functions.api.voice.chat_stream import spoken, spoken_before
from functions.api.voice.fingerprints import plot, report
from functions.api.voice.schemas import (
    ChatReply,
    ChatRequestBody,
    DriftAnswer,
    DriftReport,
    DriftReports,
    DriftRequestBody,
    FingerprintReport,
)
from functions.api.voice.service import (
    Speaker,
    chat_context,
    chat_problem,
    in_chat_thread,
    known_persona,
    reply_of,
    speaker_of,
)
from functions.clock import now
from functions.wiring import sessions

router = APIRouter(tags=["voice"])

Chatter = Annotated[AdmittedCaller, Depends(caller_with("chat:write"))]
_INCLUDABLE = frozenset({"vector", "distances"})
_SVG = "image/svg+xml"
_UNHEARD = {"fingerprint_not_ready": "there is no fingerprint yet"}
_NOT_READY = {"persona_not_ready": "the persona is not written yet, or archived: it cannot speak"}
_GONE = {"persona_deleted": "the persona was deleted meanwhile"}
_IN_PROGRESS = {"request_in_progress": "the first request with this Idempotency-Key is still running"}


@router.get(
    "/v1/personas/{persona_id}/fingerprint",
    summary="Read the voice fingerprint",
    response_model=FingerprintReport,
    responses=openapi.problems(401, 403, 404, 422),
)
async def read_fingerprint(
    persona_id: str,
    caller: Reader,
    include: Annotated[
        str,
        Query(
            max_length=40,
            description="`vector`, `distances`, or both with a comma.",
            json_schema_extra={"pattern": "^((vector|distances)(,(vector|distances))*)?$"},
        ),
    ] = "",
) -> Response:
    """Where it stands, how good it is, and what it is told from. `pending` from the moment the persona exists."""
    wanted = frozenset(part for part in include.split(",") if part)
    if wanted - _INCLUDABLE:
        detail = f"Must be of {', '.join(sorted(_INCLUDABLE))}."
        raise rejected([FieldError(pointer="include", code="unknown_value", detail=detail)])

    def read() -> FingerprintReport:
        persona = known_persona(caller.workspace_id, persona_id)
        return report(persona, caller.settings.engine.pipeline.drift_detection, wanted)

    return document(await wiring.in_thread(read))


@router.get(
    "/v1/personas/{persona_id}/fingerprint/plot",
    summary="See the voice fingerprint",
    response_class=Response,
    responses={
        200: {"description": "Own and others' distances", "content": {_SVG: {"schema": {"type": "string"}}}},
        **openapi.problems(404),
        **openapi.refusals(409, _UNHEARD),
    },
)
async def read_fingerprint_plot(persona_id: str, caller: Reader) -> Response:
    """An SVG of the distances of own and of others' replies. 409 before there is a fingerprint."""

    def draw() -> str | None:
        persona = known_persona(caller.workspace_id, persona_id)
        return plot(persona, caller.settings.engine.pipeline.drift_detection)

    drawn = await wiring.in_thread(draw)
    if drawn is None:
        raise _unheard()
    return Response(drawn, media_type=_SVG, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/personas/{persona_id}/fingerprint",
    summary="Take the voice fingerprint anew",
    status_code=202,
    response_model=RunReceipt,
    openapi_extra={"parameters": [openapi.KEY_HEADER]},
    responses={
        202: openapi.receipt("The job goes on in the background; follow it at `Location`"),
        **openapi.problems(400, 404, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **openapi.refusals(
            409,
            {
                **_NOT_READY,
                "fingerprint_disabled": "fingerprints are switched off",
                **_IN_PROGRESS,
                **_GONE,
            },
        ),
    },
)
async def take_fingerprint(persona_id: str, request: Request, caller: Writer) -> Response:
    """Starts the job, or answers with the one under way. Follow it at `Location`."""

    def allowed() -> None:
        speaker_of(caller, persona_id)
        if not caller.settings.engine.fingerprint.enabled:
            detail = "Set engine.fingerprint.enabled to true first."
            raise ProblemError(problem("fingerprint_disabled", "Fingerprints are switched off", 409, detail))

    async def order(execution: Execution) -> Response:
        kind = RunKind.FINGERPRINT
        run = await wiring.in_thread(lambda: ordered(caller, persona_id, kind, execution.operation_id))
        return receipt_of(request, run)

    await wiring.in_thread(allowed)
    return await idempotent(request, caller, None, order)


@router.post(
    "/v1/personas/{persona_id}/chat",
    summary="Talk with a persona",
    response_model=ChatReply,
    openapi_extra=openapi.json_request(ChatRequestBody, idempotent=True),
    responses={
        200: openapi.reply_or_stream(
            ChatReply, "The reply, or its pieces as events: `token`, `restarted`, `completed`"
        ),
        **openapi.problems(400, 404, 413, 415, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **openapi.refusals(
            409,
            {
                **_NOT_READY,
                **_IN_PROGRESS,
                **_GONE,
                "reply_drifted": "the reply drifted from the voice and is held back, as set; `drift` is its envelope",
            },
        ),
    },
)
async def chat(persona_id: str, request: Request, caller: Chatter) -> Response:
    """One reply in voice, with its drift. A drifted reply ships, is written once more, or is held back (409), as set.

    With `stream`, `token` events carry the reply as the model writes it and `completed` is the whole with its drift;
    `restarted` says that what was heard so far does not stand. A request repeated with its Idempotency-Key is told the
    first one's reply, as a stream by its `completed` event alone.
    """
    body = await json_body(request, ChatRequestBody)
    heard = await wiring.in_thread(lambda: speaker_of(caller, persona_id))
    room = chat_context(heard)
    try:
        session = await wiring.in_thread(lambda: open_session(room, body.session_id))
    except NoSessionError:
        raise not_found() from None
    if body.stream or accepts(request.headers.get("accept"), EVENT_STREAM):

        def aloud(listener: ReplyListener) -> ChatResult:
            return reply_to(room, session, body.message, listener)

        found = await claimed(request, caller, body)
        if isinstance(found, KeptReply):
            return event_stream(spoken_before(found, request.state.request_id), {REPLAYED: "true"})
        return event_stream(spoken(aloud, found, request.state.request_id))

    async def answer(_execution: Execution) -> Response:
        try:
            said = await in_chat_thread(lambda: reply_to(room, session, body.message))
        except (BlockedError, ModelError, PersonaGoneError) as error:
            raise chat_problem(error) or error from None
        return document(reply_of(said))

    return await idempotent(request, caller, body, answer)


@router.post(
    "/v1/personas/{persona_id}/drift",
    summary="Score what another runtime let it say",
    response_model=DriftAnswer,
    openapi_extra=openapi.json_request(DriftRequestBody, idempotent=True),
    responses={
        **openapi.problems(400, 404, 413, 415, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **openapi.refusals(
            409,
            {
                **_NOT_READY,
                **_IN_PROGRESS,
                **_GONE,
                **_UNHEARD,
                "embedder_mismatch": "the fingerprint was taken with another embedder; take it anew",
            },
        ),
    },
)
async def drift(persona_id: str, request: Request, caller: Chatter) -> Response:
    """The drift of one reply, or of several in order. With a `session_id` they advance that session's chart."""
    body = await json_body(request, DriftRequestBody)
    heard = await wiring.in_thread(lambda: speaker_of(caller, persona_id))
    _must_be_comparable(heard)
    replies = [body.reply] if body.reply is not None else body.replies or []
    room = ScoringContext(heard.owner, heard.scorer, sessions(), now)

    async def score(_execution: Execution) -> Response:
        try:
            found = await in_chat_thread(lambda: scored_replies(room, replies, body.session_id))
        except (ModelError, PersonaGoneError) as error:
            raise chat_problem(error) or error from None
        if body.reply is not None:
            return document(DriftReport(drift=found[0], session_id=body.session_id))
        return document(DriftReports(drifts=found, session_id=body.session_id))

    return await idempotent(request, caller, body, score)


def _must_be_comparable(heard: Speaker) -> None:
    """409 where there is no fingerprint to compare with, or it was taken with another embedder."""
    if heard.scorer.fingerprint is not None:
        return
    if heard.scorer.missing == "embedder_mismatch":
        raise ProblemError(
            problem(
                "embedder_mismatch",
                "The fingerprint was taken with another embedder",
                409,
                "Vectors of two embedders are not compared. Take the fingerprint anew: POST .../fingerprint.",
            )
        )
    raise _unheard()


def _unheard() -> ProblemError:
    detail = "Wait until GET .../fingerprint says ready; if it says failed, POST .../fingerprint."
    return ProblemError(problem("fingerprint_not_ready", "There is no fingerprint yet", 409, detail))
