"""`fourfold regenerate | refine | delete`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.assignments import settings_of
from fourfold.cli.create import finished
from fourfold.cli.edit import Reason
from fourfold.cli.layers_file import edits_of
from fourfold.cli.live_display import follow
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.portrait import shown
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.layers import LAYER_NAMES
from fourfold.persona import Refined
from fourfold.pipeline.rewrite import STEP_OF_LAYER
from fourfold.steps import STEP_ORDER, StepName, position

FirstStep = Annotated[
    StepName, typer.Option("--from", help="The first step to run; the layers of earlier steps are kept.")
]


def regenerate(  # noqa: PLR0913, PLR0917 - an argument for each option
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    first: FirstStep,
    keep: Annotated[
        list[str] | None, typer.Option(help="A layer or field that stays as it is: mask, surface.name.")
    ] = None,
    edit: Annotated[
        list[str] | None, typer.Option(help='A field to change before the run: surface.name="Derya Aksoy"')
    ] = None,
    accept_violations: Annotated[
        bool, typer.Option("--accept-violations", help="Let edits break constraints.")
    ] = False,
    reason: Reason = None,
    setting: Annotated[list[str] | None, typer.Option("--set", help="A setting for this run: key=value.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do and cost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Regenerate a persona from a step, and show it."""
    if first is StepName.SINGLE_CALL:
        raise typer.BadParameter("give one of the six steps", param_hint="--from")
    body: dict[str, Any] = {"from": first.value, "keep": keep or [], "accept_violations": accept_violations}
    body |= {"config": settings_of(setting or []), "reason": reason}
    body |= {"edits": edits_of(edit)} if edit else {}
    with connected() as client:
        if dry_run:
            estimate = client.post(f"/v1/personas/{persona_id}/regenerate", {**body, "dry_run": True})
            _show_estimate(estimate, as_json=as_json)
            return
        kept = {STEP_OF_LAYER[layer] for layer in LAYER_NAMES if layer in body["keep"]}
        steps = tuple(step for step in STEP_ORDER[position(first) :] if step not in kept)
        events = client.regenerate(persona_id, body)
        persona = finished(client, follow(events, SafeConsole(stderr=as_json), steps))
    shown(persona, as_json=as_json)


def refine(  # noqa: PLR0913, PLR0917 - an argument for each option
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    layer: Annotated[str, typer.Argument(help="mask or soul.")],
    axis: Annotated[
        str, typer.Argument(help="warmth, gravity, intensity, irony; or warmer, darker, more_authoritative.")
    ],
    amount: Annotated[float, typer.Option(min=-1.0, max=1.0, help="How far; below 0 towards the lower end.")] = 0.5,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Move the tone of a persona's mask or soul along an axis, and show how far it moved. Exits 2 if it did not."""
    body = {"refine": {"layer": layer, "axis": axis, "amount": amount}, "reason": reason}
    steps = (StepName.SOUL_DRAFT if layer == "soul" else StepName.MASK_BUILD, StepName.AUDIT)
    with connected() as client:
        persona = finished(client, follow(client.regenerate(persona_id, body), SafeConsole(stderr=as_json), steps))
    moved = persona.refined
    shown(persona, as_json=as_json)
    if not as_json:
        SafeConsole().print(Text(_move(moved)))
    if moved is None or not moved.reached:
        raise typer.Exit(2)


def _move(moved: Refined | None) -> str:
    if moved is None or moved.moved is None:
        return "The move was not measured."
    verdict = "reached" if moved.reached else "not reached"
    return f"{moved.axis} {moved.before:+.2f} to {moved.after:+.2f}: moved {moved.moved:+.2f}, {verdict}"


def _show_estimate(estimate: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(estimate)
        return
    for step in estimate["steps"]:
        SafeConsole().print(Text(f"{step['step']:<15} {', '.join(step['models'])}"))
    calls, usd = estimate["calls"], estimate["usd"]
    cost = "unknown cost" if usd is None else f"${usd['low']:.4f} to ${usd['high']:.4f}"
    SafeConsole().print(Text(f"{calls['low']:.0f} to {calls['high']:.0f} calls, {cost}"))


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
