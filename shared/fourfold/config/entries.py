"""What one scope says of the keys: values, locks, and who set them."""

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
    """What descendants may choose within: a range, a set, or both. For a list, every element must be of the set."""

    min: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    max: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    enum: Annotated[tuple[JsonValue, ...], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.min is None and self.max is None and not self.enum:
            raise ValueError("give min, max or enum")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is greater than max")
        return self

    def admits(self, value: JsonValue) -> bool:
        """Whether a descendant may have this value."""
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
        """The bounds as a person reads them."""
        parts = []
        if self.min is not None:
            parts.append(f"at least {self.min:g}")
        if self.max is not None:
            parts.append(f"at most {self.max:g}")
        if self.enum is not None:
            parts.append("one of " + ", ".join(map(str, self.enum)))
        return " and ".join(parts)


class Lock(Document):
    """Stops descendants from setting a key: altogether, or beyond `bounds`."""

    bounds: Bounds | None = None


class Entry(Document):
    """What a scope says of one key. `is_set` tells a value of null from none; the rest tells who said it last."""

    is_set: bool = False
    value: JsonValue = None
    lock: Lock | None = None
    revision: int = 0
    by: str = ""
    at: datetime | None = None
    reason: str | None = None

    def content(self) -> tuple[bool, JsonValue, Lock | None]:
        """What it says, without who said it."""
        return self.is_set, self.value, self.lock


Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class ScopeRef:
    """One scope of one tenant. `owner` is the org's or workspace's id, empty for the system."""

    scope: Scope
    owner: str = ""


@dataclass(frozen=True)
class ScopeState:
    """All a place says, at one revision; 0 before its first commit."""

    ref: ScopeRef
    revision: int = 0
    entries: Entries = field(default_factory=lambda: MappingProxyType({}))


def chain_of(org_id: str, workspace_id: str) -> tuple[ScopeRef, ScopeRef, ScopeRef]:
    """The places that hold for a workspace, from the system down."""
    return ScopeRef(Scope.SYSTEM), ScopeRef(Scope.ORG, org_id), ScopeRef(Scope.WORKSPACE, workspace_id)
