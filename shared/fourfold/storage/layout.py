"""Stores that an earlier version wrote: their items lie under other keys. They are refused until they are converted."""

from __future__ import annotations

from fourfold.errors import FourfoldError
from fourfold.storage.table import Table, key


class OutdatedStoreError(FourfoldError):
    """The workspace's data was written by an earlier version of fourfold."""

    def __init__(self) -> None:
        super().__init__("The data was written by an earlier version of fourfold. Convert it: python -m infra.migrate")


def require_converted(table: Table, workspace_id: str, sk: str) -> None:
    """Raises OutdatedStoreError if an earlier version stored this item: call it where an item is missing."""
    if table.get(key(f"WS#{workspace_id}", sk), "pk") is not None:
        raise OutdatedStoreError
