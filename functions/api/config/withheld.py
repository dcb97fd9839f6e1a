"""Hides who changed a scope and why from callers who may not change it, such as tenants from the scopes above."""

from __future__ import annotations

from fourfold.config.commit import KeyChange
from fourfold.config.entries import Entry
from fourfold.config.history import Revision, Snapshot
from functions.api.config.schemas import ChainLink

# Stands for the author, or for a snapshot's label.
WITHHELD = "withheld"


def link_without_author(link: ChainLink) -> ChainLink:
    """The link of a key's chain without author and reason."""
    return link.model_copy(update={"set_by": WITHHELD, "reason": None})


def change_without_author(change: KeyChange) -> KeyChange:
    """The change of a key without the authors and reasons of both states."""
    states = {"before": _entry(change.before), "after": _entry(change.after)}
    return change.model_copy(update=states)


def revision_without_author(revision: Revision) -> Revision:
    """The commit without author and reason, its changes included."""
    changes = tuple(map(change_without_author, revision.changes))
    return revision.model_copy(update={"by": WITHHELD, "reason": None, "changes": changes})


def snapshot_without_author(snapshot: Snapshot) -> Snapshot:
    """The snapshot without author and label."""
    return snapshot.model_copy(update={"by": WITHHELD, "label": WITHHELD})


def _entry(entry: Entry | None) -> Entry | None:
    return None if entry is None else entry.model_copy(update={"by": WITHHELD, "reason": None})
