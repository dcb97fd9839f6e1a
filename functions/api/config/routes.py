"""Settings: what holds and why, changing it, its history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from fourfold.config.preset_ops import PRESET_NAMES, preset_ops
from fourfold.config.registry import registry
from fourfold.config.scope import StoredScope
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.problems import not_found
from fourfold.http.revision_tags import etag
from fourfold.idempotency import Execution
from fourfold.ids import id_from_operation
from functions.api import wiring
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
from functions.api.config.service import ScopeSettings, told
from functions.api.dependencies import ConfigReader, ConfigWriter
from functions.api.idempotent import idempotent
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_COMMITS, OF_KEYED_REQUESTS
from functions.api.responses import document, path_to
from functions.configuration import deployment_defaults

router = APIRouter(tags=["config"], prefix="/v1/config")

KeyPath = Annotated[str, Path(description="One of the keys.", json_schema_extra={"enum": sorted(registry())})]
ScopeQuery = Annotated[StoredScope, Query(description="The scope as it stands for your key's workspace.")]
_STATE = "A revision, or a snapshot's id."
_STATES = r"^([0-9]{1,12}|cfs_[0-9a-hjkmnp-tv-z]{26})$"
_COMMIT = openapi.problems(400, 403, 413, 415, 422, also=OF_COMMITS)
_ROLLBACK = openapi.problems(400, 403, 404, 413, 415, 422, also=[*OF_COMMITS, *OF_KEYED_REQUESTS])
_PASSING = frozenset({"config_busy", "precondition_failed"})


@router.get("", summary="Read effective settings", response_model=ConfigView, responses=openapi.problems(422))
async def read_config(
    caller: ConfigReader,
    scope: ScopeQuery = "workspace",
    prefix: Annotated[str, Query(max_length=200, description="Only keys that begin with this.")] = "",
) -> Response:
    """Every key's value at a scope, where it comes from and who locked it. The `ETag` is the scope's revision."""
    view = await wiring.in_thread(lambda: ScopeSettings(caller, scope).view(prefix))
    return document(view, headers={"ETag": etag(view.revision)})


@router.patch(
    "",
    summary="Change settings",
    response_model=CommitResult,
    openapi_extra=openapi.commit(ConfigPatch),
    responses=_COMMIT,
)
async def change_config(request: Request, caller: ConfigWriter) -> Response:
    """Sets, unsets, locks and unlocks keys of one scope, all together or not at all.

    With `If-Match` the commit is taken only if the scope is still at that revision (412 otherwise).
    """
    body = await json_body(request, ConfigPatch)
    tree = ScopeSettings(caller, body.scope)
    terms = tree.terms(request, body.reason, dry_run=body.dry_run)
    result = await wiring.in_thread(lambda: told(lambda: tree.ledger.commit(terms, lambda _: body.ops)))
    return tree.committed(terms, result)


@router.get("/schema", summary="Read the keys", response_model=ConfigSchema)
async def read_schema(caller: ConfigReader) -> Response:  # noqa: ARG001 - only holders of the scope read it
    """Type, bounds, default, unit and meaning of every key, and the names of the presets."""
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


@router.get("/revisions", summary="List commits", response_model=RevisionList, responses=openapi.problems(422))
async def list_revisions(
    caller: ConfigReader,
    scope: ScopeQuery = "workspace",
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> Response:
    """A scope's commits, newest first: who, when, why, and what they changed."""
    before = None if cursor is None else int(id_after(cursor, _is_revision))
    tree = ScopeSettings(caller, scope)
    page = await wiring.in_thread(lambda: tree.store.page(tree.ref, limit, before))
    following = None if page.last is None else opaque_cursor(str(page.last))
    shown = RevisionList(data=tuple(page.revisions), has_more=following is not None, next_cursor=following)
    return document(shown)


@router.get("/diff", summary="Compare two states", response_model=ConfigDiff, responses=openapi.problems(404, 422))
async def diff(
    caller: ConfigReader,
    from_: Annotated[str, Query(alias="from", pattern=_STATES, examples=["0"], description=_STATE)],
    to: Annotated[str, Query(pattern=_STATES, examples=["0"], description=_STATE)],
    scope: ScopeQuery = "workspace",
) -> Response:
    """What turns one state of a scope into another: two revisions, two snapshots, or one of each."""
    return document(await wiring.in_thread(lambda: ScopeSettings(caller, scope).diff(from_, to)))


@router.post(
    "/snapshots",
    summary="Keep a snapshot",
    status_code=201,
    response_model=SnapshotContent,
    openapi_extra=openapi.json_request(SnapshotRequest, idempotent=True),
    responses={
        201: openapi.made("The snapshot", "The snapshot."),
        **openapi.problems(400, 413, 415, 422, also=OF_KEYED_REQUESTS),
    },
)
async def create_snapshot(request: Request, caller: ConfigWriter) -> Response:
    """Keeps what a scope says now, for good, under a label."""
    body = await json_body(request, SnapshotRequest)
    tree = ScopeSettings(caller, body.scope)
    tree.require_write()

    async def keep(execution: Execution) -> Response:
        snapshot_id = id_from_operation("cfs", execution.operation_id)
        content = await wiring.in_thread(lambda: tree.take_snapshot(body.label, snapshot_id))
        return document(content, 201, {"Location": path_to(request, f"/v1/config/snapshots/{content.id}")})

    return await idempotent(request, caller, body, keep)


@router.get("/snapshots", summary="List snapshots", response_model=SnapshotList, responses=openapi.problems(422))
async def list_snapshots(caller: ConfigReader, scope: ScopeQuery = "workspace") -> Response:
    """A scope's snapshots, newest first."""
    tree = ScopeSettings(caller, scope)
    found = await wiring.in_thread(lambda: tree.store.snapshots(tree.ref))
    return document(SnapshotList(data=tuple(found)))


@router.get(
    "/snapshots/{snapshot_id}",
    summary="Read a snapshot",
    response_model=SnapshotContent,
    responses=openapi.problems(404),
)
async def read_snapshot(snapshot_id: str, caller: ConfigReader) -> Response:
    """One snapshot and what it holds."""
    tree, _ = await wiring.in_thread(lambda: ScopeSettings.of_snapshot(caller, snapshot_id))
    return document(await wiring.in_thread(lambda: tree.snapshot_content(snapshot_id)))


@router.post(
    "/snapshots/{snapshot_id}/rollback",
    summary="Roll back to a snapshot",
    response_model=RollbackResult,
    openapi_extra=openapi.json_request(RollbackRequest, idempotent=True, also=[openapi.IF_MATCH_HEADER]),
    responses=_ROLLBACK,
)
async def roll_back(snapshot_id: str, request: Request, caller: ConfigWriter) -> Response:
    """Puts the snapshot's scope back to what it said then, as a new revision; history is never rewritten.

    What today's locks or schema forbid is listed in `not_restored` and stays as it is.
    """
    tree, nodes = await wiring.in_thread(lambda: ScopeSettings.of_snapshot(caller, snapshot_id))
    body = await json_body(request, RollbackRequest)
    terms = tree.terms(request, body.reason, dry_run=body.dry_run, kind="rollback")

    async def restore(_execution: Execution) -> Response:
        result = await wiring.in_thread(lambda: told(lambda: tree.ledger.roll_back(terms, nodes)))
        return tree.rolled_back(terms, result)

    return await idempotent(request, caller, body, restore, passing=_PASSING)


@router.post(
    "/presets/{name}/apply",
    summary="Apply a preset",
    response_model=CommitResult,
    openapi_extra=openapi.json_request(PresetRequest, idempotent=True, also=[openapi.IF_MATCH_HEADER]),
    responses=_ROLLBACK,
)
async def apply_preset(name: str, request: Request, caller: ConfigWriter) -> Response:
    """Moves the whole tree of a scope to a provider in one commit, or to `draft`, its cheapest form."""
    if name not in PRESET_NAMES:
        raise not_found()
    body = await json_body(request, PresetRequest)
    tree = ScopeSettings(caller, body.scope)
    terms = tree.terms(request, body.reason, dry_run=body.dry_run, kind="preset")
    defaults = deployment_defaults()

    async def swap(_execution: Execution) -> Response:
        commit = lambda: tree.ledger.commit(terms, lambda chain: preset_ops(name, chain, defaults))  # noqa: E731
        return tree.committed(terms, await wiring.in_thread(lambda: told(commit)))

    return await idempotent(request, caller, body, swap, passing=_PASSING)


@router.get(
    "/{key}/explain",
    summary="Explain a setting",
    response_model=Explanation,
    responses=openapi.problems(422),
)
async def explain(key: KeyPath, caller: ConfigReader, scope: ScopeQuery = "workspace") -> Response:
    """Why a key has the value it has: what every scope says, who said it, and which lock decides."""
    return document(await wiring.in_thread(lambda: ScopeSettings(caller, scope).explain(key)))


def _is_revision(text: str) -> bool:
    return text.isdecimal() and len(text) <= 12  # noqa: PLR2004 - more digits than commits there can be
