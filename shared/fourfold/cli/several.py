"""Personas that are generated at the same time: of one brief, or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console

from fourfold.cli.client import Client
from fourfold.cli.output import Column, print_json, print_rows
from fourfold.cli.progress_feed import Feed
from fourfold.cli.watch import watch_live
from fourfold.client.subscription import targets_of
from fourfold.persona import Persona, PersonaStatus


def create_several(client: Client, body: Mapping[str, Any], console: Console) -> list[Persona]:
    """Sends a request with `count`, shows the progress of all its runs, and returns their personas.

    Raises:
        ApiError: the API refused the request.
    """
    receipt = client.post("/v1/personas", body)
    return watched(client, receipt["runs"], console)


def watched(client: Client, receipts: Sequence[Mapping[str, str]], console: Console) -> list[Persona]:
    """Shows the progress of at most 100 runs until all have ended, and returns their personas."""
    targets = targets_of([receipt["run_id"] for receipt in receipts], [], workspace=False)
    watch_live(Feed(client.progress_url, client.key, targets), console)
    return [client.persona(receipt["persona_id"]) for receipt in receipts]


def show_several(people: Sequence[Persona], *, as_json: bool) -> None:
    """Prints personas, as a table or as JSON. Exits 1 if one of them is not written."""
    if as_json:
        print_json([persona.model_dump(mode="json") for persona in people])
    else:
        columns = (Column("id", is_id=True), Column("status"), Column("name"), Column("seed"))
        print_rows(columns, (_row(persona) for persona in people))
    if any(persona.status is PersonaStatus.FAILED for persona in people):
        raise typer.Exit(1)


def _row(persona: Persona) -> tuple[str, ...]:
    name = "" if persona.surface is None else persona.surface.name
    return persona.id, persona.status.value, name, "" if persona.seed is None else str(persona.seed)
