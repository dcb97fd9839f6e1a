"""`fourfold create | show | list`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.connection import NoConnectionError, find_connection
from fourfold.cli.create import create as create_live
from fourfold.cli.portrait import show as show_portrait

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Four-layer personas from a one-line brief.")

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
    brief: Annotated[str, typer.Argument(help="Who it should be, in a sentence.")], as_json: AsJson = False
) -> None:
    """Make a persona and show it."""
    with _client() as client:
        persona = create_live(client, brief, Console(stderr=as_json))
    if as_json:
        sys.stdout.write(persona.model_dump_json(indent=2) + "\n")
    else:
        show_portrait(persona, Console())


@app.command()
def show(persona_id: Annotated[str, typer.Argument(help="per_...")], as_json: AsJson = False) -> None:
    """Show one persona."""
    with _client() as client:
        persona = client.persona(persona_id)
    if as_json:
        sys.stdout.write(persona.model_dump_json(indent=2) + "\n")
    else:
        show_portrait(persona, Console())


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
    for column in ("id", "status", "who", "audit", "made"):
        table.add_column(column, no_wrap=True, min_width=30 if column == "id" else None)
    for persona in personas:
        surface = persona.surface
        who = f"{surface.name}, {surface.age}, {surface.occupation}" if surface else f"“{persona.intent[:40]}”"
        audit = f"{persona.audit.overall:.2f}" if persona.audit else "-"
        table.add_row(persona.id, persona.status.value, Text(who), audit, f"{persona.created_at:%Y-%m-%d %H:%M}")
    Console().print(table)


if __name__ == "__main__":
    app()
