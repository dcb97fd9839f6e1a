"""Routes of a persona's versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from fourfold.http.cursors import cursor_before_version, version_before
from fourfold.http.problems import not_found
from fourfold.ids import is_persona_id
from fourfold.persona_versions import PersonaVersion, summary
from functions.api import wiring
from functions.api.dependencies import Reader
from functions.api.openapi import replies
from functions.api.persona_versions.schemas import PersonaVersionList
from functions.api.personas.lookup import known_persona
from functions.api.responses import document
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
    limit: Annotated[int, Query(ge=1, le=100, description="Maximum number of items.")] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the previous page.")] = None,
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


def _page(workspace_id: str, persona_id: str, limit: int, before: int | None) -> PersonaVersionList:
    known_persona(workspace_id, persona_id)
    found = persona_store().versions(workspace_id, persona_id, limit + 1, before)
    shown, has_more = found[:limit], len(found) > limit
    return PersonaVersionList(
        data=tuple(summary(version) for version in shown),
        has_more=has_more,
        next_cursor=cursor_before_version(shown[-1].version) if has_more else None,
    )
