"""`fourfold doctor`: which models runs would use from here, and which providers answer."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money
from fourfold.config.presets import default_config
from fourfold.llm.advice import ADVICE
from fourfold.models.credentials import usable_providers
from fourfold.models.doctor import Standing, standings, tiny_call
from fourfold.steps import StepName


def models_line(environment: Mapping[str, str]) -> str:
    """The models runs use with this environment, in one line."""
    providers = usable_providers(environment)
    if not providers:
        return "offline composer (no provider key found; set ANTHROPIC_API_KEY, or see: fourfold doctor)"
    pipeline = default_config(providers).pipeline
    used = dict.fromkeys(pipeline.of(step).model for step in (StepName.SOUL_DRAFT, StepName.SELF_ENRICH))
    return ", ".join(used) + (f" (then {', '.join(providers[1:])})" if len(providers) > 1 else "")


def examine(environment: Mapping[str, str], console: Console, *, call: bool) -> bool:
    """Prints the table; with `call`, each usable provider is asked one tiny question. True if all asked answered."""
    console.print(Text.assemble("Runs use: ", (models_line(environment), "bold")))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("provider", "usable", "where", *(("tiny call",) if call else ())):
        table.add_column(column)
    well = True
    for standing in standings(environment):
        usable = Text("yes", style="green") if standing.usable else Text("no", style="dim")
        row = [Text(standing.provider), usable, Text(standing.detail)]
        if call:
            answered, told = _called(standing)
            well = well and answered
            row.append(told)
        table.add_row(*row)
    console.print(table)
    return well


def _called(standing: Standing) -> tuple[bool, Text]:
    if not standing.usable or standing.model is None:
        return True, Text("-", style="dim")
    reached = tiny_call(standing.model)
    if reached.failure is not None:
        return False, Text(f"{standing.model}: {reached.failure}. {ADVICE[reached.failure]}", style="red")
    return True, Text(f"{standing.model} answered, {reached.seconds:.1f} s, {money(reached.cost_usd)}", style="green")
