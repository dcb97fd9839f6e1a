"""`fourfold create | compare | show | list | watch | doctor | webhooks`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.comparison import compare as show_comparison
from fourfold.cli.connection import NoConnectionError, find_connection
from fourfold.cli.create import NAIVE
from fourfold.cli.create import create as create_live
from fourfold.cli.doctor import examine
from fourfold.cli.feed import Feed, Target
from fourfold.cli.portrait import show as show_portrait
from fourfold.cli.watch import print_events, watch_live
from fourfold.cli.webhooks import app as webhooks_app
from fourfold.ids import is_persona_id
from fourfold.persona import PersonaStatus

_LEAST_WHO = 12

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Four-layer personas from a one-line brief.")
app.add_typer(webhooks_app, name="webhooks")

AsJson = Annotated[bool, typer.Option("--json", help="Print the JSON document instead.")]


@contextmanager
def _client() -> Iterator[Client]:
    """A client for the command; what goes wrong is one line on standard error and exit code 1."""
    try:
        with Client(find_connection()) as client:
            yield client
    except (ApiError, NoConnectionError) as error:
        Console(stderr=True).print(Text(str(error), style="red"))
        raise typer.Exit(1) from error


@app.command()
def create(
    brief: Annotated[str, typer.Argument(help="Who it should be, in a sentence.")],
    naive: Annotated[bool, typer.Option("--naive", help="In a single call, to compare with the six steps.")] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting for this run: engine.pipeline.soul_draft.model=openai:gpt-6.1-sol"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a persona and show it."""
    settings = {**(NAIVE if naive else {}), **_settings(setting or [])}
    with _client() as client:
        persona = create_live(client, brief, Console(stderr=as_json), settings)
    if as_json:
        sys.stdout.write(persona.model_dump_json(indent=2) + "\n")
    else:
        show_portrait(persona, Console())


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="per_..., or a brief: it is then written both ways.")],
    second: Annotated[str | None, typer.Argument(help="per_... of the other persona.")] = None,
) -> None:
    """Show two personas' cost, time and audit side by side; of a brief, the six steps beside the single call."""
    if (second is None) is is_persona_id(first) or (second is not None and not is_persona_id(second)):
        raise typer.BadParameter("give two persona ids, or one brief")
    console = Console()
    with _client() as client:
        if second is None:
            pair = [create_live(client, first, console), create_live(client, first, console, NAIVE)]
            console.print()
        else:
            pair = [client.persona(first), client.persona(second)]
        one, other = ((persona, client.run(persona.run_id)) for persona in pair)
    show_comparison(one, other, console)


@app.command()
def watch(
    runs: Annotated[list[str] | None, typer.Argument(help="run_... of one run or several.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All runs of the workspace, until Ctrl-C.")] = False,
    persona: Annotated[str | None, typer.Option(help="per_...: all runs of this persona, until Ctrl-C.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON instead.")] = False,
) -> None:
    """Show runs and background jobs as they go on."""
    if sum([bool(runs), everything, persona is not None]) != 1:
        raise typer.BadParameter("give runs, or --all, or --persona")
    targets: list[Target] = [{"run_id": run} for run in runs or []]
    targets += [{"workspace": True}] if everything else []
    targets += [{"persona_id": persona}] if persona is not None else []
    with _client() as client:
        feed = Feed(client.progress_url, find_connection().key, targets)
        well = print_events(feed, sys.stdout) if as_json else watch_live(feed, Console())
    if not well:
        raise typer.Exit(1)


@app.command()
def doctor(
    call: Annotated[bool, typer.Option("--call", help="Make one tiny call to each usable provider.")] = False,
) -> None:
    """Tell which model providers can be used from here."""
    try:
        well = examine(os.environ, Console(), call=call)
    except ValueError as unusable:
        Console(stderr=True).print(Text(f"model settings: {unusable}", style="red"))
        raise typer.Exit(1) from unusable
    if not well:
        raise typer.Exit(1)


@app.command()
def show(persona_id: Annotated[str, typer.Argument(help="per_...")], as_json: AsJson = False) -> None:
    """Show one persona."""
    with _client() as client:
        persona = client.persona(persona_id)
        failure = client.run(persona.run_id).error if persona.status is PersonaStatus.FAILED else None
    if as_json:
        sys.stdout.write(persona.model_dump_json(indent=2) + "\n")
    else:
        show_portrait(persona, Console(), failure)


@app.command(name="list")
def list_personas(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20, as_json: AsJson = False
) -> None:
    """List the newest personas."""
    with _client() as client:
        personas = client.personas(limit)
    if as_json:
        body = ",\n".join(persona.model_dump_json(indent=2) for persona in personas)
        sys.stdout.write(f"[{body}]\n")
        return
    if not personas:
        Console().print('No personas yet. Make one: fourfold create "A retired lighthouse keeper in Brittany"')
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    # In a narrow terminal only who they are is cut short.
    widths = {"id": 30, "status": 10, "who": 0, "audit": 5, "made": 11}
    widths["who"] = max(_LEAST_WHO, Console().width - sum(widths.values()) - 2 * len(widths))
    for column, width in widths.items():
        table.add_column(column, no_wrap=True, width=width, overflow="ellipsis")
    for persona in personas:
        surface = persona.surface
        who = f"{surface.name}, {surface.age}, {surface.occupation}" if surface else f"“{persona.intent[:40]}”"
        audit = f"{persona.audit.overall:.2f}" if persona.audit else "-"
        table.add_row(persona.id, persona.status.value, Text(who), audit, f"{persona.created_at:%m-%d %H:%M}")
    Console().print(table)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _settings(assignments: list[str]) -> dict[str, object]:
    """`key=value` pairs; a value that is JSON is taken as such, any other as text."""
    settings: dict[str, object] = {}
    for assignment in assignments:
        key, given, value = assignment.partition("=")
        if not given:
            raise typer.BadParameter(f"{assignment!r} is not key=value", param_hint="--set")
        try:
            settings[key] = json.loads(value, parse_constant=_no_number)
        except ValueError:
            settings[key] = value
    return settings


if __name__ == "__main__":
    app()
