"""Reads the conversation and the session of a chat completion request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from fastapi import Request

from fourfold.http.problems import rejected
from fourfold.ids import is_session_id
from fourfold.llm.port import ChatMessage
from fourfold.problem import FieldError
from fourfold.voice.conversation import ChatContext, NoSessionError, open_session
from fourfold.voice.sessions import Session, SessionEndedError
from functions.api.errors import session_ended
from functions.api.openai_compatible.schemas import ChatCompletionRequest

SESSION_HEADER = "Fourfold-Session"


@dataclass(frozen=True)
class Conversation:
    """The user's new message, and the messages before it; None if the session's stored messages precede it."""

    message: str
    history: tuple[ChatMessage, ...] | None


def conversation_of(body: ChatCompletionRequest) -> Conversation:
    """The conversation, without messages of the application: the persona has its own system prompt.

    Raises:
        ProblemError: 422, the last message is not the user's, or it is empty.
    """
    last = body.messages[-1]
    if last.role != "user" or not last.text:
        detail = "The last message must have the role user, and text."
        raise rejected(
            [FieldError(pointer=f"/messages/{len(body.messages) - 1}", code="no_user_message", detail=detail)]
        )
    *history, newest = _alternating(body)
    return Conversation(newest.text, tuple(history) or None)


def _alternating(body: ChatCompletionRequest) -> list[ChatMessage]:
    """The messages of user and persona in turn, the user's first, as every provider accepts them."""
    turns: list[ChatMessage] = []
    for message in body.messages:
        role: Literal["user", "assistant"] | None = (
            "user" if message.role == "user" else "assistant" if message.role == "assistant" else None
        )
        if role is None or not message.text or (role == "assistant" and not turns):
            continue
        if turns and turns[-1].role == role:
            turns[-1] = ChatMessage(role, f"{turns[-1].text}\n\n{message.text}")
        else:
            turns.append(ChatMessage(role, message.text))
    return turns


def session_id_of(request: Request, body: ChatCompletionRequest) -> str | None:
    """The session named by the header or by `user`, whose value is hashed because it may be personal; else None.

    Raises:
        ProblemError: 422, the header is not an id.
    """
    named = request.headers.get(SESSION_HEADER)
    if named is not None:
        if not is_session_id(named):
            detail = "Must be 1-64 letters, digits, hyphens or underscores."
            raise rejected([FieldError(pointer=SESSION_HEADER, code="invalid_session", detail=detail)])
        return named
    if not body.user:
        return None
    return f"user_{hashlib.sha256(body.user.encode()).hexdigest()[:40]}"


def open_named_session(context: ChatContext, session_id: str | None) -> Session | None:
    """The stored session, or a new one with this id; None without an id: the chat begins a new one.

    Raises:
        ProblemError: 409, the session was ended.
    """
    if session_id is None:
        return None
    try:
        return open_session(context, session_id)
    except NoSessionError:
        return Session(session_id=session_id, updated_at=context.clock())
    except SessionEndedError:
        raise session_ended() from None
