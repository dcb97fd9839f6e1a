"""`fourfold voice-check`: whether a persona keeps its voice on another chat model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.commands import Estimating
from fourfold.cli.estimate import show_estimate
from fourfold.cli.formatting import money
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole

_STYLES = {"equivalent": "bold green", "degraded": "bold red", "inconclusive": "bold yellow"}


def voice_check(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    model: Annotated[str | None, typer.Argument(help="provider:model. Without it the certificates are listed.")] = None,
    suite: Annotated[
        bool, typer.Option("--suite", help="Also run the provocation suite on both models and compare them.")
    ] = False,
    estimate: Estimating = False,
    as_json: AsJson = False,
) -> None:
    """Check whether a persona keeps its voice on another model. Exits 1 unless it surely does."""
    path = f"/v1/personas/{persona_id}/voice-check"
    console, body = SafeConsole(stderr=as_json), {"model": model, **({"suite": True} if suite else {})}
    with connected() as client:
        if model is not None and estimate:
            show_estimate(client.post(path, {**body, "dry_run": True}), SafeConsole(), as_json=as_json)
            return
        if model is None:
            _show(client.call("GET", path)["certificates"], as_json=as_json)
            return
        run_id = client.post(path, body)["run_id"]
        _await_end(client, run_id, console)
        certificates = client.call("GET", path, params={"model": model})["certificates"]
    _show(certificates, as_json=as_json)
    if any(each["verdict"] != "equivalent" for each in certificates):
        raise typer.Exit(1)


def _await_end(client: Client, run_id: str, console: Console) -> None:
    with console.status("Checking the voice") as status:
        for event in client.follow(run_id):
            if event["type"] == "job.progress":
                status.update(f"Checking the voice: {event['done']} of {event['total']}")
            if event["type"] == "job.failed":
                problem = event["problem"]
                raise ApiError(f"{problem['title']}: {problem['detail']} ({run_id})")


def _show(certificates: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(certificates)
        return
    console = SafeConsole()
    if not certificates:
        console.print("No model was checked yet.")
    for made in certificates:
        line = Text(f"{made['verdict']:<13}", style=_STYLES[made["verdict"]]).append(made["model"], style="default")
        console.print(line.append(f"  {made['created_at'][:16].replace('T', ' ')}  {money(made['cost_usd'])}", "dim"))
        for text in (*made["reasons"], *_figures(made)):
            console.print(Text(f"  {text}"), soft_wrap=True)


def _figures(made: dict[str, Any]) -> Sequence[str]:
    shift = made["shift"]
    if shift is None:
        return ()
    low, high = shift["interval"]
    figures = (
        f"shift {shift['estimate']:.4f} (90 % interval {low:.4f} to {high:.4f}), margin {shift['margin']:.4f}, "
        f"{made['pairs']} of {made['scenarios']} scenarios compared"
    )
    return (figures, *(f"it {change['words']}" for change in made["changed"]), *_suite(made["suite"]))


def _suite(found: dict[str, Any] | None) -> Sequence[str]:
    if found is None:
        return ()
    counts = f"{found['pairs']} tests on both: {found['both_passed']} passed on both, p {found['p_value']:.3f}"
    named = ((name, ", ".join(found[name])) for name in ("lost", "gained"))
    return (counts, *(f"{name}: {tests}" for name, tests in named if tests))
