"""Routes of chat, and of drift scores for replies from other runtimes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from fourfold.http.body import json_body
from fourfold.http.idempotency import REPLAYED
from fourfold.http.negotiation import JSON, media_type_for
from fourfold.http.problems import ProblemError
from fourfold.http.sse import MEDIA_TYPE as EVENT_STREAM
from fourfold.http.sse import event_stream
from fourfold.idempotency import Execution, KeptReply
from fourfold.problem import problem
from fourfold.voice.chat_turn import ReplyListener
from fourfold.voice.conversation import ScoringContext, UserMessage, scored_replies
from functions.api import wiring
from functions.api.chat.context import (
    ChatPersona,
    answered,
    budgeted_reply,
    chat_context,
    chat_persona,
    chat_reply,
    chat_session,
)
from functions.api.chat.schemas import (
    ChatReply,
    ChatRequestBody,
    DriftAnswer,
    DriftReport,
    DriftReports,
    DriftRequestBody,
)
from functions.api.chat.stream import chat_events, replayed_events
from functions.api.dependencies import Chatter
from functions.api.errors import no_fingerprint
from functions.api.idempotent import claim_or_replay, idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import (
    IN_PROGRESS,
    NOT_READY,
    OF_KEYED_REQUESTS,
    OF_MODELS,
    PERSONA_DELETED,
    SESSION_CLOSED,
)
from functions.api.responses import document
from functions.api.spending import count_spending
from functions.clock import now
from functions.wiring import sessions

router = APIRouter(tags=["voice"])

_NO_FINGERPRINT = {"fingerprint_not_ready": "the fingerprint is not ready"}


@router.post(
    "/v1/personas/{persona_id}/chat",
    summary="Chat with a persona",
    response_model=ChatReply,
    openapi_extra=bodies.required_json(ChatRequestBody, bodies.KEY_HEADER),
    responses={
        200: replies.reply_or_stream(
            ChatReply, "The reply, or with `stream` the events `token`, `restarted` and `completed`"
        ),
        **replies.problems(400, 404, 413, 415, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **replies.refusals(
            409,
            {
                **NOT_READY,
                **IN_PROGRESS,
                **PERSONA_DELETED,
                **SESSION_CLOSED,
                "reply_drifted": "the reply was blocked because of drift; `drift` is its envelope",
            },
        ),
    },
)
async def chat_with_persona(persona_id: str, request: Request, caller: Chatter) -> Response:
    """Returns the persona's reply with its drift. `action_on_alert` determines what happens to a drifted reply.

    `warn` returns it, `auto_recover` regenerates it once, `block` returns 409. With `stream`, `token` events contain
    the text as it is generated, `restarted` says that the text so far is void, and `completed` has the final reply. A
    repeated request with the same `Idempotency-Key` returns the first reply; as a stream, only its `completed` event.
    """
    body = await json_body(request, ChatRequestBody)
    speaker = await wiring.in_thread(lambda: chat_persona(caller, persona_id))
    context = chat_context(speaker)
    session = await wiring.in_thread(lambda: chat_session(context, body.session_id))
    accept = request.headers.getlist("accept")
    if body.stream or media_type_for(accept, [JSON, EVENT_STREAM]) == EVENT_STREAM:
        await count_spending(caller)
        claim = await claim_or_replay(request, caller, body)
        if isinstance(claim, KeptReply):
            return event_stream(replayed_events(claim, request.state.request_id), {REPLAYED: "true"})
        streamed = UserMessage(body.message, execution=claim)

        def write_reply(listener: ReplyListener) -> ChatReply:
            return chat_reply(budgeted_reply(caller, context, session, streamed, listener))

        return event_stream(chat_events(caller, write_reply, claim, request.state.request_id))

    async def answer(execution: Execution) -> Response:
        await count_spending(caller)
        message = UserMessage(body.message, execution=execution)
        result = await answered(caller, lambda: budgeted_reply(caller, context, session, message))
        return document(chat_reply(result))

    return await idempotent(request, caller, body, answer)


@router.post(
    "/v1/personas/{persona_id}/drift",
    summary="Score replies from another runtime",
    response_model=DriftAnswer,
    openapi_extra=bodies.required_json(DriftRequestBody, bodies.KEY_HEADER),
    responses={
        **replies.problems(400, 404, 413, 415, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **replies.refusals(
            409,
            {
                **NOT_READY,
                **IN_PROGRESS,
                **PERSONA_DELETED,
                **SESSION_CLOSED,
                **_NO_FINGERPRINT,
                "embedder_mismatch": "the fingerprint was computed with another embedder; recompute it",
            },
        ),
    },
)
async def score_drift(persona_id: str, request: Request, caller: Chatter) -> Response:
    """Scores the drift of one reply, or of several in order. With `session_id` they update that session's CUSUM."""
    body = await json_body(request, DriftRequestBody)
    speaker = await wiring.in_thread(lambda: chat_persona(caller, persona_id))
    _require_fingerprint(speaker)
    texts = [body.reply] if body.reply is not None else body.replies or []

    async def score(execution: Execution) -> Response:
        await count_spending(caller)
        context = ScoringContext(speaker.owner, speaker.scorer, sessions(), now, execution)
        drifts = await answered(caller, lambda: scored_replies(context, texts, body.session_id))
        if body.reply is not None:
            return document(DriftReport(drift=drifts[0], session_id=body.session_id))
        return document(DriftReports(drifts=drifts, session_id=body.session_id))

    return await idempotent(request, caller, body, score)


def _require_fingerprint(speaker: ChatPersona) -> None:
    """Raises ProblemError (409) if there is no fingerprint, or it was computed with another embedder."""
    if speaker.scorer.fingerprint is not None:
        return
    if speaker.scorer.missing == "embedder_mismatch":
        detail = "Recompute the fingerprint: POST .../fingerprint."
        raise ProblemError(
            problem("embedder_mismatch", "The fingerprint was computed with another embedder", 409, detail)
        )
    raise no_fingerprint()
