"""`fourfold edit | audit`."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.assignments import settings_of
from fourfold.cli.client import ApiError, Client
from fourfold.cli.create import finished
from fourfold.cli.layers_file import changes_in, edits_of, written
from fourfold.cli.live_display import follow
from fourfold.cli.output import AsJson
from fourfold.cli.portrait import shown
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.errors import CommandError
from fourfold.layers import layers_of
from fourfold.persona import NotWrittenError, Persona
from fourfold.steps import StepName

Reason = Annotated[str | None, typer.Option(help="Why; it is stored with the new version.")]


def edit(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    field: Annotated[
        list[str] | None, typer.Option("--set", help='A field and its value: surface.name="Derya Aksoy"')
    ] = None,
    reason: Reason = None,
    accept_violations: Annotated[
        bool, typer.Option("--accept-violations", help="Store edits that break constraints.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Edit fields of a persona's layers: with --set, or in $EDITOR as TOML."""
    with connected() as client:
        if field:
            persona = _sent(client, persona_id, edits_of(field), reason, accept_violations=accept_violations)
        else:
            persona = _edited_by_hand(client, persona_id, reason, accept_violations=accept_violations)
    shown(persona, as_json=as_json)


def audit(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    setting: Annotated[list[str] | None, typer.Option("--set", help="A setting for this run: key=value.")] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Audit a persona's layers as they are, and show it."""
    with connected() as client:
        events = client.audit(persona_id, settings_of(setting or []), reason)
        persona = finished(client, follow(events, SafeConsole(stderr=as_json), (StepName.AUDIT,)))
    shown(persona, as_json=as_json)


def _edited_by_hand(client: Client, persona_id: str, reason: str | None, *, accept_violations: bool) -> Persona:
    """Returns the persona with the changes made in the editor. A file that the API refuses is kept.

    Raises:
        ApiError: the editor failed, or the file cannot be read or stored; the message names the file.
    """
    persona = client.persona(persona_id)
    try:
        before = layers_of(persona)
    except NotWrittenError:
        raise ApiError(f"{persona_id} has no layers yet.") from None
    handle, name = tempfile.mkstemp(prefix=f"{persona_id}-", suffix=".toml")
    os.close(handle)
    file = Path(name)
    file.write_text(written(persona, before), encoding="utf-8")
    _run_editor(file)
    try:
        changes = changes_in(file.read_text(encoding="utf-8-sig"), before)
        if changes:
            persona = _sent(client, persona_id, changes, reason, accept_violations=accept_violations)
    except (CommandError, UnicodeDecodeError) as error:
        problem = error.problem if isinstance(error, ApiError) else None
        raise ApiError(f"{error}\nYour text is in {file}.", problem) from None
    file.unlink()
    if not changes:
        SafeConsole(stderr=True).print(Text("Nothing changed."))
    return persona


def _run_editor(file: Path) -> None:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        ended = subprocess.run([*command, str(file)], check=False)  # noqa: S603 - the user's own editor
    except OSError:
        raise ApiError(f"The editor {command[0]!r} cannot be run. Set EDITOR, or use --set.") from None
    if ended.returncode != 0:
        raise ApiError(f"The editor ended with an error, and nothing was changed. Your text is in {file}.")


def _sent(
    client: Client, persona_id: str, layers: dict[str, Any], reason: str | None, *, accept_violations: bool
) -> Persona:
    body: dict[str, Any] = {"layers": layers, "accept_violations": accept_violations}
    body |= {} if reason is None else {"reason": reason}
    return Persona.model_validate(client.call("PATCH", f"/v1/personas/{persona_id}", json=body))
