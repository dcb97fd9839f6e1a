"""`fourfold sessions list | show | rename | end | delete`: chats that were held with a persona."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from fourfold.cli.assignments import text_pairs
from fourfold.cli.chat import drift_line
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Chats that were held: list, read, rename, end and delete."
)

_NAMES = ("status", "messages", "tokens", "USD", "drift", "last message", "title")
_COLUMNS = (Column("id", is_id=True), *map(Column, _NAMES))

SessionId = Annotated[str, typer.Argument(help="ses_..., or a session id of your own.")]


@app.command(name="list")
def list_sessions(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    limit: Annotated[int, typer.Option(min=1, help="How many, the latest to begin first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the chats with a persona: title, messages, tokens, cost and drift."""
    with connected() as client:
        sessions = client.first(f"/v1/personas/{persona_id}/sessions", limit)
    if as_json:
        print_json(sessions)
        return
    print_rows(_COLUMNS, map(_row, sessions))


@app.command()
def show(session_id: SessionId, as_json: AsJson = False) -> None:
    """Show a chat with its messages; each reply shows its drift from the persona's voice."""
    with connected() as client:
        session = client.call("GET", f"/v1/sessions/{session_id}")
        messages = list(client.pages(f"/v1/sessions/{session_id}/messages"))
    if as_json:
        print_json({**session, "data": messages})
        return
    console = SafeConsole()
    print_rows(_COLUMNS, [_row(session)], console)
    for message in messages:
        _show_message(message, console)


@app.command()
def rename(
    session_id: SessionId,
    title: Annotated[str | None, typer.Argument(help="The new title.")] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option("--metadata", "-m", help="name=text of your own; repeatable. It replaces what was there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set the title of a chat, or its metadata."""
    changes: dict[str, Any] = {} if title is None else {"title": title}
    if metadata:
        changes["metadata"] = text_pairs(metadata, "--metadata")
    if not changes:
        raise typer.BadParameter("give a title or --metadata")
    _change(session_id, changes, f"{session_id} changed", as_json=as_json)


@app.command()
def end(
    session_id: SessionId,
    reopen: Annotated[bool, typer.Option("--reopen", help="Let it take messages again.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a chat: it takes no further message."""
    done = f"{session_id} {'reopened' if reopen else 'ended'}"
    _change(session_id, {"ended": not reopen}, done, as_json=as_json)


@app.command()
def delete(
    session_id: SessionId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a chat with all its messages."""
    with connected() as client:
        if not yes:
            session = client.call("GET", f"/v1/sessions/{session_id}")
            typer.confirm(
                f"Delete “{session['title'] or session_id}” and its {session['messages']} messages?", abort=True
            )
        client.remove(f"/v1/sessions/{session_id}")
    if as_json:
        print_json({"id": session_id, "deleted": True})
    else:
        SafeConsole().print(Text(f"{session_id} deleted"))


def _change(session_id: str, changes: dict[str, Any], done: str, *, as_json: bool) -> None:
    with connected() as client:
        session = client.call("PATCH", f"/v1/sessions/{session_id}", json=changes)
    if as_json:
        print_json(session)
    else:
        SafeConsole().print(Text(done))


def _row(session: dict[str, Any]) -> tuple[str, ...]:
    usage, drift = session["usage"], session["drift"]
    tokens = usage["tokens"]["input_tokens"] + usage["tokens"]["output_tokens"]
    cost = "?" if usage["cost_usd"] is None else f"{usage['cost_usd']:.4f}"
    state = (drift["state"] or "-").replace("_", " ") + (f" ({drift['alerts']} alerts)" if drift["alerts"] else "")
    moment = session["updated_at"][:16].replace("T", " ")
    return (
        session["id"],
        session["status"],
        str(session["messages"]),
        str(tokens),
        cost,
        state,
        moment,
        session["title"] or "",
    )


def _show_message(message: dict[str, Any], console: Console) -> None:
    if message["role"] == "user":
        console.print(Text(f"\n> {message['content']}", style="bold"))
        return
    console.print(Text(message["content"]))
    if message["drift"] is not None:
        console.print(drift_line(message["drift"]))
