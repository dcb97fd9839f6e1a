"""`fourfold batch`: generates a persona from each line of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fourfold.cli.brief_file import read_briefs
from fourfold.cli.client import Client
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.several import watched
from fourfold.cli.terminal import SafeConsole
from fourfold.persona import Persona, PersonaStatus

# A connection follows at most 100 runs.
_AT_ONCE = 50


def batch(
    file: Annotated[Path, typer.Argument(help="A text file with a brief on each line; - for standard input.")],
    as_json: AsJson = False,
) -> None:
    """Generate a persona from each line of a file, with progress. Exits 1 if any failed."""
    with connected() as client:
        briefs = read_briefs(file).briefs
        personas: list[Persona] = []
        for first in range(0, len(briefs), _AT_ONCE):
            receipts = [_start(client, brief) for brief in briefs[first : first + _AT_ONCE]]
            personas += watched(client, receipts, SafeConsole(stderr=True))
    if as_json:
        print_json([persona.model_dump(mode="json") for persona in personas])
    else:
        columns = (Column("id", is_id=True), Column("status"), Column("brief"))
        print_rows(columns, ((each.id, each.status.value, each.intent) for each in personas))
    if any(persona.status is PersonaStatus.FAILED for persona in personas):
        raise typer.Exit(1)


def _start(client: Client, brief: str) -> dict[str, str]:
    receipt: dict[str, str] = client.call(
        "POST", "/v1/personas", json={"intent": brief}, headers={"Prefer": "respond-async"}
    )
    return receipt
