"""`fourfold workspace export | delete`: everything that is stored of the workspace."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from fourfold.cli.client import ApiError, Client
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The whole workspace: export and delete.")

_PATH = "/v1/workspace"


@app.command()
def export(
    file: Annotated[Path, typer.Option("--output", "-o", help="The file: a JSON object on each line.")],
) -> None:
    """Write everything that is stored of the workspace to a file.

    The same command continues an interrupted export; until it is complete, FILE.cursor holds the place to continue at.
    """
    place = file.with_name(f"{file.name}.cursor")
    with connected() as client:
        written = _export(client, file, place)
    place.unlink(missing_ok=True)
    SafeConsole(stderr=True).print(f"{written} items in {file}")


@app.command()
def delete(
    workspace: Annotated[str, typer.Argument(help="The id of the workspace, such as ws_acme.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete the workspace with everything in it, its API keys last; it takes at least three minutes.

    It cannot be undone. An interrupted deletion is continued by the same command.
    """
    if not yes:
        typer.confirm(f"Delete everything in {workspace}? It cannot be undone.", abort=True)
    console = SafeConsole(stderr=True)
    with connected() as client:
        begun, personas, shown = False, 0, ""
        while True:
            try:
                status, wait_s = _deleted(client, workspace)
            except ApiError as error:
                # The last reply was lost: the keys went with the workspace.
                if not (begun and error.problem is not None and error.problem.get("code") == "unauthenticated"):
                    raise
                break
            personas += status["personas"]
            if status["waiting_for"] is None:
                break
            begun = True
            shown = _show_change(shown, personas, status["waiting_for"], console)
            time.sleep(wait_s)
    console.print(f"{workspace} is deleted.")


def _show_change(shown: str, personas: int, waiting_for: str, console: Console) -> str:
    """Prints what the deletion waits for unless it is `shown`; returns what is shown then."""
    line = f"{personas} {'persona' if personas == 1 else 'personas'} deleted; {waiting_for.replace('_', ' ')}"
    if line != shown:
        console.print(line)
    return line


def _export(client: Client, file: Path, place: Path) -> int:
    """Appends pages to the file, and notes after each how far it is; returns the number of items."""
    done: dict[str, Any] = {"cursor": None, "bytes": 0, "items": 0}
    if place.exists() and file.exists():
        done = json.loads(place.read_text(encoding="utf-8"))
    with file.open("ab") as out:
        out.truncate(done["bytes"])
        while True:
            page = client.call("GET", f"{_PATH}/export", params=_query(done["cursor"]))
            for item in page["data"]:
                out.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            out.flush()
            done = {"cursor": page["next_cursor"], "bytes": out.tell(), "items": done["items"] + len(page["data"])}
            if not page["has_more"]:
                return int(done["items"])
            place.write_text(json.dumps(done), encoding="utf-8")


def _query(cursor: str | None) -> dict[str, str]:
    return {"limit": "100"} | ({} if cursor is None else {"cursor": cursor})


def _deleted(client: Client, workspace: str) -> tuple[dict[str, Any], int]:
    """Sends one request of the deletion; returns its reply, and the seconds to wait before the next."""
    with client.stream("DELETE", _PATH, params={"confirm": workspace}) as reply:
        reply.read()
        return reply.json(), int(reply.headers.get("Retry-After", "1"))
