"""Prints a persona on one screen."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import bar, money, seconds, token_count
from fourfold.cli.terminal import SafeConsole, print_json_text
from fourfold.persona import Audit, Dimension, Mask, Persona, PersonaStatus, SelfLayer, Soul, Surface, Trait, Usage
from fourfold.problem import Problem

_STATUS_STYLE = {
    PersonaStatus.ACTIVE: "bold green",
    PersonaStatus.FLAGGED: "bold yellow",
    PersonaStatus.FAILED: "bold red",
}
_WIDTH = 100


def shown(persona: Persona, *, as_json: bool, failure: Problem | None = None) -> None:
    """Prints a persona on standard output, or its JSON."""
    if as_json:
        print_json_text(persona.model_dump_json(indent=2))
    else:
        show(persona, SafeConsole(), failure)


def show(persona: Persona, console: Console, failure: Problem | None = None) -> None:
    """Prints a persona's layers, audit, cost and models, and the problem of a failed run."""
    width = min(console.width, _WIDTH)
    console.print()
    console.print(_heading(persona), width=width)
    if failure is not None:
        console.print(Text(f"{failure.title}: {failure.detail}", style="red"), width=width)
    for title, hint, body in _layers(persona):
        panel = Panel(body, title=f"[bold]{title}[/bold] [dim]· {hint}[/dim]", title_align="left", box=box.ROUNDED)
        console.print(panel, width=width)
    console.print(Padding(_footer(persona), (0, 1)), width=width)


def _heading(persona: Persona) -> RenderableType:
    status = Text(f" {persona.status.value} ", style=_STATUS_STYLE.get(persona.status, "bold"))
    if persona.surface is None:
        brief = Text(f"“{_shortened(persona.intent)}”", style="italic dim")
        return Group(Rule(style="dim"), Text.assemble(persona.id, "  ", status), brief)
    surface = persona.surface
    title = Text.assemble((surface.name, "bold"), f", {surface.age}", "  ", status)
    return Group(
        Rule(style="dim"),
        title,
        Text(f"{surface.occupation}, {surface.location}"),
        Text(f"“{_shortened(persona.intent)}”", style="italic dim"),
    )


def _layers(persona: Persona) -> list[tuple[str, str, RenderableType]]:
    found: list[tuple[str, str, RenderableType]] = []
    if persona.soul:
        found.append(("Soul", "what drives them", _soul(persona.soul)))
    if persona.self_:
        found.append(("Self", "who they are", _self(persona.self_)))
    if persona.mask:
        found.append(("Mask", "how they sound", _mask(persona.mask)))
    if persona.surface:
        found.append(("Surface", "what a stranger sees", _surface(persona.surface)))
    if persona.audit:
        stale = ", of earlier layers" if persona.audit.stale else ""
        found.append(("Audit", f"{persona.audit.overall:.2f} of 5{stale}", _audit(persona.audit)))
    return found


def _fields(rows: list[tuple[str, RenderableType]]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column(style="cyan", width=12, no_wrap=True)
    table.add_column(ratio=1)
    for name, value in rows:
        table.add_row(name, value)
    return table


def _soul(soul: Soul) -> RenderableType:
    return _fields(
        [
            ("desire", Text(soul.desire)),
            ("fear", Text(soul.fear)),
            ("wound", Text(soul.wound)),
            ("growth", Text(soul.growth_arc)),
        ]
    )


def _self(self_: SelfLayer) -> RenderableType:
    bars = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    for trait in Trait:
        level = self_.big_five.level(trait)
        bars.add_row(Text(f"{trait.value:<17}", style="cyan"), Text(bar(level), style="magenta"), f"{level:.2f}")
    values = ", ".join(_plain(value.value) for value in self_.values)
    rest = _fields(
        [
            ("archetype", Text(self_.archetype.value)),
            ("values", Text(values)),
            ("attachment", Text(_plain(self_.attachment_style.value))),
        ]
    )
    return Group(bars, rest)


def _mask(mask: Mask) -> RenderableType:
    phrases = Group(*(Text(f"“{phrase}”", style="italic") for phrase in mask.signature_phrases))
    return _fields(
        [
            ("register", Text(mask.register_.value)),
            ("tone", Text(mask.tone)),
            ("rhythm", Text(mask.rhythm)),
            ("words", Text(", ".join(mask.vocabulary))),
            ("says", phrases),
            ("in a group", Text(mask.social_role)),
        ]
    )


def _surface(surface: Surface) -> RenderableType:
    return _fields(
        [
            ("name", Text(surface.name)),
            ("age", Text(str(surface.age))),
            ("location", Text(surface.location)),
            ("occupation", Text(surface.occupation)),
            ("appearance", Text(surface.appearance)),
        ]
    )


def _audit(audit: Audit) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    for dimension in Dimension:
        score = audit.scores.of(dimension)
        style = "green" if score >= 4 else "yellow" if score >= 3 else "red"  # noqa: PLR2004 - colours of a scale
        name = Text(f"{_plain(dimension.value):<21}", style="cyan")
        table.add_row(name, Text(bar(score / 5, 20), style=style), f"{score:.1f}")
    parts: list[RenderableType] = [table, Text(_scored_by(audit), style="dim")]
    for finding in audit.findings:
        quote = f" “{finding.quote}”" if finding.quote else ""
        where, weight = (f"· {finding.field}", "cyan"), (f"  severity {finding.severity}: ", "dim")
        parts.append(Text.assemble(where, (quote, "italic"), weight, finding.note))
    return Group(*parts)


def _scored_by(audit: Audit) -> str:
    judge = audit.judge if audit.judge_verified else f"{audit.judge} (unverified judge)"
    if audit.confirmed_score is None:
        return f"scored by {judge}"
    return f"first {audit.first_score:.2f} by {audit.first_judge}, confirmed {audit.confirmed_score:.2f} by {judge}"


def _footer(persona: Persona) -> RenderableType:
    usage = persona.usage
    lines = [
        Text.assemble(
            (persona.id, "bold"),
            f"   tokens {token_count(usage.tokens.model_dump())}   {money(usage.cost_usd)}   "
            f"{seconds(_model_time(usage))} in models   attempt {persona.audit.attempt if persona.audit else '-'}",
        )
    ]
    if any(name.startswith("offline:") for name in persona.providers):
        lines.append(
            Text(
                "offline: generated by the built-in composer, not by a language model; tokens are estimated.", "yellow"
            )
        )
    else:
        lines.append(Text(", ".join(persona.providers), style="dim"))
    return Group(*lines)


def _model_time(usage: Usage) -> int:
    return sum(step.duration_ms for step in usage.by_step.values())


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _shortened(text: str, limit: int = 160) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= limit else one_line[: limit - 1] + "…"
