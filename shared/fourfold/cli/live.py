"""The six steps of a run as they happen: a live table in a terminal, a line for each event elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from fourfold.cli.figures import money, seconds, token_count
from fourfold.steps import STEP_ORDER

WHAT = {
    "intent_parse": "reads the brief",
    "soul_draft": "desire, fear, wound, growth",
    "self_enrich": "traits, values, attachment",
    "mask_build": "the voice",
    "surface_ground": "name, age, place, work",
    "audit": "a second look at the whole",
}


@dataclass
class Progress:
    """What a run's events have told so far."""

    attempt: int = 1
    running: str | None = None
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    verdicts: list[tuple[int, float, int]] = field(default_factory=list)
    last: dict[str, Any] | None = None

    def take(self, event: dict[str, Any]) -> str | None:
        """Takes in one event; answers with a line for it where it is worth one."""
        self.last = event
        match event["type"]:
            case "step.started":
                self.running = event["step"]
                return None
            case "step.completed":
                self.running = None
                self.done[event["step"]] = event
                spent = f"{seconds(event['duration_ms'])}, {token_count(event['tokens'])}, {money(event['cost_usd'])}"
                return f"{event['step']:<15} {event['provider']}:{event['model']}  {spent}"
            case "step.repaired":
                return f"{event['step']:<15} asked to mend {event['problems']} broken constraint(s)"
            case "audit.scored":
                self.verdicts.append((event["attempt"], event["overall"], event["findings"]))
                return f"audit           {event['overall']:.2f} of 5, {event['findings']} finding(s)"
            case "pipeline.retrying":
                self.attempt = event["attempt"]
                again = STEP_ORDER[[step.value for step in STEP_ORDER].index(event["retry_from"]) :]
                self.done = {step: kept for step, kept in self.done.items() if step not in again}
                return f"attempt {event['attempt']}, from {event['retry_from']}, with the audit's findings"
            case _:
                return None


def follow(events: Iterable[dict[str, Any]], console: Console) -> Progress:
    """Shows a run until its terminal event; answers with everything it told."""
    progress = Progress()
    if not console.is_terminal:
        for event in events:
            line = progress.take(event)
            if line:
                console.print(f"  {line}", highlight=False, markup=False)
        return progress
    with Live(_table(progress), console=console, refresh_per_second=12, transient=False) as live:
        for event in events:
            progress.take(event)
            live.update(_table(progress))
    return progress


def _table(progress: Progress) -> RenderableType:
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(width=2)
    table.add_column(width=15)
    table.add_column(min_width=28, style="dim")
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim")
    for step in STEP_ORDER:
        done = progress.done.get(step.value)
        if done is not None:
            model = f"{done['provider']}:{done['model']}"
            spent = (seconds(done["duration_ms"]), token_count(done["tokens"]), money(done["cost_usd"]))
            table.add_row(Text("✓", style="green"), step.value, model, *spent)
        elif progress.running == step.value:
            table.add_row(Spinner("dots", style="cyan"), Text(step.value, style="bold"), WHAT[step.value], "", "", "")
        else:
            table.add_row(Text("·", style="dim"), Text(step.value, style="dim"), WHAT[step.value], "", "", "")
    return Group(*_verdict_lines(progress), table)


def _verdict_lines(progress: Progress) -> list[Text]:
    lines = [
        Text.assemble(
            ("  attempt ", "dim"),
            str(attempt),
            ("  audit ", "dim"),
            f"{overall:.2f} of 5",
            ("  findings ", "dim"),
            str(findings),
        )
        for attempt, overall, findings in progress.verdicts
    ]
    return lines if len(lines) > 1 or progress.attempt > 1 else []
