"""The stores of a fingerprint job that a benchmark executes once, in this process."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class MemoryBaseline:
    """The replies of the plain assistant, kept in memory for one model."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def read(self, model: str) -> Mapping[str, str]:  # noqa: ARG002 - the port's signature
        """Returns the replies so far, by scenario."""
        return self._kept

    def keep(self, model: str, scenario_id: str, reply: str) -> None:  # noqa: ARG002 - the port's signature
        """Keeps a reply."""
        self._kept[scenario_id] = reply


class UnkeptCheckpoints:
    """Checkpoints that keep nothing."""

    def read(self) -> dict[str, str]:
        """Returns no checkpoints."""
        return {}

    def find(self, key: str) -> str | None:  # noqa: ARG002 - the port's signature
        """Finds nothing."""
        return None

    def add(self, texts: Mapping[str, str], replaced: Collection[str] = ()) -> None:
        """Keeps nothing."""
