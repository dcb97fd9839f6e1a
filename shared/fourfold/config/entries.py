"""The entries of a scope: values and locks by key, and who set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from fourfold.config.scope import Scope
from fourfold.persona import Document


class Bounds(Document):
    """The values that descendants may set: a range, an enum, or both. For a list key, `enum` limits its elements."""

    min: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    max: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    enum: Annotated[tuple[JsonValue, ...], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.min is None and self.max is None and not self.enum:
            raise ValueError("set min, max or enum")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is greater than max")
        return self

    def admits(self, value: JsonValue) -> bool:
        """Whether the bounds allow the value."""
        if self.enum is not None:
            chosen = value if isinstance(value, list) else [value]
            if not all(each in self.enum for each in chosen):
                return False
        if self.min is None and self.max is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)

    def in_words(self) -> str:
        """Returns the bounds as text."""
        parts = []
        if self.min is not None:
            parts.append(f"at least {self.min:g}")
        if self.max is not None:
            parts.append(f"at most {self.max:g}")
        if self.enum is not None:
            parts.append("one of " + ", ".join(map(str, self.enum)))
        return " and ".join(parts)


class Lock(Document):
    """Prevents descendants from setting a key, or from setting it outside `bounds`."""

    bounds: Bounds | None = None


class Entry(Document):
    """A scope's value and lock of one key, and their last change. `is_set` distinguishes the value null from none.

    The value counts until `expires_at`; null: for ever.
    """

    is_set: bool = False
    value: JsonValue = None
    expires_at: datetime | None = None
    lock: Lock | None = None
    revision: int = 0
    by: str = ""
    at: datetime | None = None
    reason: str | None = None

    def content(self) -> tuple[bool, JsonValue, datetime | None, Lock | None]:
        """Returns value and lock without the last change."""
        return self.is_set, self.value, self.expires_at, self.lock

    def without_value(self) -> Self:
        """Returns the entry without its value: the key is inherited."""
        return self.model_copy(update={"is_set": False, "value": None, "expires_at": None})

    def has_expired(self, moment: datetime) -> bool:
        """Whether the value no longer counts at `moment`."""
        return self.is_set and self.expires_at is not None and self.expires_at <= moment


Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class ScopeRef:
    """Identifies a scope. `owner` is the id of the org, workspace or persona, empty for the system.

    `workspace` is that of a persona.
    """

    scope: Scope
    owner: str = ""
    workspace: str = ""


@dataclass(frozen=True)
class ScopeState:
    """All entries of a scope at one revision; 0 before the first commit."""

    ref: ScopeRef
    revision: int = 0
    entries: Entries = field(default_factory=lambda: MappingProxyType({}))


def chain_of(org_id: str, workspace_id: str, persona_id: str | None = None) -> tuple[ScopeRef, ...]:
    """Returns the scopes of a workspace: system, org, workspace; and of a persona, if one is given."""
    shared = ScopeRef(Scope.SYSTEM), ScopeRef(Scope.ORG, org_id), ScopeRef(Scope.WORKSPACE, workspace_id)
    return shared if persona_id is None else (*shared, persona_scope(workspace_id, persona_id))


def persona_scope(workspace_id: str, persona_id: str) -> ScopeRef:
    """Returns the scope of a persona."""
    return ScopeRef(Scope.PERSONA, persona_id, workspace_id)
