"""The commands create, compare, show, watch, test, chat, drift and doctor."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from fourfold.cli import chat as chat_commands
from fourfold.cli.assignments import settings_of, text_pairs
from fourfold.cli.client import ApiError
from fourfold.cli.comparison import compare as show_comparison
from fourfold.cli.comparison import comparison_document
from fourfold.cli.create import NAIVE, created_both_ways
from fourfold.cli.create import create as create_live
from fourfold.cli.doctor import examine
from fourfold.cli.estimate import show_estimate
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.portrait import shown
from fourfold.cli.progress_feed import Feed
from fourfold.cli.served_settings import served_engine
from fourfold.cli.session import connected
from fourfold.cli.several import create_several, show_several
from fourfold.cli.state import examine_state
from fourfold.cli.suite import SuiteOptions, run_suite, show_suite
from fourfold.cli.terminal import SafeConsole
from fourfold.cli.watch import print_events, watch_live
from fourfold.client.subscription import targets_of
from fourfold.errors import CommandError
from fourfold.ids import is_persona_id
from fourfold.persona import Persona, PersonaStatus, Visibility

Estimating = Annotated[bool, typer.Option("--estimate", help="Show what it would cost, and spend nothing.")]


def create(  # noqa: PLR0913, PLR0917 - an argument for each option
    brief: Annotated[str, typer.Argument(help="A description of the persona in a sentence.")],
    naive: Annotated[
        bool, typer.Option("--naive", help="Generate in a single call, to compare with the six steps.")
    ] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting for this run: engine.pipeline.soul_draft.model=openai:gpt-6.1-sol"),
    ] = None,
    slug: Annotated[str | None, typer.Option(help="A unique name in the workspace.")] = None,
    visibility: Annotated[Visibility | None, typer.Option(help="The intended audience; a label.")] = None,
    metadata: Annotated[
        list[str] | None, typer.Option("--metadata", "-m", help="name=text of your own; repeatable. Events carry it.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The language that the persona speaks (BCP 47).")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed gives another person of the brief.")] = None,
    count: Annotated[int, typer.Option(min=1, max=20, help="How many different people of the brief.")] = 1,
    estimate: Estimating = False,
    as_json: AsJson = False,
) -> None:
    """Generate a persona and show it; with --count several people of the brief. Exits 1 if a run failed."""
    settings = {**(NAIVE if naive else {}), **settings_of(setting or [])}
    own = text_pairs(metadata or [], "--metadata") or None
    given: dict[str, object] = {"slug": slug, "visibility": visibility and visibility.value, "metadata": own}
    given |= {"language": language, "seed": seed, "count": count if count > 1 else None}
    labels = {name: value for name, value in given.items() if value is not None}
    with connected() as client:
        if estimate:
            body = {"intent": brief, "config": settings, "dry_run": True, **labels}
            show_estimate(client.post("/v1/personas", body), SafeConsole(), as_json=as_json)
            return
        if count > 1:
            people = create_several(client, {"intent": brief, "config": settings, **labels}, SafeConsole(stderr=True))
            show_several(people, as_json=as_json)
            return
        persona = create_live(client, brief, SafeConsole(stderr=as_json), settings, labels)
    shown(persona, as_json=as_json)


def compare(
    first: Annotated[str, typer.Argument(help="per_..., or a brief to generate both ways.")],
    second: Annotated[str | None, typer.Argument(help="per_... of the other persona.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare cost, time and audit of two personas, or of the six steps and the single call for one brief.

    With --json a list of the two, each with its `persona` and `run` and the same `meaningful` (false if the offline
    composer wrote one of them, or a persona is not written), `note` (what the pair can show) and `evaluate` (the
    command that answers which settings are better). Exits 1 if a run for the brief failed.
    """
    if (second is None) is is_persona_id(first) or (second is not None and not is_persona_id(second)):
        raise typer.BadParameter("give two persona ids, or one brief")
    console = SafeConsole(stderr=as_json)
    with connected() as client:
        if second is None:
            pair = created_both_ways(client, first, console)
            console.print()
        else:
            pair = [client.persona(first), client.persona(second)]
        one, other = ((persona, client.run(_run_of(persona))) for persona in pair)
    if as_json:
        print_json(comparison_document(one, other))
    else:
        show_comparison(one, other, console)
    if second is None and not other[0].has_layers:
        raise typer.Exit(1)


def watch(
    runs: Annotated[list[str] | None, typer.Argument(help="run_... of one or more runs.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All runs of the workspace, until Ctrl-C.")] = False,
    persona: Annotated[str | None, typer.Option(help="per_...: all runs of this persona, until Ctrl-C.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the progress of runs and background jobs. With --json, each event is a line."""
    if sum([bool(runs), everything, persona is not None]) != 1:
        raise typer.BadParameter("give runs, or --all, or --persona")
    targets = targets_of(runs or [], [] if persona is None else [persona], workspace=everything)
    with connected() as client:
        feed = Feed(client.progress_url, client.key, targets)
        succeeded = print_events(feed, sys.stdout) if as_json else watch_live(feed, SafeConsole())
    if not succeeded:
        raise typer.Exit(1)


def doctor(
    call: Annotated[bool, typer.Option("--call", help="Ask each usable provider every step once; this costs.")] = False,
    state: Annotated[bool, typer.Option("--state", help="Check what a local server has stored instead.")] = False,
) -> None:
    """Show which providers are usable, with --call whether their answers can be read; or check the stored state."""
    if state:
        _examine_state()
        return
    if not examine(os.environ, SafeConsole(), call=call, served=served_engine()):
        raise typer.Exit(1)


def _examine_state() -> None:
    try:
        sound = examine_state(SafeConsole())
    except CommandError as error:
        SafeConsole(stderr=True).print(Text(str(error), style="red"))
        raise typer.Exit(1) from error
    if not sound:
        raise typer.Exit(1)


def suite(  # noqa: PLR0913, PLR0917 - an argument for each option
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    family: Annotated[
        list[str] | None, typer.Option(help="Only tests of these families: role, contra, emo, jail.")
    ] = None,
    severity: Annotated[
        list[str] | None, typer.Option(help="Only tests of these severities, such as critical.")
    ] = None,
    test: Annotated[list[str] | None, typer.Option(help="Only these tests, such as role.002.")] = None,
    benign_twins: Annotated[bool, typer.Option("--benign-twins", help="Run the harmless twins too.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF 2.1.0 to this file.")] = None,
    estimate: Estimating = False,
    as_json: AsJson = False,
) -> None:
    """Run the provocation suite against a persona. Exits 1 on a confirmed critical failure."""
    options = SuiteOptions(family or (), severity or (), test or (), benign_twins, junit, sarif)
    with connected() as client:
        if estimate:
            body = {**options.body(), "dry_run": True}
            show_estimate(client.post(f"/v1/personas/{persona_id}/test-suite", body), SafeConsole(), as_json=as_json)
            return
        for path in filter(None, (junit, sarif)):
            path.touch()  # a file that cannot be written is reported before the run, not after it
        finished = run_suite(client, persona_id, options, SafeConsole(stderr=as_json))
    if as_json:
        print_json(finished)
    else:
        show_suite(finished, SafeConsole())
    if finished["confirmed_critical"]:
        raise typer.Exit(1)


def show(persona_id: Annotated[str, typer.Argument(help="per_...")], as_json: AsJson = False) -> None:
    """Show one persona."""
    with connected() as client:
        persona = client.persona(persona_id)
        failure = client.run(_run_of(persona)).error if persona.status is PersonaStatus.FAILED else None
    shown(persona, as_json=as_json, failure=failure)


def _run_of(persona: Persona) -> str:
    if persona.run_id is None:
        raise ApiError(f"{persona.id} was imported and has no run.")
    return persona.run_id


def chat(persona_id: Annotated[str, typer.Argument(help="per_...")]) -> None:
    """Chat with a persona; each reply shows its drift from the persona's voice."""
    console = SafeConsole()
    with connected() as client:
        persona = client.persona(persona_id)
        name = persona.surface.name if persona.surface else persona.id
        # Lines from a pipe are sent without a prompt, so a conversation can come from a file.
        lines = chat_commands.typed_lines(console, name) if sys.stdin.isatty() else iter(sys.stdin)
        chat_commands.chat_lines(client, persona_id, console, lines)


def drift(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A text file with replies separated by empty lines.")
    ],
    as_json: AsJson = False,
) -> None:
    """Score the drift of replies from a persona's voice. Exits 2 if any is above the threshold."""
    with connected() as client:
        scored = chat_commands.score_file(client, persona_id, file)
    if as_json:
        print_json([envelope for _, envelope in scored])
    else:
        chat_commands.show_scores(scored, SafeConsole())
    if any(envelope["alert"] for _, envelope in scored):
        raise typer.Exit(2)
