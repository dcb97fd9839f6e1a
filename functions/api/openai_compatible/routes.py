"""Routes of the OpenAI-compatible API: chat completions by personas, and personas as models."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response

from fourfold.http.body import json_body
from fourfold.http.idempotency import REPLAYED
from fourfold.http.sse import event_stream
from fourfold.idempotency import Execution, KeptReply
from fourfold.voice.chat_turn import ReplyListener
from fourfold.voice.conversation import UserMessage
from functions.api import wiring
from functions.api.chat.context import answered, budgeted_reply, chat_context, speaker_of
from functions.api.chat.stream import StreamEvent, exchange_events
from functions.api.dependencies import Chatter, Reader
from functions.api.idempotent import claim_or_replay, idempotent
from functions.api.openai_compatible.completion import CompletionHead, chunks, completion
from functions.api.openai_compatible.conversation import (
    SESSION_HEADER,
    conversation_of,
    open_named_session,
    session_id_of,
)
from functions.api.openai_compatible.models import model_document, model_list, persona_of
from functions.api.openai_compatible.schemas import ChatCompletion, ChatCompletionRequest, ModelDocument, ModelList
from functions.api.openapi import bodies, replies
from functions.api.openapi.openai_errors import TAG
from functions.api.responses import document
from functions.api.spending import count_spending

router = APIRouter(tags=[TAG], prefix="/v1/openai")

_SESSION = {
    "name": SESSION_HEADER,
    "in": "header",
    "required": False,
    "description": "The session of the conversation: an id from a reply or one of your own. Takes precedence over "
    "`user`.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
}


@router.post(
    "/chat/completions",
    summary="Chat with a persona through an OpenAI client",
    response_model=ChatCompletion,
    openapi_extra=bodies.required_json(ChatCompletionRequest, bodies.KEY_HEADER, _SESSION),
    responses={
        200: replies.reply_or_stream(
            ChatCompletion, "The completion, or with `stream` its chunks, ended by `data: [DONE]`"
        )
    },
)
async def create_chat_completion(request: Request, caller: Chatter) -> Response:
    """Answers the last message in the persona's voice. `fourfold`, in the body and the last chunk, has the drift.

    The persona has its own system prompt, so `system` messages are ignored, as are sampling parameters. Earlier
    messages of the request are the conversation; without any, it is that of the session. A session is named by the
    header Fourfold-Session or by `user`; without a name, every request is a new session.
    """
    body = await json_body(request, ChatCompletionRequest)
    conversation, session_id = conversation_of(body), session_id_of(request, body)
    persona = await wiring.in_thread(lambda: persona_of(caller.workspace_id, body.model))
    context = chat_context(await wiring.in_thread(lambda: speaker_of(caller.for_persona(persona.id), persona)))
    session = await wiring.in_thread(lambda: open_named_session(context, session_id))

    def write(head: CompletionHead, execution: Execution, listener: ReplyListener | None) -> ChatCompletion:
        message = UserMessage(conversation.message, conversation.history, execution)
        return completion(head, persona, budgeted_reply(caller, context, session, message, listener))

    async def answer(execution: Execution) -> Response:
        await count_spending(caller)
        head = CompletionHead.of(execution, body.model)
        return document(await answered(caller, lambda: write(head, execution, None)))

    if not body.stream:
        return await idempotent(request, caller, body, answer)
    include_usage = body.stream_options is not None and body.stream_options.include_usage
    await count_spending(caller)
    claim = await claim_or_replay(request, caller, body)
    if isinstance(claim, KeptReply):
        head = CompletionHead.stored(claim, body.model)
        return event_stream(chunks(_only(claim), head, live=False, include_usage=include_usage), {REPLAYED: "true"})
    # A regenerated reply voids the text before it, which OpenAI's chunks cannot say: it is sent when it is final.
    live = context.scorer.config.action_on_alert == "warn"
    head = CompletionHead.of(claim, body.model)
    events = exchange_events(caller, lambda listener: write(head, claim, listener), claim, request.state.request_id)
    return event_stream(chunks(events, head, live=live, include_usage=include_usage))


async def _only(reply: KeptReply) -> AsyncIterator[StreamEvent]:
    """The events of an exchange that has ended."""
    yield reply


@router.get("/models", summary="List personas as models", response_model=ModelList)
async def list_models(caller: Reader) -> Response:
    """Lists the personas that can chat, of the newest 100 of the workspace, newest first."""
    return document(await wiring.in_thread(lambda: model_list(caller.workspace_id)))


@router.get("/models/{model}", summary="Read a persona as a model", response_model=ModelDocument)
async def read_model(model: str, caller: Reader) -> Response:
    """Returns a persona as a model."""
    return document(model_document(await wiring.in_thread(lambda: persona_of(caller.workspace_id, model))))
