"""Live progress of a run: a table in a terminal, one line per event elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money, scored_by, seconds, token_count
from fourfold.cli.session import RunContinuesError
from fourfold.steps import SINGLE_CALL_ORDER, STEP_ORDER, StepName, position

DESCRIPTIONS = {
    "intent_parse": "reads the brief",
    "soul_draft": "desire, fear, wound, growth",
    "self_enrich": "traits, values, attachment",
    "mask_build": "the voice",
    "surface_ground": "name, age, place, work",
    "audit": "scores the whole persona",
    "confirm_audit": "scores the passing draft once more",
    "single_call": "all four layers at once",
}


@dataclass
class Progress:
    """The state of a run, as of its events so far."""

    attempt: int = 1
    steps: tuple[StepName, ...] = STEP_ORDER
    running: str | None = None
    since: float = 0.0
    tokens: int | None = None
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    last: dict[str, Any] | None = None

    def add(self, event: dict[str, Any]) -> None:
        """Updates the state with one event."""
        self.last = event
        match event["type"]:
            case "step.started":
                self.running = event["step"]
                self.since = time.monotonic()
                self.tokens = None
                if event["step"] == StepName.SINGLE_CALL:
                    self.steps = SINGLE_CALL_ORDER
                elif event["step"] == StepName.CONFIRM_AUDIT and StepName.CONFIRM_AUDIT not in self.steps:
                    self.steps = (*self.steps, StepName.CONFIRM_AUDIT)
            case "step.completed":
                self.running = None
                self.done[event["step"]] = event
            case "step.progress":
                self.tokens = event["tokens"]
            case "step.repaired" | "step.fallback":
                self.notes[event["step"]] = _line(event).split(maxsplit=1)[1]
            case "audit.scored":
                self.verdicts.append(event)
            case "pipeline.retrying":
                self.attempt = event["attempt"]
                repeated_steps = (*STEP_ORDER[position(StepName(event["retry_from"])) :], StepName.CONFIRM_AUDIT)
                self.done = {step: completed for step, completed in self.done.items() if step not in repeated_steps}
                self.steps = STEP_ORDER
                self.notes = {}
            case _:
                pass


def _line(event: dict[str, Any]) -> str:
    """One line of text for an event; empty for events that are not shown."""
    step = f"{event.get('step', ''):<15} "
    match event["type"]:
        case "step.completed":
            spent = f"{seconds(event['duration_ms'])}, {token_count(event['tokens'])}, {money(event['cost_usd'])}"
            line = f"{step}{event['provider']}:{event['model']}  {spent}"
        case "step.progress":
            line = f"{step}writing: {event['seconds']} s, {event['tokens']} tokens"
        case "step.repaired":
            line = f"{step}{event['model']} asked to repair {event['problems']} problem(s)"
        case "step.fallback":
            failure = event["failure"].replace("_", " ")
            line = f"{step}{event['from_model']}: {failure}; falling back to {event['to_model']}"
        case "step.failed":
            line = f"{step}no usable answer after {len(event['calls'])} call(s)"
        case "audit.scored":
            line = f"{scored_by(event):<15} {event['overall']:.2f} of 5, {event['findings']} finding(s)"
        case "pipeline.retrying":
            line = f"attempt {event['attempt']}, from {event['retry_from']}, with the audit's findings"
        case _:
            line = ""
    return line


def follow(events: Iterable[dict[str, Any]], console: Console, steps: tuple[StepName, ...] = STEP_ORDER) -> Progress:
    """Shows a run until its terminal event and returns its final state. `steps` are the run's steps.

    Raises:
        RunContinuesError: Ctrl-C was pressed; the run continues on the server.
    """
    progress = Progress(steps=steps)
    try:
        _show(events, progress, console)
    except KeyboardInterrupt:
        raise RunContinuesError(_how_to_follow(progress.last)) from None
    return progress


def _show(events: Iterable[dict[str, Any]], progress: Progress, console: Console) -> None:
    if not console.is_terminal:
        for event in events:
            progress.add(event)
            if line := _line(event):
                console.print(Text(f"  {line}"))
        return
    # Rendered from `progress` at every refresh: the seconds of a call that is running count without an event.
    with Live(_Display(progress), console=console, refresh_per_second=12, transient=False):
        for event in events:
            progress.add(event)


def _how_to_follow(last: dict[str, Any] | None) -> str:
    if last is None:
        return "Interrupted before the run's id arrived. If the run started, `fourfold list` shows its persona."
    return (
        f"The run {last['run_id']} continues. Follow it: fourfold watch {last['run_id']}\n"
        f"The persona, when it is done: fourfold show {last['persona_id']}\n"
        f"Stop it before its next model call: fourfold cancel {last['run_id']}"
    )


@dataclass(frozen=True)
class _Display:
    """The table of a run, as it is at the moment of each refresh."""

    progress: Progress

    def __rich__(self) -> RenderableType:
        return _table(self.progress)


def _table(progress: Progress) -> RenderableType:
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(width=2)
    table.add_column(width=15)
    table.add_column(min_width=28, style="dim")
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim")
    for step in progress.steps:
        done = progress.done.get(step.value)
        if done is not None:
            model = f"{done['provider']}:{done['model']}"
            spent = (seconds(done["duration_ms"]), token_count(done["tokens"]), money(done["cost_usd"]))
            table.add_row(Text("✓", style="green"), step.value, model, *spent)
        elif progress.running == step.value:
            doing = progress.notes.get(step.value, DESCRIPTIONS[step.value])
            taken = seconds(round((time.monotonic() - progress.since) * 1000))
            written = "" if progress.tokens is None else f"{progress.tokens} tok"
            table.add_row(Spinner("dots", style="cyan"), Text(step.value, style="bold"), doing, taken, written, "")
        else:
            table.add_row(Text("·", style="dim"), Text(step.value, style="dim"), DESCRIPTIONS[step.value], "", "", "")
    return Group(*_verdict_lines(progress), table)


def _verdict_lines(progress: Progress) -> list[Text]:
    lines = [
        Text.assemble(
            ("  attempt ", "dim"),
            str(event["attempt"]),
            (f"  {scored_by(event)} ", "dim"),
            f"{event['overall']:.2f} of 5",
            ("  findings ", "dim"),
            str(event["findings"]),
        )
        for event in progress.verdicts
    ]
    return lines if len(lines) > 1 or progress.attempt > 1 else []
