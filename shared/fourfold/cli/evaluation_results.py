"""The end of an evaluation: waits for it, shows it, and writes its reports to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from fourfold.cli.client import ApiError, Client
from fourfold.cli.evaluation_report import show_evaluation, verdict_code
from fourfold.cli.output import print_json
from fourfold.cli.session import RunContinuesError
from fourfold.cli.terminal import SafeConsole

PATH = "/v1/evaluations"
_SERVER_ERROR = 500


def _in_a_folder(path: Path | None) -> Path | None:
    """Refuses a file that cannot be written before anything is spent."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    return path


HtmlFile = Annotated[
    Path | None, typer.Option("--html", dir_okay=False, callback=_in_a_folder, help="Write the report as an HTML page.")
]
JunitFile = Annotated[
    Path | None, typer.Option("--junit", dir_okay=False, callback=_in_a_folder, help="Write the report as JUnit XML.")
]
MarkdownFile = Annotated[
    Path | None, typer.Option("--markdown", dir_okay=False, callback=_in_a_folder, help="Write it as Markdown.")
]


def write_reports(client: Client, evaluation_id: str, **files: Path | None) -> None:
    """Writes an evaluation's report to a file for each format that is given."""
    for form, path in files.items():
        if path is not None:
            path.write_text(client.text(f"{PATH}/{evaluation_id}", format=form), encoding="utf-8")


def ended_evaluation(client: Client, evaluation_id: str, run_id: str, console: Console) -> dict[str, Any]:
    """Shows the progress of an evaluation until it has ended; returns it.

    Raises:
        RunContinuesError: Ctrl-C was pressed; the evaluation continues.
        ApiError: the server does not respond, and the message says how to continue; or the evaluation was deleted.
    """
    try:
        with Live(_bar(0, 1), console=console, refresh_per_second=4, transient=True) as live:
            for event in client.follow(run_id):
                if event["type"] == "job.progress":
                    live.update(_bar(event["done"], event["total"]))
        found: dict[str, Any] = client.call("GET", f"{PATH}/{evaluation_id}")
    except KeyboardInterrupt:
        raise RunContinuesError(f"The evaluation continues. {_how_to_continue(evaluation_id)}") from None
    except ApiError as error:
        if error.problem is not None and error.problem["status"] < _SERVER_ERROR:
            raise
        hint = f"The evaluation continues when the server does. {_how_to_continue(evaluation_id)}"
        raise ApiError(f"{error}\n{hint}", error.problem) from error
    return found


def show_and_exit(evaluation: dict[str, Any], *, as_json: bool) -> None:
    """Prints an evaluation, and exits with the code of its verdict if it has ended."""
    if as_json:
        print_json(evaluation)
    else:
        show_evaluation(evaluation, SafeConsole())
    if evaluation["status"] != "running":
        raise typer.Exit(verdict_code(evaluation))


def _how_to_continue(evaluation_id: str) -> str:
    return (
        f"Wait for its verdict: fourfold evaluations wait {evaluation_id}\n"
        f"End it before its next model call: fourfold evaluations cancel {evaluation_id}"
    )


def _bar(done: int, total: int) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_row(ProgressBar(total=total, completed=done, width=30), f"{done} of {total} pairs")
    return table
