"""`fourfold regenerate | delete`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from fourfold.cli.assignments import settings_of
from fourfold.cli.create import finished
from fourfold.cli.live_display import follow
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.portrait import show
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole, print_json_text
from fourfold.steps import STEP_ORDER, StepName, position

FirstStep = Annotated[
    StepName, typer.Option("--from", help="The first step to run; the layers of earlier steps are kept.")
]


def regenerate(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    first: FirstStep,
    setting: Annotated[list[str] | None, typer.Option("--set", help="A setting for this run: key=value.")] = None,
    as_json: AsJson = False,
) -> None:
    """Regenerate a persona from a step, and show it."""
    if first is StepName.SINGLE_CALL:
        raise typer.BadParameter("give one of the six steps", param_hint="--from")
    with connected() as client:
        events = client.regenerate(persona_id, first.value, settings_of(setting or []))
        persona = finished(client, follow(events, SafeConsole(stderr=as_json), STEP_ORDER[position(first) :]))
    if as_json:
        print_json_text(persona.model_dump_json(indent=2))
    else:
        show(persona, SafeConsole())


def delete(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a persona with its versions, runs, events and results."""
    with connected() as client:
        if not yes:
            persona = client.persona(persona_id)
            name = persona.surface.name if persona.surface else f"“{persona.intent[:40]}”"
            typer.confirm(f"Delete {name} and all its versions, runs and results?", abort=True)
        client.delete(persona_id)
    if as_json:
        print_json({"id": persona_id, "deleted": True})
    else:
        SafeConsole().print(Text(f"{persona_id} deleted"))
