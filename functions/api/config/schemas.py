"""What the settings' routes take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from fourfold.config.commit import MAX_OPS, KeyChange, Op
from fourfold.config.entries import Bounds, Lock
from fourfold.config.history import Revision, Snapshot
from fourfold.config.resolution import Source, Standing
from fourfold.config.scope import Revisions, Scope, StoredScope
from fourfold.config.service import ConfigWarning, Overridden
from fourfold.problem import FieldError

_Reason = Annotated[str, Field(min_length=1, max_length=500, description="Why; kept in the history and in the event.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ConfigPatch(_Body):
    """Operations on one scope, taken together or not at all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scope": "workspace",
                    "ops": [{"op": "set", "key": "engine.pipeline.audit.min_overall_score", "value": 4.0}],
                    "reason": "We ship only strong personas",
                }
            ]
        }
    )

    scope: StoredScope = "workspace"
    ops: Annotated[list[Op], Field(min_length=1, max_length=MAX_OPS)]
    reason: _Reason | None = None
    dry_run: Annotated[bool, Field(description="Tell what would happen and change nothing.")] = False


class SnapshotRequest(_Body):
    """A scope to keep, and what to call it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "workspace", "label": "before the swap"}]})

    scope: StoredScope = "workspace"
    label: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class RollbackRequest(_Body):
    """How to go back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"dry_run": True}]})

    dry_run: Annotated[bool, Field(description="Show the plan and change nothing.")] = False
    reason: _Reason | None = None


class PresetRequest(_Body):
    """Where to apply a preset, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "workspace", "reason": "Trying OpenAI"}]})

    scope: StoredScope = "workspace"
    reason: _Reason | None = None
    dry_run: Annotated[bool, Field(description="Tell what would happen and change nothing.")] = False


class OfAncestor(BaseModel):
    """Bounds an ancestor holds a key within."""

    scope: Scope
    bounds: Bounds


class EffectiveValue(BaseModel):
    """A key's value at the scope and where it comes from.

    `source` is the scope that set it, or `default`. `locked_by` is the ancestor that keeps this scope from setting it,
    `bounds` what ancestors let it choose from, `lock` this scope's own lock, `shadowed` the scopes whose value is kept
    but overruled.
    """

    key: str
    value: JsonValue
    source: Source
    locked_by: Scope | None
    bounds: tuple[OfAncestor, ...]
    lock: Lock | None
    shadowed: tuple[Scope, ...]
    unit: str | None


class ConfigView(BaseModel):
    """The effective settings of a scope. `revision` is the scope's own, for `If-Match`."""

    scope: Scope
    scope_id: str
    revision: int
    revisions: Revisions
    data: tuple[EffectiveValue, ...]


class ChainLink(BaseModel):
    """What one scope says of a key, who said it, and what became of it."""

    scope: Source
    standing: Standing
    is_set: bool
    value: JsonValue
    lock: Lock | None
    set_by: str | None = None
    set_at: datetime | None = None
    reason: str | None = None
    revision: int | None = None


class Explanation(BaseModel):
    """Why a key has the value it has: every scope from the default down, and a sentence."""

    key: str
    scope: Scope
    value: JsonValue
    source: Source
    locked_by: Scope | None
    why: str
    chain: tuple[ChainLink, ...]
    unit: str | None
    description: str


class KeySchema(BaseModel):
    """A key: the JSON Schema of its values, default, unit, meaning, and the scopes that may set it."""

    key: str
    value_schema: dict[str, Any]
    default: JsonValue
    unit: str | None
    description: str
    scopes: tuple[Scope, ...]


class ConfigSchema(BaseModel):
    """Every key, and the presets."""

    data: tuple[KeySchema, ...]
    presets: tuple[str, ...]


class CommitResult(BaseModel):
    """What a commit did, or with `dry_run` would do.

    `shadowed` lists descendants' values that a lock overrules (at most 100); they are kept and hold again on unlock.
    """

    scope: Scope
    revision: int
    dry_run: bool
    changes: tuple[KeyChange, ...]
    shadowed: tuple[Overridden, ...]
    warnings: tuple[ConfigWarning, ...]


class RollbackResult(CommitResult):
    """What a rollback did or would do. `not_restored` names what today's locks or schema forbid; it stays as it is."""

    not_restored: tuple[FieldError, ...]


class RevisionList(BaseModel):
    """A page of a scope's commits, newest first."""

    data: tuple[Revision, ...]
    has_more: bool
    next_cursor: str | None


class SnapshotValue(BaseModel):
    """A key in a snapshot."""

    key: str
    is_set: bool
    value: JsonValue
    lock: Lock | None


class SnapshotContent(Snapshot):
    """A snapshot and what it holds."""

    data: tuple[SnapshotValue, ...]


class SnapshotList(BaseModel):
    """A scope's snapshots, newest first."""

    data: tuple[Snapshot, ...]


class ConfigDiff(BaseModel):
    """What turns `from` into `to`, key by key."""

    model_config = ConfigDict(serialize_by_alias=True)

    scope: Scope
    from_: Annotated[str, Field(alias="from")]
    to: str
    changes: tuple[KeyChange, ...]
