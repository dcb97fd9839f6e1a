"""`fourfold chat` and `fourfold drift`: replies, each with a strip that tells how far it is from the voice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from fourfold.cli.client import Client

_CELLS = 20
_LEAVE = frozenset({"/quit", "/exit", "/q"})
_STATES = {"in_voice": "green", "watch": "yellow", "drift": "red"}
_EXEMPT = {
    "too_short": "too short to tell",
    "fingerprint_pending": "no fingerprint yet",
    "fingerprint_failed": "no fingerprint: it failed",
    "embedder_mismatch": "the fingerprint is another embedder's",
    "switched_off": "fingerprints are switched off",
}


def drift_line(drift: dict[str, Any]) -> Text:
    """One line: a bar up to twice the threshold, the figures, the session's state, the worst habit broken."""
    if drift["exempt"]:
        return Text(f"  drift: {_EXEMPT[drift['exempt']]}", style="dim")
    score, threshold = drift["score"], drift["threshold"]
    filled = min(_CELLS, round(_CELLS * score / (2 * threshold)))
    colour = "red" if drift["alert"] else "yellow" if score > 0.8 * threshold else "green"
    line = Text("  drift ")
    line.append("━" * filled, style=colour)
    line.append("─" * (_CELLS - filled), style="dim")
    line.append(f" {score:.2f}/{threshold:.2f} p={drift['p_value']:.2f}", style=colour)
    session = drift["session"]
    if session:
        line.append(f" · {session['state'].replace('_', ' ')}", style=_STATES[session["state"]])
        line.append(f" (CUSUM {session['cusum']:.1f} of {session['decision']:.1f})", style="dim")
    if drift["alert"] and drift["top_features"]:
        line.append(f"\n  {drift['top_features'][0]['words']}", style="dim")
    return line


def chat_lines(client: Client, persona_id: str, console: Console, lines: Iterator[str]) -> None:
    """Sends each line and shows the reply with its strip, until the lines end or one says /quit."""
    session_id: str | None = None
    completed: dict[str, Any] = {}
    for line in lines:
        message = line.strip()
        if message in _LEAVE:
            return
        if not message:
            continue
        for event, content in client.chat(persona_id, message, session_id):
            if event == "token":
                console.print(Text(content["text"]), end="")
            elif event == "restarted":
                console.print("\n[dim]… once more:[/dim]")
            elif event == "completed":
                completed = content
        console.print()
        session_id = completed["session_id"]
        if completed["recovery"]:
            recovery = completed["recovery"]
            console.print(
                f"  [dim]written twice: {recovery['before']:.2f} before, the {recovery['shipped']} ships[/dim]"
            )
        console.print(drift_line(completed["drift"]))


def typed_lines(console: Console, name: str) -> Iterator[str]:
    """What somebody types at the prompt, until the end of input or Ctrl-C."""
    console.print(f"Talking with [bold]{escape(name)}[/bold]; /quit leaves.")
    while True:
        try:
            yield console.input("[bold]> [/bold]")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return


def score_file(client: Client, persona_id: str, file: Path, console: Console) -> bool:
    """Shows the drift of each paragraph of a file; whether any alerts."""
    replies = [part.strip() for part in file.read_text(encoding="utf-8").split("\n\n") if part.strip()]
    found = [
        envelope
        for start in range(0, len(replies), _BATCH_SIZE)
        for envelope in client.drift(persona_id, replies[start : start + _BATCH_SIZE])
    ]
    for reply, envelope in zip(replies, found, strict=True):
        console.print(Text(reply if len(reply) <= _MAX_SHOWN else reply[: _MAX_SHOWN - 1] + "…"))
        console.print(drift_line(envelope))
    alerts = sum(envelope["alert"] for envelope in found)
    console.print(f"{len(found)} replies, {alerts} beyond the threshold.")
    return bool(alerts)


_BATCH_SIZE, _MAX_SHOWN = 50, 200
