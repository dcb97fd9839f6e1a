"""Routes of the whole workspace: its export and its deletion."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from fourfold.workspaces.deletion import Waiting
from functions.api import wiring
from functions.api.dependencies import DELETION_SCOPE, AdmittedCaller, caller_with
from functions.api.openapi import replies
from functions.api.paging import Limit
from functions.api.responses import document
from functions.api.workspace import service
from functions.api.workspace.cursors import cursor_of, position_in
from functions.api.workspace.schemas import ExportedItem, WorkspaceDeletion, WorkspaceExport

router = APIRouter(tags=["workspace"])

Exporter = Annotated[AdmittedCaller, Depends(caller_with("workspace:export"))]
Deleter = Annotated[AdmittedCaller, Depends(caller_with(DELETION_SCOPE))]
# Seconds until a repeated request finds more to do.
_WAITS = {Waiting.SLICE: 1, Waiting.EVENTS: 5, Waiting.RUNS: 10, Waiting.REQUESTS: 10}

_Cursor = Annotated[str | None, Query(max_length=800, description="`next_cursor` of the previous page.")]
_Confirm = Annotated[
    str, Query(max_length=200, description="The id of the workspace, such as `ws_acme`.", examples=["ws_acme"])
]


@router.get(
    "/v1/workspace/export",
    summary="Export the workspace",
    response_model=WorkspaceExport,
    responses=replies.problems(401, 403, 422),
)
async def export_workspace(caller: Exporter, limit: Limit = 100, cursor: _Cursor = None) -> Response:
    """Returns everything that is stored of the workspace, page by page, in a fixed order.

    Personas with versions, results and chats, runs with their events, own tests, labels, settings with their history,
    webhook endpoints and deliveries, evaluations, and API keys; no secrets. An export can be continued at any time with
    the last cursor. It is no snapshot: what changes during the export may be in it before or after the change.
    """
    after = None if cursor is None else position_in(cursor)
    page = await wiring.in_thread(lambda: service.export_page(caller.workspace_id, limit, after))
    items = tuple(ExportedItem(kind=each.kind, id=each.id, data=each.data) for each in page.records)
    more = page.last is not None
    following = None if page.last is None else cursor_of(page.last)
    return document(WorkspaceExport(data=items, has_more=more, next_cursor=following))


@router.delete(
    "/v1/workspace",
    summary="Delete the workspace",
    response_model=WorkspaceDeletion,
    responses={
        202: {
            "description": "The deletion is in progress: repeat the request after `Retry-After` seconds",
            "model": WorkspaceDeletion,
            "headers": replies.references(replies.RETRY_AFTER),
        },
        **replies.problems(401, 403, 422, 503, also=["not_confirmed"]),
    },
)
async def delete_workspace(caller: Deleter, confirm: _Confirm) -> Response:
    """Erases everything that is stored of the workspace, its API keys last. It cannot be undone.

    From the first request on, all other requests of the workspace get 403 `workspace_deleting`, and runs stop before
    their next model call. Each request erases for about 20 seconds and returns 202 until everything is erased, which
    takes at least three minutes; the last one returns 200. An interrupted deletion is continued by the next request,
    with any key that has the scope. After the last one, the keys are unknown (401).
    """
    done = await wiring.in_thread(lambda: service.delete_workspace(caller, confirm))
    body = WorkspaceDeletion(
        workspace_id=caller.workspace_id,
        status="deleted" if done.waiting_for is None else "deleting",
        since=done.since,
        personas=done.personas,
        waiting_for=done.waiting_for,
    )
    if done.waiting_for is None:
        return document(body)
    return document(body, 202, {"Retry-After": str(_WAITS[done.waiting_for])})
