"""Request and reply models of the configuration routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from fourfold.config.commit import MAX_OPS, KeyChange, Op
from fourfold.config.entries import Bounds, Lock
from fourfold.config.history import Revision, Snapshot
from fourfold.config.resolution import Source, Standing
from fourfold.config.scope import Revisions, Scope, SharedScope, StoredScope
from fourfold.config.service import ConfigWarning, Overridden
from fourfold.ids import PersonaId
from fourfold.problem import FieldError
from fourfold.text_rules import acceptable_line, acceptable_text

_Reason = Annotated[
    str,
    Field(min_length=1, max_length=500, description="The reason, stored in the history and the event."),
    AfterValidator(acceptable_text),
]


_PersonaId = Annotated[PersonaId | None, Field(description="The persona, with the scope `persona`.")]
# The scope `persona` names one; no other scope does.
_PERSONA_WITH_ITS_SCOPE: JsonDict = {
    "not": {
        "anyOf": [
            {
                "required": ["scope"],
                "properties": {"scope": {"const": "persona"}, "persona_id": {"type": "null"}},
            },
            {
                "required": ["persona_id"],
                "properties": {"scope": {"not": {"const": "persona"}}, "persona_id": {"type": "string"}},
            },
        ]
    }
}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ConfigPatch(_Body):
    """Operations on one scope, applied atomically."""

    model_config = ConfigDict(
        json_schema_extra={
            **_PERSONA_WITH_ITS_SCOPE,
            "examples": [
                {
                    "scope": "workspace",
                    "ops": [{"op": "set", "key": "engine.pipeline.audit.min_overall_score", "value": 4.0}],
                    "reason": "We ship only strong personas",
                }
            ],
        }
    )

    scope: StoredScope = "workspace"
    persona_id: _PersonaId = None
    ops: Annotated[list[Op], Field(min_length=1, max_length=MAX_OPS)]
    reason: _Reason | None = None
    dry_run: Annotated[bool, Field(description="Return the result without changing anything.")] = False


class SnapshotRequest(_Body):
    """The scope to snapshot, and a label."""

    model_config = ConfigDict(
        json_schema_extra={**_PERSONA_WITH_ITS_SCOPE, "examples": [{"scope": "workspace", "label": "before the swap"}]}
    )

    scope: StoredScope = "workspace"
    persona_id: _PersonaId = None
    label: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(acceptable_line)]


class RollbackRequest(_Body):
    """Options of a rollback."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"dry_run": True}]})

    persona_id: Annotated[PersonaId | None, Field(description="The persona whose snapshot it is.")] = None
    dry_run: Annotated[bool, Field(description="Return the result without changing anything.")] = False
    reason: _Reason | None = None


class PresetRequest(_Body):
    """The scope to apply a preset to, and the reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "workspace", "reason": "Trying OpenAI"}]})

    scope: SharedScope = "workspace"
    reason: _Reason | None = None
    dry_run: Annotated[bool, Field(description="Return the result without changing anything.")] = False


class OfAncestor(BaseModel):
    """Bounds that a higher scope sets for a key."""

    scope: Scope
    bounds: Bounds


class EffectiveValue(BaseModel):
    """The effective value of a key at a scope.

    `source` is the scope that sets the value, or `default`. `locked_by` is the higher scope that locks the key,
    `bounds` are the limits of higher scopes, `lock` is this scope's own lock, and `shadowed` lists the scopes whose
    value is overridden by a lock. The value counts until `expires_at`; null if it does not expire.
    """

    key: str
    value: JsonValue
    source: Source
    locked_by: Scope | None
    bounds: tuple[OfAncestor, ...]
    lock: Lock | None
    expires_at: datetime | None = None
    shadowed: tuple[Scope, ...]
    unit: str | None


class ConfigView(BaseModel):
    """The effective settings of a scope. `revision` is the scope's revision, for `If-Match`."""

    scope: Scope
    scope_id: str
    revision: int
    revisions: Revisions
    data: tuple[EffectiveValue, ...]


class ChainLink(BaseModel):
    """The entry of one scope for a key: its value, lock, author, and whether it applies (`standing`)."""

    scope: Source
    standing: Standing
    is_set: bool
    value: JsonValue
    expires_at: datetime | None = None
    lock: Lock | None
    set_by: str | None = None
    set_at: datetime | None = None
    reason: str | None = None
    revision: int | None = None


class Explanation(BaseModel):
    """Explanation of a key's value: the chain of scopes from the default down, and a summary in `why`."""

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
    """A configuration key: JSON Schema of its values, default, unit, description, and the scopes that can set it."""

    key: str
    value_schema: dict[str, Any]
    default: JsonValue
    unit: str | None
    description: str
    scopes: tuple[Scope, ...]


class ConfigSchema(BaseModel):
    """All configuration keys and presets."""

    data: tuple[KeySchema, ...]
    presets: tuple[str, ...]


class CommitResult(BaseModel):
    """The result of a commit, or with `dry_run` of the commit that would be made.

    `shadowed` lists values of lower scopes that a lock overrides (at most 100, of the first 1,000 scopes that have
    settings). They apply again after unlocking.
    """

    scope: Scope
    revision: int
    dry_run: bool
    changes: tuple[KeyChange, ...]
    shadowed: tuple[Overridden, ...]
    warnings: tuple[ConfigWarning, ...]


class RollbackResult(CommitResult):
    """The result of a rollback. `not_restored` lists values that current locks or the schema forbid."""

    not_restored: tuple[FieldError, ...]


class RevisionList(BaseModel):
    """A page of a scope's commits, newest first."""

    data: tuple[Revision, ...]
    has_more: bool
    next_cursor: str | None


class SnapshotValue(BaseModel):
    """The entry of a key in a snapshot."""

    key: str
    is_set: bool
    value: JsonValue
    expires_at: datetime | None = None
    lock: Lock | None


class SnapshotContent(Snapshot):
    """A snapshot with its entries."""

    data: tuple[SnapshotValue, ...]


class SnapshotList(BaseModel):
    """A page of a scope's snapshots, newest first."""

    data: tuple[Snapshot, ...]
    has_more: bool
    next_cursor: str | None


class ConfigDiff(BaseModel):
    """The changes from `from` to `to`, by key."""

    model_config = ConfigDict(serialize_by_alias=True)

    scope: Scope
    from_: Annotated[str, Field(alias="from")]
    to: str
    changes: tuple[KeyChange, ...]
