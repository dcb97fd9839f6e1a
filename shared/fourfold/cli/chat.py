"""`fourfold chat` and `fourfold drift`: replies, each with a line that shows its drift."""

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
    "too_short": "reply too short to score",
    "fingerprint_pending": "fingerprint not ready",
    "fingerprint_failed": "fingerprint failed",
    "embedder_mismatch": "fingerprint made with another embedder",
    "switched_off": "fingerprints are disabled",
}


def drift_line(drift: dict[str, Any]) -> Text:
    """A bar scaled to twice the threshold, score, p-value and session state; with an alert, the main deviation."""
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
    """Sends each line as a message and prints the reply with its drift, until the input ends or a line is /quit."""
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
                console.print("\n[dim]… regenerating:[/dim]")
            elif event == "completed":
                completed = content
        console.print()
        session_id = completed["session_id"]
        if completed["finish_reason"] == "length":
            console.print("  [dim]cut off at its greatest length; set engine.chat.max_tokens higher[/dim]")
        if completed["recovery"]:
            recovery = completed["recovery"]
            console.print(
                f"  [dim]regenerated: first score {recovery['before']:.2f}, {recovery['shipped']} reply used"
                f"{_changed(recovery)}[/dim]"
            )
        console.print(drift_line(completed["drift"]))


def _changed(recovery: dict[str, Any]) -> str:
    """What the second reply changed, feature by feature; empty if there was none."""
    changed = [
        f"{each['feature'].replace('_', ' ')} {each['before']:g} → {each['after']:g}"
        for each in recovery["features"]
        if each["after"] is not None
    ]
    return f" ({', '.join(changed)})" if changed else ""


def typed_lines(console: Console, name: str) -> Iterator[str]:
    """Yields the lines typed at the prompt, until the end of input or Ctrl-C."""
    console.print(f"Chat with [bold]{escape(name)}[/bold]. Type /quit to leave.")
    while True:
        try:
            yield console.input("[bold]> [/bold]")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return


def score_file(client: Client, persona_id: str, file: Path) -> list[tuple[str, dict[str, Any]]]:
    """Returns each paragraph of a file with its drift envelope."""
    replies = [part.strip() for part in file.read_text(encoding="utf-8-sig").split("\n\n") if part.strip()]
    found = [
        envelope
        for start in range(0, len(replies), _BATCH_SIZE)
        for envelope in client.drift(persona_id, replies[start : start + _BATCH_SIZE])
    ]
    return list(zip(replies, found, strict=True))


def show_scores(scored: list[tuple[str, dict[str, Any]]], console: Console) -> None:
    """Prints the drift of each reply."""
    for reply, envelope in scored:
        console.print(Text(reply if len(reply) <= _MAX_SHOWN else reply[: _MAX_SHOWN - 1] + "…"))
        console.print(drift_line(envelope))
    alerts = sum(envelope["alert"] for _, envelope in scored)
    console.print(f"{len(scored)} replies, {alerts} above the threshold.")


_BATCH_SIZE, _MAX_SHOWN = 50, 200
