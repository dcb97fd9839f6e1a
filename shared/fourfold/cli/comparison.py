"""Compares two personas: models, cost, duration and audit scores; and says what such a pair can show."""

from __future__ import annotations

from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money, seconds, token_count
from fourfold.llm.model_names import OFFLINE
from fourfold.persona import Dimension, Persona
from fourfold.progress.run import Run
from fourfold.steps import StepName

Compared = tuple[Persona, Run]

_MILLISECONDS = 1000
_METHODS: Final = {"six_steps": "six steps", "single_call": "single call"}


def compare(one: Compared, other: Compared, console: Console) -> None:
    """Prints a table with a column for each persona."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("", method_of(*one), method_of(*other)):
        table.add_column(column, overflow="fold")
    for (label, left), (_, right) in zip(_rows(*one), _rows(*other), strict=True):
        table.add_row(Text(label, style="cyan"), left, right)
    console.print(table)
    console.print(Text(what_it_shows(one, other), style="dim"), soft_wrap=True)
    offline = any(_is_offline(persona) for persona, _ in (one, other))
    begin = "With a model in place of the offline composer, evaluate many briefs" if offline else "Evaluate many briefs"
    console.print(Text(f"{begin} for an answer: {evaluate_command(one, other)}"), soft_wrap=True)


def comparison_document(one: Compared, other: Compared) -> list[dict[str, Any]]:
    """Returns both personas with their runs, and in each the same note on what the pair can show."""
    shared = {
        "meaningful": is_meaningful(one, other),
        "note": what_it_shows(one, other),
        "evaluate": evaluate_command(one, other),
    }
    return [
        {"persona": persona.model_dump(mode="json"), "run": run.model_dump(mode="json"), **shared}
        for persona, run in (one, other)
    ]


def is_meaningful(one: Compared, other: Compared) -> bool:
    """Whether the pair shows anything of models: both personas are written, and neither by the offline composer."""
    return all(persona.has_layers and not _is_offline(persona) for persona, _ in (one, other))


def what_it_shows(one: Compared, other: Compared) -> str:
    """Returns what a comparison of two personas can and cannot show."""
    unwritten = [pair for pair in (one, other) if not pair[0].has_layers]
    offline = [persona for persona, _ in (one, other) if _is_offline(persona)]
    match len(unwritten), len(offline):
        case 2, _:
            return "Neither persona is written, so there is nothing to compare but what the runs cost."
        case 1, _:
            return (
                f"The persona of the {method_of(*unwritten[0])} is not written, so no scores can be compared. One "
                "failure does not show how often a setting fails."
            )
        case _, 2:
            return (
                "This comparison is not meaningful: the offline composer wrote and judged both personas, by rules. The "
                "scores say nothing about the methods or about models; time and tokens are those of its texts."
            )
        case _, 1:
            return (
                "This comparison is not meaningful: the offline composer wrote or judged one of the personas, by "
                "rules, and a model the other."
            )
        case _:
            return (
                "Cost, tokens and time are those of these two runs. The scores are of these two personas and say "
                "nothing about the settings: two drafts of one brief differ by more than two good settings do."
            )


def evaluate_command(one: Compared, other: Compared) -> str:
    """Returns the command that compares the methods of the two over many briefs, and shows its cost first."""
    methods = {method_of(*pair) for pair in (one, other)}
    b = "naive" if len(methods) > 1 else "PRESET-OR-PROVIDER:MODEL"
    return f"fourfold evaluate --a current --b {b} --set standard@1 --size 40 --max-usd 10 --estimate"


def method_of(persona: Persona, run: Run) -> str:
    """Returns the generation method: of a persona that is not written, that of its run's settings."""
    if not persona.has_layers and run.config is not None:
        return _METHODS[run.config.pipeline.method]
    return _METHODS["single_call" if StepName.SINGLE_CALL in persona.usage.by_step else "six_steps"]


def _is_offline(persona: Persona) -> bool:
    """Whether the offline composer wrote or judged a part of the persona. One that is not written has no providers."""
    return any(name.startswith(f"{OFFLINE}:") for name in persona.providers)


def _rows(persona: Persona, run: Run) -> list[tuple[str, str]]:
    audit, surface = persona.audit, persona.surface
    usage = persona.usage if persona.has_layers else run.usage
    spent = usage.by_step.get(StepName.AUDIT)
    wall = run.completed_at - run.started_at if run.completed_at else None
    return [
        ("id", persona.id),
        ("status", persona.status.value),
        ("who", f"{surface.name}, {surface.age}" if surface else "-"),
        ("failure", run.error.title if run.error else "-"),
        ("models", ", ".join(persona.providers) or "-"),
        ("attempts", str(len(run.attempts))),
        ("time", seconds(round(wall.total_seconds() * _MILLISECONDS)) if wall else "-"),
        ("tokens", token_count(usage.tokens.model_dump())),
        ("cost", money(usage.cost_usd)),
        ("audit cost", money(spent.cost_usd) if spent else "-"),
        ("audit", f"{audit.overall:.2f} of 5" if audit else "-"),
        *((dimension.value.replace("_", " "), _score(persona, dimension)) for dimension in Dimension),
        ("findings", str(len(audit.findings)) if audit else "-"),
    ]


def _score(persona: Persona, dimension: Dimension) -> str:
    return f"{persona.audit.scores.of(dimension):.1f}" if persona.audit else "-"
