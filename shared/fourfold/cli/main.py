"""`fourfold create | compare | show | list | watch | test | chat | drift | doctor`, and what stands beside it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli import chat as chatting
from fourfold.cli import config, files, keys
from fourfold.cli import persona_changes as life
from fourfold.cli.assignments import settings_of
from fourfold.cli.client import ApiError
from fourfold.cli.comparison import compare as show_comparison
from fourfold.cli.connection import find_connection
from fourfold.cli.create import NAIVE
from fourfold.cli.create import create as create_live
from fourfold.cli.doctor import examine
from fourfold.cli.portrait import show as show_portrait
from fourfold.cli.progress_feed import Feed, Target
from fourfold.cli.served_settings import served_engine
from fourfold.cli.session import connected
from fourfold.cli.suite import Wanted, run_suite, show_suite
from fourfold.cli.watch import print_events, watch_live
from fourfold.cli.webhooks import app as webhooks_app
from fourfold.ids import is_persona_id
from fourfold.persona import Persona, PersonaStatus

_LEAST_WHO = 12

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Four-layer personas from a one-line brief.")
for further in (life, files):
    app.add_typer(further.app)

app.add_typer(keys.app, name="keys")
app.add_typer(config.app, name="config")
app.add_typer(webhooks_app, name="webhooks")

AsJson = Annotated[bool, typer.Option("--json", help="Print the JSON document instead.")]


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
    settings = {**(NAIVE if naive else {}), **settings_of(setting or [])}
    with connected() as client:
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
    with connected() as client:
        if second is None:
            pair = [create_live(client, first, console), create_live(client, first, console, NAIVE)]
            console.print()
        else:
            pair = [client.persona(first), client.persona(second)]
        one, other = ((persona, client.run(_run_of(persona))) for persona in pair)
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
    with connected() as client:
        feed = Feed(client.progress_url, find_connection().key, targets)
        well = print_events(feed, sys.stdout) if as_json else watch_live(feed, Console())
    if not well:
        raise typer.Exit(1)


@app.command()
def doctor(
    call: Annotated[bool, typer.Option("--call", help="Ask each usable provider every step once; this costs.")] = False,
) -> None:
    """Show which model providers can be used from here, and with --call whether their answers can be read."""
    if not examine(os.environ, Console(), call=call, served=served_engine()):
        raise typer.Exit(1)


@app.command("test")
def suite(  # noqa: PLR0913, PLR0917 - an argument for each option
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    family: Annotated[list[str] | None, typer.Option(help="Only these families: role, contra, emo, jail.")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="Only these severities, such as critical.")] = None,
    test: Annotated[list[str] | None, typer.Option(help="Only these tests, such as role.002.")] = None,
    benign_twins: Annotated[bool, typer.Option("--benign-twins", help="Run the harmless twins too.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF 2.1.0 to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the provocation suite against a persona. Exits 1 on a confirmed critical failure."""
    wanted = Wanted(family or (), severity or (), test or (), benign_twins, junit, sarif)
    with connected() as client:
        done = run_suite(client, persona_id, wanted, Console(stderr=as_json))
    if as_json:
        sys.stdout.write(json.dumps(done, indent=2, ensure_ascii=False) + "\n")
    else:
        show_suite(done, Console())
    if done["confirmed_critical"]:
        raise typer.Exit(1)


@app.command()
def show(persona_id: Annotated[str, typer.Argument(help="per_...")], as_json: AsJson = False) -> None:
    """Show one persona."""
    with connected() as client:
        persona = client.persona(persona_id)
        failure = client.run(_run_of(persona)).error if persona.status is PersonaStatus.FAILED else None
    if as_json:
        sys.stdout.write(persona.model_dump_json(indent=2) + "\n")
    else:
        show_portrait(persona, Console(), failure)


@app.command(name="list")
def list_personas(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20, as_json: AsJson = False
) -> None:
    """List the newest personas."""
    with connected() as client:
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


def _run_of(persona: Persona) -> str:
    if persona.run_id is None:
        raise ApiError(f"{persona.id} was imported: no run wrote it.")
    return persona.run_id


@app.command()
def chat(persona_id: Annotated[str, typer.Argument(help="per_...")]) -> None:
    """Talk with a persona; under each reply stands how far it is from the persona's voice."""
    console = Console()
    with connected() as client:
        persona = client.persona(persona_id)
        name = persona.surface.name if persona.surface else persona.id
        # Lines from a pipe are sent as they are: a conversation in a file is one too.
        lines = chatting.typed(console, name) if sys.stdin.isatty() else iter(sys.stdin)
        chatting.talk(client, persona_id, console, lines)


@app.command()
def drift(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Replies in a text file, empty lines between them.")
    ],
) -> None:
    """Tell how far replies are from a persona's voice; exit code 2 if any is beyond the threshold."""
    with connected() as client:
        alerts = chatting.score_file(client, persona_id, file, Console())
    if alerts:
        raise typer.Exit(2)


if __name__ == "__main__":
    app()
