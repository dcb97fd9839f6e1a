"""`fourfold fork | lineage`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.layers_file import edits_of
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.portrait import shown
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole


def fork(  # noqa: PLR0913, PLR0917 - an argument for each option
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    field: Annotated[
        list[str] | None, typer.Option("--set", help='A field to change: surface.name="Derya Aksoy"')
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="BCP 47: the mask's lines and words are written in this language.")
    ] = None,
    slug: Annotated[str | None, typer.Option(help="A unique name in the workspace.")] = None,
    note: Annotated[str | None, typer.Option(help="Why; it is stored with the fork.")] = None,
    accept_violations: Annotated[
        bool, typer.Option("--accept-violations", help="Store edits that break constraints.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fork a persona: make one of its own from its layers, and show it."""
    given: dict[str, Any] = {"edits": edits_of(field or []), "language": language, "slug": slug, "note": note}
    body = {name: value for name, value in given.items() if value}
    with connected() as client:
        child = client.fork(persona_id, {**body, "accept_violations": accept_violations})
    shown(child, as_json=as_json)


def lineage(persona_id: Annotated[str, typer.Argument(help="per_...")], as_json: AsJson = False) -> None:
    """Show where a persona comes from, and what was forked from it."""
    with connected() as client:
        found = client.call("GET", f"/v1/personas/{persona_id}/lineage", params={"limit": "100"})
    if as_json:
        print_json(found)
        return
    rows = [("ancestor", member) for member in reversed(found["ancestors"])]
    rows += [("fork", member) for member in found["children"]["data"]]
    if not rows:
        SafeConsole(stderr=True).print(Text("It is no fork and has none."))
        return
    columns = (Column("place"), Column("id", is_id=True), Column("status"), Column("slug"), Column("name"))
    print_rows(columns, (_row(place, member) for place, member in rows))


def _row(place: str, member: dict[str, Any]) -> tuple[str, ...]:
    status = "gone" if member["gone"] else member["status"]
    return place, member["id"], status, member["slug"] or "-", member["name"] or "-"
