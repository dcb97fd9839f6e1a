"""`fourfold evaluate`: the same briefs through two settings, with an estimate before and a verdict after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.assignments import settings_of
from fourfold.cli.brief_file import BriefFile, read_briefs
from fourfold.cli.client import ApiError, Client, UnreachableError
from fourfold.cli.estimate import show_estimate
from fourfold.cli.evaluation_results import (
    PATH,
    HtmlFile,
    JunitFile,
    MarkdownFile,
    ended_evaluation,
    show_and_exit,
    write_reports,
)
from fourfold.cli.formatting import money
from fourfold.cli.numbers import finite
from fourfold.cli.output import AsJson
from fourfold.cli.session import RunContinuesError, connected
from fourfold.cli.terminal import SafeConsole
from fourfold.config.preset_ops import PRESET_NAMES
from fourfold.errors import CommandError
from fourfold.evaluation.variants import VARIANT_KEY, BadVariantError, variant_from_folder
from fourfold.llm.model_names import full_name

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
    briefs: Annotated[Path | None, typer.Option(help="A file with a brief in each line; - for standard input.")] = None,
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
    preferences: Annotated[
        bool, typer.Option(help="Also ask the judge which persona of a pair is the better one, in both orders.")
    ] = True,
    allow_same: Annotated[bool, typer.Option("--allow-same", help="Allow two equal sides.")] = False,
    estimate: Annotated[bool, typer.Option("--estimate", help="Show what it would cost, and spend nothing.")] = False,
    html: HtmlFile = None,
    junit: JunitFile = None,
    markdown: MarkdownFile = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate setting B against setting A over the same briefs.

    Exit codes: 0 B is better or equivalent; 2 B is worse, or an option is wrong; 3 inconclusive, also after a budget or
    a cancellation stopped it; 1 the evaluation failed, the request was refused or the server does not respond; 130
    after Ctrl-C, and the evaluation continues.
    """
    if sum(source is not None for source in (last, briefs, brief_set)) != 1:
        raise typer.BadParameter("give one of --last, --briefs and --set")
    body: dict[str, Any] = {
        "a": {**_arm(a), **_config(set_a, variant_a)},
        "b": {**_arm(b), **_config(set_b, variant_b)},
        "max_usd": max_usd,
        "repeats": repeats,
        "preferences": preferences,
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
        file = None if briefs is None else _file_of(briefs)
        if file is not None:
            body["briefs"] = file.briefs
        expected = _sent(client, {**body, "dry_run": True}, file)
        if estimate:
            show_estimate(expected, console, as_json=as_json)
            return
        console.print(Text(_expectation(expected), style="dim"))
        started = _started(client, body, file)
        console.print(Text(started["evaluation_id"], style="dim"))
        found = ended_evaluation(client, started["evaluation_id"], started["run_id"], console)
        write_reports(client, found["id"], html=html, junit=junit, markdown=markdown)
    show_and_exit(found, as_json=as_json)


def _file_of(path: Path) -> BriefFile:
    file = read_briefs(path)
    if not file.briefs:
        raise CommandError(f"{path}: The file has no brief. Write one in each line.")
    return file


def _arm(spec: str) -> dict[str, Any]:
    if spec == "current":
        return {}
    if spec == "naive":
        return {"method": spec}
    return {"model" if _is_model(spec) else "preset": spec}


def _is_model(spec: str) -> bool:
    """Whether a side is one model for every step: `provider:model`, or a bare name that is known."""
    if spec in PRESET_NAMES or spec.startswith("compatible:"):
        return False
    try:
        full_name(spec)
    except ValueError:
        return ":" in spec
    return True


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


def _sent(client: Client, body: dict[str, Any], file: BriefFile | None) -> dict[str, Any]:
    """Returns the reply to a request for an evaluation or its estimate; an error names lines of the file of briefs."""
    try:
        reply: dict[str, Any] = client.post(PATH, body)
    except UnreachableError:
        raise
    except ApiError as error:
        raise error if file is None else file.located(error) from error
    return reply


def _started(client: Client, body: dict[str, Any], file: BriefFile | None) -> dict[str, Any]:
    """Starts the evaluation. If the reply does not arrive, the error says how to see whether it has started."""
    unknown = "If the evaluation has started, it is the first one in: fourfold evaluations list"
    try:
        return _sent(client, body, file)
    except KeyboardInterrupt:
        raise RunContinuesError(f"Interrupted before the evaluation's id arrived. {unknown}") from None
    except UnreachableError as error:
        raise ApiError(f"{error}\n{unknown}") from error
