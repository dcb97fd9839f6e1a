"""`fourfold evaluate`: the same briefs through two settings, with an estimate before and a verdict after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fourfold.cli.assignments import settings_of
from fourfold.cli.client import Client
from fourfold.cli.estimate import show_estimate
from fourfold.cli.evaluation_report import show_evaluation, verdict_code
from fourfold.cli.formatting import money
from fourfold.cli.numbers import finite
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.session import RunContinuesError, connected
from fourfold.cli.terminal import SafeConsole
from fourfold.evaluation.variants import VARIANT_KEY, BadVariantError, variant_from_folder

PATH = "/v1/evaluations"
_ARM = "current, naive, a preset such as anthropic-current, or provider:model for every step."


def evaluate(  # noqa: PLR0913, PLR0917 - an argument for each option
    max_usd: Annotated[float, typer.Option(callback=finite, help="What all calls may cost together, in USD.")],
    a: Annotated[str, typer.Option("--a", help=f"The first side: {_ARM}")] = "current",
    b: Annotated[str, typer.Option("--b", help="The second side, which the verdict is about.")] = "current",
    set_a: Annotated[list[str] | None, typer.Option("--set-a", help="A setting of A: key=value; repeatable.")] = None,
    set_b: Annotated[list[str] | None, typer.Option("--set-b", help="A setting of B: key=value; repeatable.")] = None,
    variant_a: Annotated[
        Path | None,
        typer.Option(help="A folder with texts that replace tasks of steps or messages of scenarios in A."),
    ] = None,
    variant_b: Annotated[Path | None, typer.Option(help="The same for B.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="The newest different briefs of the workspace.")] = None,
    briefs: Annotated[Path | None, typer.Option(help="A file with a brief in each line.")] = None,
    brief_set: Annotated[str | None, typer.Option("--set", help="A shipped set of briefs: standard@1.")] = None,
    size: Annotated[int | None, typer.Option(min=1, help="How many briefs of the set.")] = None,
    repeats: Annotated[int, typer.Option(min=1, max=5, help="Judgements of each persona.")] = 1,
    margin: Annotated[
        float | None, typer.Option(callback=finite, help="Points of 5 that make no difference in practice.")
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="A measure that the verdict rests on; repeatable.")
    ] = None,
    judge: Annotated[str | None, typer.Option(help="provider:model of the judge of both sides.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name in lists.")] = None,
    allow_same: Annotated[bool, typer.Option("--allow-same", help="Allow two equal sides.")] = False,
    estimate: Annotated[bool, typer.Option("--estimate", help="Show what it would cost, and spend nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate setting B against setting A over the same briefs.

    Exits 0 if B is better or equivalent, 2 if it is worse, 3 if the evaluation is inconclusive, 1 after an error.
    """
    if sum(source is not None for source in (last, briefs, brief_set)) != 1:
        raise typer.BadParameter("give one of --last, --briefs and --set")
    body: dict[str, Any] = {
        "a": {**_arm(a), **_config(set_a, variant_a)},
        "b": {**_arm(b), **_config(set_b, variant_b)},
        "max_usd": max_usd,
        "repeats": repeats,
        "allow_same": allow_same,
    }
    further = {
        "last": last,
        "set": brief_set,
        "size": size,
        "margin": margin,
        "metrics": metric or None,
        "judge": judge,
        "name": name,
    }
    body |= {key: value for key, value in further.items() if value is not None}
    console = SafeConsole(stderr=as_json)
    with connected() as client:
        if briefs is not None:
            body["briefs"] = [line for line in briefs.read_text(encoding="utf-8").splitlines() if line.strip()]
        expected = client.post(PATH, {**body, "dry_run": True})
        if estimate:
            show_estimate(expected, console, as_json=as_json)
            return
        console.print(Text(_expectation(expected), style="dim"))
        found = _followed(client, client.post(PATH, body), console)
    if as_json:
        print_json(found)
    else:
        show_evaluation(found, console)
    raise typer.Exit(verdict_code(found))


def _arm(spec: str) -> dict[str, Any]:
    if spec == "current":
        return {"label": spec}
    if spec == "naive":
        return {"method": spec}
    if ":" in spec and not spec.startswith("compatible:"):
        return {"model": spec}
    return {"preset": spec}


def _config(assignments: list[str] | None, folder: Path | None) -> dict[str, Any]:
    config = settings_of(assignments) if assignments else {}
    if folder is not None:
        try:
            config[VARIANT_KEY] = variant_from_folder(folder).model_dump(mode="json")
        except BadVariantError as error:
            raise typer.BadParameter(f"{folder}: {error}") from None
    return {"config": config} if config else {}


def _expectation(expected: dict[str, Any]) -> str:
    usd = expected["usd"]
    cost = "unknown" if usd["high"] is None else f"{money(usd['low'])} to {money(usd['high'])}"
    return f"{expected['calls']['low']} to {expected['calls']['high']} calls, expected cost {cost}"


def _followed(client: Client, receipt: dict[str, Any], console: Console) -> dict[str, Any]:
    """Shows the evaluation's progress until it has ended; returns it.

    Raises:
        RunContinuesError: after Ctrl-C.
    """
    evaluation_id, run_id = str(receipt["evaluation_id"]), str(receipt["run_id"])
    console.print(Text(f"{evaluation_id}", style="dim"))
    try:
        with Live(_bar(0, 1), console=console, refresh_per_second=4, transient=True) as live:
            for event in client.follow(run_id):
                if event["type"] == "job.progress":
                    live.update(_bar(event["done"], event["total"]))
    except KeyboardInterrupt:
        raise RunContinuesError(
            f"The evaluation continues. fourfold evaluations show {evaluation_id}; to end it: "
            f"fourfold evaluations cancel {evaluation_id}"
        ) from None
    found: dict[str, Any] = client.call("GET", f"{PATH}/{evaluation_id}")
    return found


def _bar(done: int, total: int) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_row(ProgressBar(total=total, completed=done, width=30), f"{done} of {total} pairs")
    return table
