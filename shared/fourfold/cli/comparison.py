"""Compares two personas: models, cost, duration and audit scores."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money, seconds, token_count
from fourfold.llm.model_names import OFFLINE
from fourfold.persona import Dimension, Persona
from fourfold.progress.run import Run
from fourfold.steps import StepName

_MILLISECONDS = 1000


def compare(one: tuple[Persona, Run], other: tuple[Persona, Run], console: Console) -> None:
    """Prints a table with a column for each persona."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("", method_of(one[0]), method_of(other[0])):
        table.add_column(column, overflow="fold")
    for (label, left), (_, right) in zip(_rows(*one), _rows(*other), strict=True):
        table.add_row(Text(label, style="cyan"), left, right)
    console.print(table)
    console.print(Text(what_it_shows(one[0], other[0]), style="dim"), soft_wrap=True)


def what_it_shows(one: Persona, other: Persona) -> str:
    """Returns what a comparison of two personas can and cannot show, and what does."""
    if all(name.startswith(f"{OFFLINE}:") for name in (*one.providers, *other.providers)):
        return (
            "The offline composer wrote and judged both, by rules: the scores say nothing about the methods or about "
            "models. Time and tokens are those of its texts."
        )
    return (
        "Cost, tokens and time are those of these two runs. The scores are of these two personas and say nothing about "
        "the settings: two drafts of one brief differ by more than two good settings do. For an answer, evaluate many "
        "briefs: fourfold evaluate --a current --b naive --last 40 --max-usd 10 --estimate"
    )


def method_of(persona: Persona) -> str:
    """The generation method, derived from the steps in the persona's usage."""
    return "single call" if StepName.SINGLE_CALL in persona.usage.by_step else "six steps"


def _rows(persona: Persona, run: Run) -> list[tuple[str, str]]:
    audit, surface = persona.audit, persona.surface
    wall = run.completed_at - run.started_at if run.completed_at else None
    return [
        ("id", persona.id),
        ("status", persona.status.value),
        ("who", f"{surface.name}, {surface.age}" if surface else "-"),
        ("models", ", ".join(persona.providers)),
        ("attempts", str(len(run.attempts))),
        ("time", seconds(round(wall.total_seconds() * _MILLISECONDS)) if wall else "-"),
        ("tokens", token_count(persona.usage.tokens.model_dump())),
        ("cost", money(persona.usage.cost_usd)),
        ("audit cost", money(_audit_cost(persona))),
        ("audit", f"{audit.overall:.2f} of 5" if audit else "-"),
        *((dimension.value.replace("_", " "), _score(persona, dimension)) for dimension in Dimension),
        ("findings", str(len(audit.findings)) if audit else "-"),
    ]


def _audit_cost(persona: Persona) -> float | None:
    spent = persona.usage.by_step.get(StepName.AUDIT)
    return spent.cost_usd if spent else None


def _score(persona: Persona, dimension: Dimension) -> str:
    return f"{persona.audit.scores.of(dimension):.1f}" if persona.audit else "-"
