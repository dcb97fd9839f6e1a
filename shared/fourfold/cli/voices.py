"""`fourfold voices`: the workspace's voices, those that are too close, and a picture of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole


def voices(
    picture: Annotated[
        Path | None, typer.Option("--map", help="Write a map of the voices to this file, as SVG.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the workspace's newest voices, each with the one that is hardest to distinguish from it, and twins."""
    with connected() as client:
        found = client.call("GET", "/v1/voices")
        if picture is not None:
            with client.stream("GET", "/v1/voices/map") as reply:
                picture.write_bytes(reply.read())
    if as_json:
        print_json(found)
        return
    names = {voice["persona_id"]: voice["name"] or voice["persona_id"] for voice in found["voices"]}
    columns = (Column("id", is_id=True), Column("name"), Column("grade"), Column("nearest"), Column("distinct"))
    print_rows(columns, [_row(voice, names) for voice in found["voices"]])
    console = SafeConsole()
    for pair in found["twins"]:
        one, other = (names[each] for each in pair["personas"])
        features = ", ".join(each.replace("_", " ") for each in pair["alike"])
        same = f"; alike in {features}" if features else ""
        line = f"too close: {one} and {other}, {pair['distinctiveness']:.2f} of at least {found['minimum']:.2f}{same}"
        console.print(Text(line, style="yellow"), soft_wrap=True)
    if found["left_out"]:
        console.print(Text(f"{found['left_out']} more voices are not on the map.", style="dim"))


def _row(voice: dict[str, Any], names: dict[str, str]) -> tuple[str, ...]:
    lone = voice["nearest"] is None
    return (
        voice["persona_id"],
        voice["name"] or "",
        voice["grade"],
        "" if lone else names[voice["nearest"]],
        "" if lone else f"{voice['distinctiveness']:.2f}",
    )
