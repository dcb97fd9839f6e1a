"""`fourfold list`: the workspace's personas, filtered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from fourfold.cli.assignments import text_pairs
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.persona import PersonaStatus

_COLUMNS = (Column("id", is_id=True), Column("status"), Column("audit"), Column("made"), Column("who"))
_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def list_personas(  # noqa: PLR0913, PLR0917 - an argument for each filter
    q: Annotated[str | None, typer.Argument(help="Words; each must begin a word of the name or of the slug.")] = None,
    status: Annotated[PersonaStatus | None, typer.Option(help="Only personas with this status.")] = None,
    language: Annotated[str | None, typer.Option(help="A language tag; en includes en-GB.")] = None,
    slug: Annotated[str | None, typer.Option(help="Only the persona with this slug.")] = None,
    archived: Annotated[bool | None, typer.Option(help="Only archived personas, or only others.")] = None,
    created_after: Annotated[datetime | None, typer.Option(formats=_DATES, help="Only personas created later.")] = None,
    created_before: Annotated[
        datetime | None, typer.Option(formats=_DATES, help="Only personas created earlier.")
    ] = None,
    metadata: Annotated[
        list[str] | None, typer.Option("--metadata", "-m", help="name=text that the persona must carry; repeatable.")
    ] = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="In the order of creation.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List personas that match all filters, newest first."""
    filters: dict[str, Any] = {
        "q": q,
        "status": None if status is None else status.value,
        "language": language,
        "slug": slug,
        "archived": None if archived is None else str(archived).lower(),
        "created_after": _moment(created_after),
        "created_before": _moment(created_before),
        "sort": "created_at" if oldest_first else None,
        **{f"metadata.{name}": text for name, text in text_pairs(metadata or [], "--metadata").items()},
    }
    given = {name: value for name, value in filters.items() if value is not None}
    with connected() as client:
        personas = client.first("/v1/personas", limit, **given)
    if as_json:
        print_json(personas)
        return
    if personas:
        print_rows(_COLUMNS, map(_row, personas))
        return
    advice = (
        "No persona matches."
        if given
        else 'No personas yet. Create one: fourfold create "A retired lighthouse keeper in Brittany"'
    )
    SafeConsole(stderr=True).print(advice, soft_wrap=True)


def _moment(given: datetime | None) -> str | None:
    """A date on the command line is local time."""
    return None if given is None else given.astimezone().isoformat()


def _row(persona: dict[str, Any]) -> tuple[str, ...]:
    surface, audit = persona["surface"], persona["audit"]
    who = f"{surface['name']}, {surface['age']}, {surface['occupation']}" if surface else f"“{persona['intent'][:40]}”"
    made = datetime.fromisoformat(persona["created_at"])
    score = f"{audit['overall']:.2f}" if audit else "-"
    return persona["id"], persona["status"], score, f"{made:%m-%d %H:%M}", who
