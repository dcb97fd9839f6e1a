"""Stores that an earlier version wrote: their items lie under other keys. They are refused until they are converted."""

from __future__ import annotations

from fourfold.errors import FourfoldError
from fourfold.storage.table import Table, key

_REMEMBERED = 10_000


class OutdatedStoreError(FourfoldError):
    """The workspace's data was written by an earlier version of fourfold."""

    def __init__(self) -> None:
        super().__init__("The data was written by an earlier version of fourfold. Convert it: python -m infra.migrate")


class ConvertedWorkspaces:
    """Refuses lists of workspaces that hold data of an earlier version: they would not be complete. Thread-safe."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: set[str] = set()

    def require(self, workspace_id: str) -> None:
        """Raises OutdatedStoreError if any item of the workspace is not converted. Reads once for each workspace."""
        if workspace_id in self._known:
            return
        require_none_outdated(self._table, workspace_id, "")
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known.add(workspace_id)


def require_converted(table: Table, workspace_id: str, sk: str) -> None:
    """Raises OutdatedStoreError if an earlier version stored this item: call it where an item is missing."""
    if table.get(key(_old_pk(workspace_id), sk), "pk") is not None:
        raise OutdatedStoreError


def require_none_outdated(table: Table, workspace_id: str, prefix: str) -> None:
    """Raises OutdatedStoreError if an earlier version stored items with this prefix: call it where a list is empty."""
    if any(table.query(_old_pk(workspace_id), prefix, page=1, fields="pk")):
        raise OutdatedStoreError


def _old_pk(workspace_id: str) -> str:
    return f"WS#{workspace_id}"
