"""`fourfold export | import`: writes personas to files and reads them back."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from fourfold.cli.portrait import show
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.text_rules import visible

app = typer.Typer()

_PNG = b"\x89PNG\r\n\x1a\n"


class Format(StrEnum):
    """The export formats of the API."""

    JSON = "json"
    MARKDOWN = "markdown"
    CARD_V2 = "card_v2"
    CARD_V3 = "card_v3"
    CARD_V2_PNG = "card_v2_png"
    CARD_V3_PNG = "card_v3_png"


@app.command(name="export")
def export_persona(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    wanted: Annotated[Format, typer.Option("--format", "-f", help="The file format.")] = Format.JSON,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The output file; default: the server's file name, - for stdout."),
    ] = None,
) -> None:
    """Write a persona to a file: fourfold JSON, Markdown, or a Character Card."""
    with connected() as client:
        content, name = client.export(persona_id, wanted.value)
    if output == Path("-"):
        is_text = wanted not in {Format.CARD_V2_PNG, Format.CARD_V3_PNG}
        sys.stdout.buffer.write(visible(content.decode()).encode() if is_text and sys.stdout.isatty() else content)
        return
    path = output or Path(name)
    try:
        path.write_bytes(content)
    except OSError as error:
        SafeConsole(stderr=True).print(Text(f"{path}: {error.strerror}", style="red"))
        raise typer.Exit(1) from error
    SafeConsole().print(Text(f"{path} ({len(content):,} bytes)"))


@app.command(name="import")
def import_persona(
    file: Annotated[Path, typer.Argument(help="A fourfold export, or a Character Card that contains one.")],
) -> None:
    """Create a persona from a file."""
    try:
        content = file.read_bytes()
    except OSError as error:
        SafeConsole(stderr=True).print(Text(f"{file}: {error.strerror}", style="red"))
        raise typer.Exit(1) from error
    media_type = "image/png" if content.startswith(_PNG) else "application/json"
    with connected() as client:
        persona = client.import_file(content, media_type)
    show(persona, SafeConsole())
