"""Routes of a persona's versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from fourfold.http.body import json_body
from fourfold.http.cursors import cursor_before_version, version_before
from fourfold.http.problems import not_found
from fourfold.idempotency import Execution
from fourfold.ids import is_persona_id
from fourfold.persona import Persona
from fourfold.persona_diff import PersonaDiff, difference
from fourfold.persona_versions import Authorship, PersonaVersion, summary
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import IN_PROGRESS, NOT_WRITTEN, OF_KEYED_REQUESTS
from functions.api.paging import Cursor, Limit
from functions.api.persona_versions.restoring import restored_persona
from functions.api.persona_versions.schemas import PersonaVersionList, RestoreRequest
from functions.api.personas.lookup import known_persona
from functions.api.responses import document, persona_document
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])

_GREATEST = 99_999_999


@router.get(
    "/v1/personas/{persona_id}/versions",
    summary="List a persona's versions",
    response_model=PersonaVersionList,
    responses=replies.problems(401, 403, 404, 422),
)
async def list_persona_versions(
    persona_id: str,
    caller: Reader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Lists the versions of a persona, newest first; empty until its first run is completed."""
    before = None if cursor is None else version_before(cursor)
    return document(await wiring.in_thread(lambda: _page(caller.workspace_id, persona_id, limit, before)))


@router.get(
    "/v1/personas/{persona_id}/versions/{version}",
    summary="Read one version",
    response_model=PersonaVersion,
    responses=replies.problems(401, 403, 404, 422),
)
async def read_persona_version(
    persona_id: str, version: Annotated[int, Path(ge=1, le=_GREATEST)], caller: Reader
) -> Response:
    """Returns the persona at a version, with the change that created it."""
    if not is_persona_id(persona_id):
        raise not_found()
    found = await wiring.in_thread(lambda: persona_store().version(caller.workspace_id, persona_id, version))
    if found is None:
        raise not_found()
    return document(found)


@router.get(
    "/v1/personas/{persona_id}/versions/{version}/diff/{other_version}",
    summary="Compare two versions",
    response_model=PersonaDiff,
    responses=replies.problems(401, 403, 404, 422),
)
async def compare_persona_versions(
    persona_id: str,
    version: Annotated[int, Path(ge=1, le=_GREATEST)],
    other_version: Annotated[int, Path(ge=1, le=_GREATEST)],
    caller: Reader,
) -> Response:
    """Returns the fields that differ from `version` to `other_version`, and within texts the words that do."""
    if not is_persona_id(persona_id):
        raise not_found()
    before, after = await wiring.in_thread(
        lambda: [
            persona_store().version(caller.workspace_id, persona_id, number) for number in (version, other_version)
        ]
    )
    if before is None or after is None:
        raise not_found()
    return document(difference(before, after))


@router.post(
    "/v1/personas/{persona_id}/versions/{version}/restore",
    summary="Restore a version",
    response_model=Persona,
    openapi_extra=bodies.required_json(RestoreRequest, bodies.KEY_HEADER, bodies.IF_MATCH_HEADER),
    responses={
        200: replies.tagged("The persona"),
        **replies.problems(400, 401, 403, 404, 413, 415, 422, also=OF_KEYED_REQUESTS),
        **replies.refusals(
            409,
            {
                "run_in_progress": "a run is in progress for this persona; see `Location`",
                **IN_PROGRESS,
                **NOT_WRITTEN,
            },
        ),
        **replies.refusals(412, {"precondition_failed": "`If-Match` does not match; `ETag` is the current one"}),
    },
)
async def restore_persona_version(
    persona_id: str, version: Annotated[int, Path(ge=1, le=_GREATEST)], request: Request, caller: Writer
) -> Response:
    """Stores the layers of an earlier version as a new version, with their audit, language and status.

    Slug, visibility and archiving stay as they are. No model is called; fingerprint and test suite are `stale` unless
    they were computed from that version.
    """
    body = await json_body(request, RestoreRequest)
    by = Authorship(author=caller.key_id, reason=body.reason)

    async def restore(_execution: Execution) -> Response:
        return persona_document(
            await wiring.in_thread(lambda: restored_persona(request, caller.workspace_id, persona_id, version, by))
        )

    return await idempotent(request, caller, body, restore)


def _page(workspace_id: str, persona_id: str, limit: int, before: int | None) -> PersonaVersionList:
    known_persona(workspace_id, persona_id)
    found = persona_store().versions(workspace_id, persona_id, limit + 1, before)
    shown, has_more = found[:limit], len(found) > limit
    return PersonaVersionList(
        data=tuple(summary(version) for version in shown),
        has_more=has_more,
        next_cursor=cursor_before_version(shown[-1].version) if has_more else None,
    )
