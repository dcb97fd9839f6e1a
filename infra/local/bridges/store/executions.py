"""Executions of state machines in SQLite: that they were started, how far they are, and how they ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from infra.local.bridges.store.database import Database

KEPT: Final = 200
RUNNING: Final = "RUNNING"

Execution = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where an execution is: the state it enters next, that state's input, and the workflow's variables."""

    state: str
    state_input: Any
    variables: dict[str, Any]


class Executions:
    """The stored executions by ARN. An execution's history is not among what is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, execution: Execution) -> None:
        """Stores an execution as it was started or as it ended; one that ended needs its checkpoint no more."""
        text = json.dumps({**execution, "events": []}, separators=(",", ":")).encode()
        self._database.change(
            "INSERT INTO executions VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE"
            " SET status = excluded.status, execution = excluded.execution, checkpoint = NULL",
            (execution["executionArn"], execution["startDate"], execution["status"], text),
        )

    def move(self, arn: str, to: Checkpoint) -> None:
        """Stores that an execution enters a state."""
        text = json.dumps([to.state, to.state_input, to.variables], separators=(",", ":")).encode()
        self._database.change("UPDATE executions SET checkpoint = ? WHERE arn = ?", (text, arn))

    def all(self) -> Iterator[tuple[Execution, Checkpoint | None]]:
        """Every stored execution, the earliest first."""
        query = "SELECT execution, checkpoint FROM executions ORDER BY started"
        for text, checkpoint in self._database.rows(query):
            yield json.loads(text), None if checkpoint is None else Checkpoint(*json.loads(checkpoint))

    def forget_old(self) -> None:
        """Removes ended executions beyond the newest."""
        self._database.change(
            "DELETE FROM executions WHERE status != ? AND arn NOT IN"
            " (SELECT arn FROM executions WHERE status != ? ORDER BY started DESC LIMIT ?)",
            (RUNNING, RUNNING, KEPT),
        )
