"""`fourfold export | import`: writes personas to files and reads them back."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from fourfold.cli.output import AsJson, print_json
from fourfold.cli.portrait import shown
from fourfold.cli.session import connected, reported
from fourfold.cli.terminal import SafeConsole
from fourfold.text_rules import visible

_PNG = b"\x89PNG\r\n\x1a\n"


class Format(StrEnum):
    """The export formats of the API."""

    JSON = "json"
    MARKDOWN = "markdown"
    CARD_V2 = "card_v2"
    CARD_V3 = "card_v3"
    CARD_V2_PNG = "card_v2_png"
    CARD_V3_PNG = "card_v3_png"


def export_persona(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    wanted: Annotated[Format, typer.Option("--format", "-f", help="The file format.")] = Format.JSON,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The output file; default: the server's file name, - for stdout."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="A PNG that becomes the picture of the card; the format is card_v3_png.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a persona to a file: fourfold JSON, Markdown, or a Character Card."""
    if picture is not None:
        wanted = Format.CARD_V3_PNG
    with reported():
        image = None if picture is None else picture.read_bytes()
    with connected() as client:
        content, name = client.export(persona_id, wanted.value, image)
    if output == Path("-"):
        is_text = wanted not in {Format.CARD_V2_PNG, Format.CARD_V3_PNG}
        sys.stdout.buffer.write(visible(content.decode()).encode() if is_text and sys.stdout.isatty() else content)
        return
    path = output or Path(name)
    with reported():
        path.write_bytes(content)
    if as_json:
        print_json({"id": persona_id, "path": str(path), "bytes": len(content)})
    else:
        SafeConsole().print(Text(f"{path} ({len(content):,} bytes)"), soft_wrap=True)


def import_persona(
    file: Annotated[Path, typer.Argument(help="A fourfold export, or a Character Card that contains one.")],
    as_json: AsJson = False,
) -> None:
    """Create a persona from a file."""
    with reported():
        content = file.read_bytes()
    media_type = "image/png" if content.startswith(_PNG) else "application/json"
    with connected() as client:
        persona = client.import_file(content, media_type)
    shown(persona, as_json=as_json)
