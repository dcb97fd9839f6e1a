"""The export of a workspace: everything that is stored of it, one record for each stored item, in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Section(IntEnum):
    """The sections of an export, in order."""

    WORKSPACE = 0
    PERSONAS = 1
    RUNS = 2
    DELIVERIES = 3
    EVALUATIONS = 4


@dataclass(frozen=True)
class Position:
    """A place in an export. `owner` is the persona, run, endpoint or evaluation; `partition` and `item` are names below
    it."""

    section: Section
    owner: str = ""
    partition: str = ""
    item: str = ""


@dataclass(frozen=True)
class ExportRecord:
    """One stored item. `id` is unique in the workspace and says whose it is; `data` is a JSON object."""

    kind: str
    id: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ExportPage:
    """A page of records. `last` is the place to continue after, None at the end."""

    records: tuple[ExportRecord, ...]
    last: Position | None
