"""`fourfold runs` and `fourfold cancel`: runs and background jobs of the workspace."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole

Kind = Literal["generation", "audit", "fingerprint", "provocation", "voice_check", "evaluation"]
Status = Literal["running", "completed", "failed"]


def runs(  # noqa: PLR0913, PLR0917 - an argument for each option
    kind: Annotated[Kind | None, typer.Option(help="Only runs of this kind.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only runs with this status.")] = None,
    persona: Annotated[str | None, typer.Option(help="per_...: only runs of this persona.")] = None,
    evaluation: Annotated[str | None, typer.Option(help="evl_...: only runs that make its personas.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest runs: generations and background jobs."""
    filters = {"kind": kind, "status": status, "persona_id": persona, "evaluation_id": evaluation}
    wanted = {name: value for name, value in filters.items() if value is not None}
    with connected() as client:
        found = client.first("/v1/runs", limit, **wanted)
    if as_json:
        print_json(found)
        return
    columns = (
        Column("id", is_id=True),
        Column("kind"),
        Column("status"),
        Column("started"),
        Column("USD"),
        Column("persona", is_id=True),
        Column("error"),
    )
    print_rows(columns, map(_row, found))


def cancel(run_id: Annotated[str, typer.Argument(help="run_...")], as_json: AsJson = False) -> None:
    """Cancel a run: it sends no further model call. A call in progress is completed and paid."""
    with connected() as client:
        run = client.call("POST", f"/v1/runs/{run_id}/cancel")
    if as_json:
        print_json(run)
    elif run["status"] == "running":
        SafeConsole().print(Text(f"{run_id} ends after the call in progress. Follow it: fourfold watch {run_id}"))
    else:
        SafeConsole().print(Text(f"{run_id} is cancelled"))


def _row(run: dict[str, Any]) -> tuple[str, ...]:
    cost = run["usage"] and run["usage"]["cost_usd"]
    return (
        run["id"],
        run["kind"],
        run["status"],
        run["started_at"][:16].replace("T", " "),
        "-" if cost is None else f"{cost:.4f}",
        run["persona_id"] or "-",
        "" if run["error"] is None else run["error"]["code"],
    )
