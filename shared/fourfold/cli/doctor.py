"""`fourfold doctor`: shows the models that runs would use here, and whether the pipeline can read their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.formatting import money
from fourfold.config.engine import EngineConfig
from fourfold.config.presets import default_config
from fourfold.llm.port import ModelError
from fourfold.models import adapter
from fourfold.models.compatible_server import ServerFacts
from fourfold.models.credentials import usable_providers
from fourfold.models.doctor import ProviderStatus, provider_statuses
from fourfold.models.step_checks import StepCheck, check_steps
from fourfold.steps import StepName

_MINUTE = 60


def models_line(environment: Mapping[str, str]) -> str:
    """The models that runs use in this environment, in one line."""
    try:
        providers = usable_providers(environment)
        config = default_config(providers)
    except ValueError as error:
        return f"none: {error}"
    if not providers:
        return "offline composer (no provider key found; set ANTHROPIC_API_KEY, or see: fourfold doctor)"
    return models_of(config) + (f" (then {', '.join(providers[1:])})" if len(providers) > 1 else "")


def models_of(config: EngineConfig) -> str:
    """The models of a persona's layers, in one line."""
    steps = (StepName.SOUL_DRAFT, StepName.SELF_ENRICH)
    return ", ".join(dict.fromkeys(config.pipeline.of(step).model for step in steps))


def examine(
    environment: Mapping[str, str], console: Console, *, call: bool, served: EngineConfig | None = None
) -> bool:
    """Prints which models are used and which providers are usable. With `call`, asks each provider every step once.

    `served` are the settings of the server of this home, if one runs; they may differ from this environment.

    Returns:
        Whether the pipeline can read every answer.
    """
    console.print(Text.assemble("Runs use: ", (models_line(environment), "bold")))
    if served is not None and models_of(served) not in models_line(environment):
        console.print(Text.assemble("The server that is running uses: ", (models_of(served), "bold")))
    for line in _pace(served or _own(environment)):
        console.print(Text(line, style="dim"))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("provider", "usable", "where"):
        table.add_column(column)
    statuses = provider_statuses(environment)
    for status in statuses:
        usable = Text("yes", style="green") if status.usable else Text("no", style="dim")
        table.add_row(Text(status.provider), usable, Text(status.detail))
    console.print(table)
    if not _is_consistent(environment):
        return False
    if not call:
        return True
    good = True
    for status in statuses:
        if status.usable and status.preset is not None:
            good = _called(status, console) and good
    return good


def _is_consistent(environment: Mapping[str, str]) -> bool:
    try:
        default_config(usable_providers(environment))
    except ValueError:
        return False
    return True


def _own(environment: Mapping[str, str]) -> EngineConfig:
    try:
        return default_config(usable_providers(environment))
    except ValueError:
        return EngineConfig()


def _pace(config: EngineConfig) -> Iterable[str]:
    """What is assumed about the speed of the models."""
    step, chat = config.pipeline.soul_draft, config.chat
    yield (
        f"Assumes: a call takes at most {step.timeout_s} s (engine.pipeline.soul_draft.timeout_s), a chat reply "
        f"{chat.timeout_s} s (engine.chat.timeout_s); {config.fingerprint.concurrency} calls at a time "
        "(engine.fingerprint.concurrency)."
    )


def _called(status: ProviderStatus, console: Console) -> bool:
    """Asks the provider every step with its own preset."""
    config = default_config([status.preset or status.provider])
    name = config.pipeline.soul_draft.model
    console.print()
    console.print(Text(f"{status.provider}: each step asked once", style="bold"))
    if status.provider == "compatible" and (line := _facts(name)):
        console.print(Text(line, style="dim"))
    checks: list[StepCheck] = []
    for check in check_steps(config):
        checks.append(check)
        console.print(_line(check), soft_wrap=True)
    good = all(not check.problem for check in checks)
    seconds = sum(check.seconds for check in checks)
    costs = [check.cost_usd for check in checks]
    cost = None if None in costs else sum(cost for cost in costs if cost is not None)
    if good:
        console.print(f"  A persona takes about {_duration(seconds)} and {money(cost)}, without repairs and retries.")
    else:
        console.print(f"  Asked for {_duration(seconds)} and {money(cost)}.")
    return good


def _facts(name: str) -> str:
    """What a compatible server says of itself."""
    ask = getattr(getattr(adapter(name), "wire", None), "facts", None)
    try:
        facts: ServerFacts = ask() if callable(ask) else ServerFacts()
    except ModelError:  # the calls say why
        return ""
    if facts.context is None and facts.slots is None:
        return ""
    context = "" if facts.context is None else f"a context of {facts.context:,} tokens"
    slots = "" if facts.slots is None else f"{facts.slots} slot(s)"
    return f"  The server ({facts.kind or 'unknown kind'}) says: {', '.join(filter(None, (context, slots)))}."


def _line(check: StepCheck) -> Text:
    speed = f"{check.seconds:.1f} s, {check.usage.output_tokens} tokens, {check.tokens_per_second:.0f} tok/s"
    head = f"  {check.step:<15} {check.model}  "
    if check.problem:
        fields = f" ({', '.join(check.fields)})" if check.fields else ""
        return Text.assemble(head, (f"not usable{fields}: {check.problem}", "red"), f"  {speed}")
    notes = f" ({', '.join(check.notes)})" if check.notes else ""
    return Text.assemble(head, ("valid", "green"), f"{notes}, {speed}, {money(check.cost_usd)}")


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE)} s"
