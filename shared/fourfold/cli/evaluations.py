"""`fourfold evaluations`: list, show, wait for, cancel and delete evaluations, and the facts of their briefs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.evaluation_results import (
    PATH,
    HtmlFile,
    JunitFile,
    MarkdownFile,
    ended_evaluation,
    show_and_exit,
    write_reports,
)
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Evaluations of one setting against another.")
EvaluationId = Annotated[str, typer.Argument(help="evl_...")]


@app.command("list")
def list_evaluations(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20, as_json: AsJson = False
) -> None:
    """List the newest evaluations."""
    with connected() as client:
        found = client.first(PATH, limit)
    if as_json:
        print_json(found)
        return
    columns = (
        Column("id", is_id=True),
        Column("status"),
        Column("started"),
        Column("briefs"),
        Column("A"),
        Column("B"),
    )
    print_rows(columns, map(_row, found))


@app.command()
def show(
    evaluation_id: EvaluationId,
    html: HtmlFile = None,
    junit: JunitFile = None,
    markdown: MarkdownFile = None,
    as_json: AsJson = False,
) -> None:
    """Show an evaluation. Exits as `fourfold evaluate` does, 0 while it is running."""
    with connected() as client:
        found = client.call("GET", f"{PATH}/{evaluation_id}")
        write_reports(client, evaluation_id, html=html, junit=junit, markdown=markdown)
    show_and_exit(found, as_json=as_json)


@app.command()
def claims(
    evaluation_id: EvaluationId,
    limit: Annotated[int, typer.Option(min=1, help="How many briefs.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the facts of its briefs, and whether the personas of A and B keep, change or lack them."""
    with connected() as client:
        found = client.first(f"{PATH}/{evaluation_id}/claims", limit)
    if as_json:
        print_json(found)
        return
    print_rows((Column("brief"), Column("fact"), Column("A"), Column("B")), _facts(found))


@app.command()
def wait(
    evaluation_id: EvaluationId,
    html: HtmlFile = None,
    junit: JunitFile = None,
    markdown: MarkdownFile = None,
    as_json: AsJson = False,
) -> None:
    """Wait until an evaluation has ended, and show it. Exits as `fourfold evaluate` does."""
    with connected() as client:
        found = client.call("GET", f"{PATH}/{evaluation_id}")
        if found["status"] == "running":
            found = ended_evaluation(client, evaluation_id, found["run_id"], SafeConsole(stderr=as_json))
        write_reports(client, evaluation_id, html=html, junit=junit, markdown=markdown)
    show_and_exit(found, as_json=as_json)


@app.command()
def cancel(evaluation_id: EvaluationId, as_json: AsJson = False) -> None:
    """End an evaluation before its next model call."""
    with connected() as client:
        found = client.call("POST", f"{PATH}/{evaluation_id}/cancel")
    if as_json:
        print_json(found)
    else:
        SafeConsole().print(Text(f"{evaluation_id} ends after the calls in progress"))


@app.command()
def delete(evaluation_id: EvaluationId) -> None:
    """Delete an evaluation that has ended, with its personas."""
    with connected() as client:
        client.remove(f"{PATH}/{evaluation_id}")
    SafeConsole().print(Text(f"{evaluation_id} is deleted"))


def _facts(found: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for brief in found:
        # Both sides have the same facts; one without a persona has none.
        for checked in zip_longest(brief["a"] or (), brief["b"] or ()):
            fact = next(each["claim"] for each in checked if each)
            yield brief["id"], fact["text"], *(_outcome(each) for each in checked)


def _outcome(checked: dict[str, Any] | None) -> str:
    if checked is None:
        return "-"
    return f"{checked['outcome']}: {checked['observed']}" if checked["observed"] else checked["outcome"]


def _row(evaluation: dict[str, Any]) -> tuple[str, ...]:
    return (
        evaluation["id"],
        evaluation["status"],
        evaluation["created_at"][:16].replace("T", " "),
        str(evaluation["briefs"]),
        evaluation["a"]["label"],
        evaluation["b"]["label"],
    )
