"""Routes of settings: read, explain, change, history, snapshots, rollback, presets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from fourfold.config.history import is_snapshot_id
from fourfold.config.preset_ops import PRESET_NAMES, preset_ops
from fourfold.config.registry import registry
from fourfold.config.scope import StoredScope
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.problems import not_found
from fourfold.http.revision_tags import etag
from fourfold.idempotency import Execution
from fourfold.ids import PersonaId, id_from_operation
from functions.api import wiring
from functions.api.config.named_scope import require_persona, scope_settings
from functions.api.config.schemas import (
    CommitResult,
    ConfigDiff,
    ConfigPatch,
    ConfigSchema,
    ConfigView,
    Explanation,
    KeySchema,
    PresetRequest,
    RevisionList,
    RollbackRequest,
    RollbackResult,
    SnapshotContent,
    SnapshotList,
    SnapshotRequest,
)
from functions.api.config.scope_settings import ScopeSettings, as_problem
from functions.api.dependencies import ConfigReader, ConfigWriter
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import OF_COMMITS, OF_KEYED_REQUESTS
from functions.api.paging import Cursor, Limit
from functions.api.responses import document, path_to
from functions.configuration import deployment_defaults

router = APIRouter(tags=["config"], prefix="/v1/config")

KeyPath = Annotated[
    str, Path(description="A key of the configuration.", json_schema_extra={"enum": sorted(registry())})
]
ScopeQuery = Annotated[StoredScope, Query(description="The scope, for the workspace of the API key.")]
PersonaQuery = Annotated[PersonaId | None, Query(description="The persona, with the scope `persona`.")]
_STATE = "A revision number, or a snapshot id."
_STATES = r"^([0-9]{1,12}|cfs_[0-9a-hjkmnp-tv-z]{26})$"
_COMMIT = replies.problems(400, 403, 404, 413, 415, 422, also=OF_COMMITS)
_ROLLBACK = replies.problems(400, 403, 404, 413, 415, 422, also=[*OF_COMMITS, *OF_KEYED_REQUESTS])
_TRANSIENT = frozenset({"config_busy", "precondition_failed", "voice_check_required", "evaluation_required"})


@router.get("", summary="Read effective settings", response_model=ConfigView, responses=replies.problems(404, 422))
async def read_config(
    caller: ConfigReader,
    scope: ScopeQuery = "workspace",
    persona_id: PersonaQuery = None,
    prefix: Annotated[str, Query(max_length=200, description="Return only keys with this prefix.")] = "",
) -> Response:
    """Returns the effective value of every key, with its source and locks. The `ETag` is the scope's revision."""
    settings = await scope_settings(caller, scope, persona_id, in_body=False)
    view = await wiring.in_thread(lambda: settings.view(prefix))
    return document(view, headers={"ETag": etag(view.revision)})


@router.patch(
    "",
    summary="Change settings",
    response_model=CommitResult,
    openapi_extra=bodies.required_json(ConfigPatch, bodies.IF_MATCH_HEADER),
    responses=_COMMIT,
)
async def update_config(request: Request, caller: ConfigWriter) -> Response:
    """Sets, unsets, locks and unlocks keys of one scope atomically.

    A value with `expires_at` counts until then. The scope `persona` has keys of chat, drift, fingerprint and suite.
    With `If-Match` the commit fails with 412 unless the scope is at that revision.
    """
    body = await json_body(request, ConfigPatch)
    settings = await scope_settings(caller, body.scope, body.persona_id)
    commit_request = settings.commit_request(request, body.reason, dry_run=body.dry_run)
    result = await wiring.in_thread(
        lambda: as_problem(lambda: settings.service.commit(commit_request, lambda _: body.ops))
    )
    return settings.committed(commit_request, result)


@router.get("/schema", summary="List configuration keys", response_model=ConfigSchema)
async def list_config_keys(caller: ConfigReader) -> Response:  # noqa: ARG001 - requires the scope
    """Returns type, bounds, default, unit and description of every key, and the names of the presets."""
    defaults = deployment_defaults()
    keys = tuple(
        KeySchema(
            key=key.name,
            value_schema=key.schema(),
            default=defaults[key.name],
            unit=key.unit,
            description=key.description,
            scopes=key.scopes,
        )
        for key in registry().values()
    )
    return document(ConfigSchema(data=keys, presets=PRESET_NAMES))


@router.get("/revisions", summary="List commits", response_model=RevisionList, responses=replies.problems(404, 422))
async def list_config_revisions(
    caller: ConfigReader,
    scope: ScopeQuery = "workspace",
    persona_id: PersonaQuery = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Lists a scope's commits, newest first, with author, time, reason and changes.

    The author is `withheld` and the reason null for keys that may not change the scope.
    """
    before = None if cursor is None else int(id_after(cursor, _is_revision))
    settings = await scope_settings(caller, scope, persona_id, in_body=False)
    page = await wiring.in_thread(lambda: settings.store.page(settings.scope_ref, limit, before))
    following = None if page.last is None else opaque_cursor(str(page.last))
    shown = RevisionList(data=settings.revisions(page.revisions), has_more=following is not None, next_cursor=following)
    return document(shown)


@router.get(
    "/diff",
    summary="Compare two revisions or snapshots",
    response_model=ConfigDiff,
    responses=replies.problems(404, 422),
)
async def compare_config(
    caller: ConfigReader,
    from_: Annotated[str, Query(alias="from", pattern=_STATES, examples=["0"], description=_STATE)],
    to: Annotated[str, Query(pattern=_STATES, examples=["0"], description=_STATE)],
    scope: ScopeQuery = "workspace",
    persona_id: PersonaQuery = None,
) -> Response:
    """Returns the changes between two states of a scope: revisions, snapshots, or one of each."""
    settings = await scope_settings(caller, scope, persona_id, in_body=False)
    return document(await wiring.in_thread(lambda: settings.diff(from_, to)))


@router.post(
    "/snapshots",
    summary="Create a snapshot",
    status_code=201,
    response_model=SnapshotContent,
    openapi_extra=bodies.required_json(SnapshotRequest, bodies.KEY_HEADER),
    responses={
        201: replies.created("The snapshot", "Path of the snapshot."),
        **replies.problems(400, 404, 413, 415, 422, also=OF_KEYED_REQUESTS),
    },
)
async def create_config_snapshot(request: Request, caller: ConfigWriter) -> Response:
    """Creates a permanent, immutable snapshot of a scope's current entries."""
    body = await json_body(request, SnapshotRequest)
    settings = await scope_settings(caller, body.scope, body.persona_id)
    settings.require_write()

    async def keep(execution: Execution) -> Response:
        snapshot_id = id_from_operation("cfs", execution.operation_id)
        content = await wiring.in_thread(lambda: settings.take_snapshot(body.label, snapshot_id))
        return document(content, 201, {"Location": path_to(request, f"/v1/config/snapshots/{content.id}")})

    return await idempotent(request, caller, body, keep)


@router.get("/snapshots", summary="List snapshots", response_model=SnapshotList, responses=replies.problems(404, 422))
async def list_config_snapshots(
    caller: ConfigReader,
    scope: ScopeQuery = "workspace",
    persona_id: PersonaQuery = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Lists a scope's snapshots, newest first."""
    before = None if cursor is None else id_after(cursor, is_snapshot_id)
    settings = await scope_settings(caller, scope, persona_id, in_body=False)
    return document(await wiring.in_thread(lambda: settings.snapshots(limit, before)))


@router.get(
    "/snapshots/{snapshot_id}",
    summary="Read a snapshot",
    response_model=SnapshotContent,
    responses=replies.problems(404),
)
async def read_config_snapshot(
    snapshot_id: str,
    caller: ConfigReader,
    persona_id: Annotated[PersonaId | None, Query(description="The persona whose snapshot it is.")] = None,
) -> Response:
    """Returns a snapshot with its entries."""
    await require_persona(caller, persona_id)
    found = await wiring.in_thread(lambda: ScopeSettings.of_snapshot(caller, snapshot_id, persona_id))
    settings, snapshot, entries = found
    return document(settings.snapshot_content(snapshot, entries))


@router.post(
    "/snapshots/{snapshot_id}/rollback",
    summary="Roll back to a snapshot",
    response_model=RollbackResult,
    openapi_extra=bodies.required_json(RollbackRequest, bodies.KEY_HEADER, bodies.IF_MATCH_HEADER),
    responses=_ROLLBACK,
)
async def roll_back_config(snapshot_id: str, request: Request, caller: ConfigWriter) -> Response:
    """Restores a snapshot as a new revision of its scope; the history is kept.

    Values that current locks or the schema forbid are not restored; they are listed in `not_restored`.
    """
    body = await json_body(request, RollbackRequest)
    await require_persona(caller, body.persona_id)
    found = await wiring.in_thread(lambda: ScopeSettings.of_snapshot(caller, snapshot_id, body.persona_id))
    settings, _, entries = found
    commit_request = settings.commit_request(request, body.reason, dry_run=body.dry_run, kind="rollback")

    async def restore(_execution: Execution) -> Response:
        result = await wiring.in_thread(lambda: as_problem(lambda: settings.service.roll_back(commit_request, entries)))
        return settings.rolled_back(commit_request, result)

    return await idempotent(request, caller, body, restore, transient=_TRANSIENT)


@router.post(
    "/presets/{name}/apply",
    summary="Apply a preset",
    response_model=CommitResult,
    openapi_extra=bodies.required_json(PresetRequest, bodies.KEY_HEADER, bodies.IF_MATCH_HEADER),
    responses=_ROLLBACK,
)
async def apply_config_preset(name: str, request: Request, caller: ConfigWriter) -> Response:
    """Switches all models of a scope to a provider in one commit, or to `draft`, the cheapest models."""
    if name not in PRESET_NAMES:
        raise not_found()
    body = await json_body(request, PresetRequest)
    settings = ScopeSettings(caller, body.scope)
    commit_request = settings.commit_request(request, body.reason, dry_run=body.dry_run, kind="preset")
    defaults = deployment_defaults()

    async def apply(_execution: Execution) -> Response:
        commit = lambda: settings.service.commit(commit_request, lambda chain: preset_ops(name, chain, defaults))  # noqa: E731
        return settings.committed(commit_request, await wiring.in_thread(lambda: as_problem(commit)))

    return await idempotent(request, caller, body, apply, transient=_TRANSIENT)


@router.get(
    "/{key}/explain",
    summary="Explain a setting",
    response_model=Explanation,
    responses=replies.problems(404, 422),
)
async def explain_config(
    key: KeyPath, caller: ConfigReader, scope: ScopeQuery = "workspace", persona_id: PersonaQuery = None
) -> Response:
    """Explains the value of a key: the entry of every scope, its author, and the lock that applies."""
    settings = await scope_settings(caller, scope, persona_id, in_body=False)
    return document(await wiring.in_thread(lambda: settings.explain(key)))


def _is_revision(text: str) -> bool:
    return text.isdecimal() and len(text) <= 12  # noqa: PLR2004 - more digits than any revision has
