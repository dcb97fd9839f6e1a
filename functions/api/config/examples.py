"""OpenAPI examples of the configuration routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fourfold.config.commit import KeyChange
from fourfold.config.entries import Bounds, Entry, Lock
from fourfold.config.history import Revision, Snapshot
from fourfold.config.preset_ops import PRESET_NAMES
from fourfold.config.registry import registry
from fourfold.config.resolution import DEFAULT
from fourfold.config.scope import Revisions, Scope
from fourfold.http.cursors import opaque_cursor
from fourfold.problem import FieldError
from functions.api.config.schemas import (
    ChainLink,
    CommitResult,
    ConfigDiff,
    ConfigSchema,
    ConfigView,
    EffectiveValue,
    Explanation,
    KeySchema,
    OfAncestor,
    RevisionList,
    RollbackResult,
    SnapshotContent,
    SnapshotList,
    SnapshotValue,
)
from functions.api.openapi.example_values import by_schema

_AT = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
_KEY, _BY, _REASON = "engine.pipeline.audit.min_overall_score", "key_01kaqf0c5v3y9m2t8z4n6r1w7k", "Strong personas only"
_RANGE = Bounds(min=3.5, max=5.0)
_LOCK = Lock(bounds=_RANGE)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    key = registry()[_KEY]
    change = KeyChange(
        key=_KEY, before=None, after=Entry(is_set=True, value=4.0, revision=7, by=_BY, at=_AT, reason=_REASON)
    )
    snapshot = Snapshot(
        id="cfs_01kaqf0c5v3y9m2t8z4n6r1w7s",
        scope=Scope.WORKSPACE,
        label="before the swap",
        revision=7,
        by=_BY,
        at=_AT,
        hash="sha256:9f1c2f6c0b3f3a5d4d0a5c5e7c9a3d1b6a7e8f90112233445566778899aabbcc",
        keys=1,
    )
    committed = CommitResult(
        scope=Scope.WORKSPACE, revision=7, dry_run=False, changes=(change,), shadowed=(), warnings=()
    )
    revision = Revision(
        revision=7, scope=Scope.WORKSPACE, kind="commit", by=_BY, at=_AT, reason=_REASON, changes=(change,)
    )
    documents = (
        ConfigView(
            scope=Scope.WORKSPACE,
            scope_id="ws_acme",
            revision=7,
            revisions=Revisions(system=2, org=1, workspace=7),
            data=(
                EffectiveValue(
                    key=_KEY,
                    value=4.0,
                    source=Scope.WORKSPACE,
                    locked_by=None,
                    bounds=(OfAncestor(scope=Scope.ORG, bounds=_RANGE),),
                    lock=None,
                    shadowed=(),
                    unit=key.unit,
                ),
            ),
        ),
        Explanation(
            key=_KEY,
            scope=Scope.WORKSPACE,
            value=4.0,
            source=Scope.WORKSPACE,
            locked_by=None,
            why="The value is set at the workspace scope. The org scope limits lower scopes to 3.5 to 5.",
            chain=(
                ChainLink(scope=DEFAULT, standing="overridden", is_set=True, value=3.5, lock=None),
                ChainLink(scope=Scope.ORG, standing="silent", is_set=False, value=None, lock=_LOCK),
                ChainLink(
                    scope=Scope.WORKSPACE,
                    standing="applies",
                    is_set=True,
                    value=4.0,
                    lock=None,
                    set_by=_BY,
                    set_at=_AT,
                    reason=_REASON,
                    revision=7,
                ),
            ),
            unit=key.unit,
            description=key.description,
        ),
        ConfigSchema(
            data=(
                KeySchema(
                    key=_KEY,
                    value_schema=key.schema(),
                    default=3.5,
                    unit=key.unit,
                    description=key.description,
                    scopes=key.scopes,
                ),
            ),
            presets=PRESET_NAMES,
        ),
        committed,
        RollbackResult(
            **dict(committed),
            not_restored=(
                FieldError(
                    pointer="",
                    code="locked",
                    detail="api.limits.requests_per_minute: the org scope has locked it.",
                    locked_by="org",
                ),
            ),
        ),
        RevisionList(data=(revision,), has_more=True, next_cursor=opaque_cursor("7")),
        snapshot,
        SnapshotContent(**snapshot.model_dump(), data=(SnapshotValue(key=_KEY, is_set=True, value=4.0, lock=None),)),
        SnapshotList(data=(snapshot,), has_more=False, next_cursor=None),
        ConfigDiff.model_validate({"scope": Scope.WORKSPACE, "from": "6", "to": "7", "changes": (change,)}),
    )
    return by_schema(documents)
