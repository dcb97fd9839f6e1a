"""`fourfold doctor`: shows the models that runs would use here, and which providers respond."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money
from fourfold.config.presets import default_config
from fourfold.models.credentials import usable_providers
from fourfold.models.doctor import Standing, standings, tiny_call
from fourfold.pipeline.failure import ADVICE
from fourfold.steps import StepName


def models_line(environment: Mapping[str, str]) -> str:
    """The models that runs use in this environment, in one line."""
    providers = usable_providers(environment)
    if not providers:
        return "offline composer (no provider key found; set ANTHROPIC_API_KEY, or see: fourfold doctor)"
    pipeline = default_config(providers).pipeline
    used = dict.fromkeys(pipeline.of(step).model for step in (StepName.SOUL_DRAFT, StepName.SELF_ENRICH))
    return ", ".join(used) + (f" (then {', '.join(providers[1:])})" if len(providers) > 1 else "")


def examine(environment: Mapping[str, str], console: Console, *, call: bool) -> bool:
    """Prints the table of providers. With `call`, makes one small call to each usable provider.

    Returns whether all providers called responded.
    """
    console.print(Text.assemble("Runs use: ", (models_line(environment), "bold")))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("provider", "usable", "where", *(("test call",) if call else ())):
        table.add_column(column)
    all_answered = True
    for provider in standings(environment):
        usable = Text("yes", style="green") if provider.usable else Text("no", style="dim")
        row = [Text(provider.provider), usable, Text(provider.detail)]
        if call:
            answered, result = _call_provider(provider)
            all_answered = all_answered and answered
            row.append(result)
        table.add_row(*row)
    console.print(table)
    return all_answered


def _call_provider(provider: Standing) -> tuple[bool, Text]:
    if not provider.usable or provider.model is None:
        return True, Text("-", style="dim")
    reached = tiny_call(provider.model)
    if reached.failure is not None:
        return False, Text(f"{provider.model}: {reached.failure}. {ADVICE[reached.failure]}", style="red")
    return True, Text(f"{provider.model} responded, {reached.seconds:.1f} s, {money(reached.cost_usd)}", style="green")
