"""Routes of chat sessions: list, read, change, delete, and their messages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fourfold.http.body import json_body
from fourfold.http.cursors import message_after, session_after
from fourfold.http.preconditions import HEADER as IF_MATCH
from fourfold.http.revision_tags import etag
from fourfold.voice.sessions import PersonaRef, Session
from functions.api import wiring
from functions.api.dependencies import Chatter, Reader
from functions.api.openapi import bodies, replies
from functions.api.paging import Limit
from functions.api.responses import document
from functions.api.sessions import service
from functions.api.sessions.schemas import ChatSession, SessionList, SessionMessageList, SessionPatch

router = APIRouter(tags=["sessions"])

_Cursor = Annotated[str | None, Query(max_length=300, description="`next_cursor` of the previous page.")]
_Persona = Annotated[
    str | None,
    Query(max_length=60, description="The session's persona; needed if several personas have a session of this id."),
]
_AMBIGUOUS = replies.refusals(
    409, {"ambiguous_session": "several personas have a session with this id; add `persona_id`"}
)
_STALE = {"precondition_failed": "the session has changed; the reply has the current ETag"}


@router.get(
    "/v1/personas/{persona_id}/sessions",
    summary="List a persona's sessions",
    response_model=SessionList,
    responses=replies.problems(401, 403, 404, 422),
)
async def list_sessions(persona_id: str, caller: Reader, limit: Limit = 20, cursor: _Cursor = None) -> Response:
    """Lists the chats of a persona with counts, tokens, cost and drift; the latest to begin first."""
    after = None if cursor is None else session_after(cursor)
    return document(await wiring.in_thread(lambda: service.sessions_of(caller.workspace_id, persona_id, limit, after)))


@router.get(
    "/v1/sessions/{session_id}",
    summary="Read a session",
    response_model=ChatSession,
    responses={200: replies.tagged("The session"), **replies.problems(401, 403, 404, 422), **_AMBIGUOUS},
)
async def read_session(session_id: str, caller: Reader, persona_id: _Persona = None) -> Response:
    """Returns a session with counts, tokens, cost and drift, without its messages."""
    return _document(await wiring.in_thread(lambda: service.known_session(caller.workspace_id, session_id, persona_id)))


@router.get(
    "/v1/sessions/{session_id}/messages",
    summary="List a session's messages",
    response_model=SessionMessageList,
    responses={**replies.problems(401, 403, 404, 422), **_AMBIGUOUS},
)
async def list_session_messages(
    session_id: str, caller: Reader, persona_id: _Persona = None, limit: Limit = 50, cursor: _Cursor = None
) -> Response:
    """Lists the messages of a chat, oldest first; each reply has its drift envelope, model, tokens and cost.

    Replies that were only scored (`POST .../drift`) are counted, but their text is not stored.
    """
    after = 0 if cursor is None else message_after(cursor)

    def read() -> SessionMessageList:
        owner, session = service.known_session(caller.workspace_id, session_id, persona_id)
        return service.messages_of(owner, session, limit, after)

    return document(await wiring.in_thread(read))


@router.patch(
    "/v1/sessions/{session_id}",
    summary="Update a session",
    response_model=ChatSession,
    openapi_extra=bodies.required_json(SessionPatch, bodies.IF_MATCH_HEADER),
    responses={
        200: replies.tagged("The updated session"),
        **replies.problems(400, 401, 403, 404, 413, 415, 422, also=["invalid_if_match"]),
        **_AMBIGUOUS,
        **replies.refusals(412, _STALE),
    },
)
async def update_session(session_id: str, request: Request, caller: Chatter, persona_id: _Persona = None) -> Response:
    """Renames, ends or reopens a session, or replaces its metadata. An ended session takes no further message."""
    body = await json_body(request, SessionPatch)
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    tags = request.headers.getlist(IF_MATCH)
    return _document(
        await wiring.in_thread(
            lambda: service.change_session(caller.workspace_id, session_id, persona_id, changes, tags)
        )
    )


@router.delete(
    "/v1/sessions/{session_id}",
    summary="Delete a session",
    status_code=204,
    response_class=Response,
    openapi_extra=bodies.request_headers(bodies.IF_MATCH_HEADER),
    responses={
        204: {"description": "The session and all that was stored of it are deleted"},
        **replies.problems(400, 401, 403, 404, 422, also=["invalid_if_match"]),
        **_AMBIGUOUS,
        **replies.refusals(412, _STALE),
    },
)
async def delete_session(session_id: str, request: Request, caller: Chatter, persona_id: _Persona = None) -> Response:
    """Deletes a session with its messages, scores, and the replies stored for their Idempotency-Keys."""
    tags = request.headers.getlist(IF_MATCH)
    await wiring.in_thread(lambda: service.remove_session(caller.workspace_id, session_id, persona_id, tags))
    return Response(status_code=204)


def _document(found: tuple[PersonaRef, Session]) -> Response:
    owner, session = found
    return document(service.session_document(owner, session), headers={"ETag": etag(session.steps)})
