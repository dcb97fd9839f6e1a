"""Live progress of any number of runs and jobs: a table in a terminal, one line per event elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money, scored_by, seconds
from fourfold.cli.progress_feed import Feed
from fourfold.client.subscription import is_end
from fourfold.steps import STEP_ORDER
from fourfold.text_rules import escaped

# Rows that fit a terminal; ended runs are dropped first.
ROWS = 30
MOST_ROWS = 1000


@dataclass
class RunRow:
    """The state of one run, as of its events so far. Unknown event types are shown by name."""

    run_id: str
    kind: str = "persona"
    started: datetime | None = None
    newest: datetime | None = None
    activity: str = ""
    done: int = 0
    total: int = len(STEP_ORDER)
    cost_usd: float | None = 0.0
    ended: str = ""

    def add(self, event: dict[str, Any]) -> None:
        """Updates the row with one event."""
        self.newest = datetime.fromisoformat(event["at"])
        self.started = self.started or self.newest
        self.activity = describe_event(event)
        named = event.get("kind") or event.get("job")
        if isinstance(named, str):
            self.kind = named
        elif event["type"].startswith("job.") and self.kind == "persona":
            self.kind = "job"
        if isinstance(event.get("total"), int) and event["total"] > 0:
            self.total = event["total"]
        if isinstance(event.get("done"), int):
            self.done = event["done"]
        elif event["type"] == "step.completed":
            self.done += 1
        elif event["type"] == "pipeline.retrying":
            self.done = [step.value for step in STEP_ORDER].index(event["retry_from"])
        if "cost_usd" in event:
            cost = event["cost_usd"]
            self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost
        if is_end(event):
            self.ended = event["type"].rpartition(".")[2]
            if self.ended == "completed":
                self.done = self.total


@dataclass
class Board:
    """The runs seen so far, in order of appearance: all that have not ended, and of the others at most MOST_ROWS.

    `dropped` counts the ended runs that are not among them, and `has_failed` says whether one of those failed.
    """

    rows: dict[str, RunRow] = field(default_factory=dict)
    dropped: int = 0
    has_failed: bool = False

    def add(self, event: dict[str, Any]) -> None:
        """Updates the run's row with one event."""
        self.rows.setdefault(event["run_id"], RunRow(event["run_id"])).add(event)
        if len(self.rows) > MOST_ROWS:
            ended = next((row for row in self.rows.values() if row.ended), None)
            if ended is not None:
                self.dropped, self.has_failed = self.dropped + 1, self.has_failed or ended.ended == "failed"
                del self.rows[ended.run_id]

    @property
    def succeeded(self) -> bool:
        """Whether no run failed."""
        return not self.has_failed and not any(row.ended == "failed" for row in self.rows.values())

    def visible_rows(self) -> list[RunRow]:
        """The rows that fit: running ones first, then ended ones, the newest of each."""
        running = [row for row in self.rows.values() if not row.ended][-ROWS:]
        free_rows = ROWS - len(running)
        ended_rows = [row for row in self.rows.values() if row.ended][-free_rows:] if free_rows else []
        visible = {row.run_id for row in (*running, *ended_rows)}
        return [row for row in self.rows.values() if row.run_id in visible]


def describe_event(event: dict[str, Any]) -> str:
    """A short description of an event."""
    name = str(event["type"])
    match name:
        case "step.started" | "step.completed" | "step.repaired" | "step.fallback" | "step.failed":
            attempt = f", attempt {event['attempt']}" if event.get("attempt", 1) > 1 else ""
            words = f"{event['step']} {name.partition('.')[2]}{attempt}"
        case "step.progress":
            words = f"{event['step']} writing, {event['seconds']} s, {event['tokens']} tokens"
        case "audit.scored":
            words = f"{scored_by(event)} {event['overall']:.2f} of 5"
        case "pipeline.retrying":
            words = f"attempt {event['attempt']} from {event['retry_from']}"
        case "pipeline.completed":
            words = str(event["status"])
        case _ if isinstance(event.get("problem"), dict):
            words = str(event["problem"].get("title", name))
        case _ if "done" in event and "total" in event:
            words = f"{event['done']} of {event['total']}"
        case _:
            words = name
    return words


def watch_live(feed: Feed, console: Console) -> bool:
    """Shows the feed until it ends or Ctrl-C. Returns whether no run failed.

    Raises:
        ApiError: as `Feed.events`.
    """
    board = Board()
    try:
        if not console.is_terminal:
            for event in feed.events():
                if event is not None:
                    board.add(event)
                    console.print(
                        Text(f"{event['at'][11:19]}  {event['run_id']}  {event['seq']:>3}  {describe_event(event)}")
                    )
            return board.succeeded
        with Live(_table(board, feed), console=console, refresh_per_second=10) as live:
            for event in feed.events():
                if event is not None:
                    board.add(event)
                live.update(_table(board, feed))
            live.update(_table(board, feed))
    except KeyboardInterrupt:
        pass
    return board.succeeded


def print_events(feed: Feed, out: TextIO) -> bool:
    """Writes each event as a line of JSON until the feed ends or Ctrl-C. Returns whether no run failed."""
    board = Board()
    try:
        for event in feed.events():
            if event is not None:
                board.add(event)
                out.write(escaped(json.dumps(event, ensure_ascii=False)) + "\n")
                out.flush()
    except KeyboardInterrupt:
        pass
    return board.succeeded


def _table(board: Board, feed: Feed) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(width=1)
    table.add_column(no_wrap=True, width=30)
    table.add_column(no_wrap=True, width=12, style="dim")
    table.add_column(width=16)
    table.add_column(no_wrap=True, overflow="ellipsis", min_width=24)
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim")
    marks = {"completed": Text("✓", style="green"), "failed": Text("✗", style="red"), "": Text("·", style="cyan")}
    for row in board.visible_rows():
        took = (row.newest - row.started).total_seconds() * 1000 if row.newest and row.started else 0
        bar = ProgressBar(total=row.total, completed=min(row.done, row.total), width=16)
        table.add_row(
            marks[row.ended], row.run_id, row.kind, bar, row.activity, seconds(int(took)), money(row.cost_usd)
        )
    running = sum(1 for row in board.rows.values() if not row.ended)
    state = "live" if feed.connected else "connecting …"
    table.add_row(
        "",
        Text(f"{running} running, {board.dropped + len(board.rows) - running} ended", style="dim"),
        Text(state, style="dim"),
    )
    return table
