"""The history of a scope: revisions and snapshots."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Any, Literal

from fourfold.config.commit import KeyChange
from fourfold.config.entries import Entries, Entry
from fourfold.config.scope import Scope
from fourfold.ids import prefixed_id
from fourfold.persona import Document

_SNAPSHOT_ID = re.compile(r"cfs_[0-9a-hjkmnp-tv-z]{26}")


class Revision(Document):
    """A commit of a scope. `kind` is `commit`, `preset` or `rollback`."""

    revision: int
    scope: Scope
    kind: Literal["commit", "preset", "rollback"]
    by: str
    at: datetime
    reason: str | None = None
    changes: tuple[KeyChange, ...] = ()


class Snapshot(Document):
    """A stored copy of a scope at one revision. `hash` is a hash of its values and locks."""

    id: str
    scope: Scope
    label: str
    revision: int
    by: str
    at: datetime
    hash: str
    keys: int


def new_snapshot_id() -> str:
    """Returns a new snapshot id. Ids sort in order of creation."""
    return prefixed_id("cfs")


def is_snapshot_id(text: str) -> bool:
    """Whether `text` has the form of a snapshot id."""
    return _SNAPSHOT_ID.fullmatch(text) is not None


def content_hash(entries: Entries) -> str:
    """Returns a hash of values and locks, without their authors and times."""
    said = {name: _said(entry) for name, entry in entries.items()}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _said(entry: Entry) -> dict[str, Any]:
    ends = {} if entry.expires_at is None else {"expires_at"}
    return entry.model_dump(mode="json", include={"is_set", "value", "lock", *ends})
