"""`fourfold webhooks`: manages endpoints, and receives webhooks on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import httpx
import typer
from rich.table import Table
from rich.text import Text

from fourfold.cli.connection import Connection, NoConnectionError, find_connection
from fourfold.cli.terminal import SafeConsole
from fourfold.cli.webhook_receiver import ReceivedWebhook, run_receiver
from fourfold.errors import CommandError

app = typer.Typer(no_args_is_help=True, help="Webhook endpoints, and a local receiver.")

Endpoint = Annotated[str, typer.Argument(help="whk_...")]
Events = Annotated[list[str] | None, typer.Option("--event", help="Exact name of an event; repeatable. Default: all.")]


class _RefusedError(CommandError):
    """The API returned an error or did not respond; the message says what to do."""


@app.command()
def listen(
    events: Events = None,
    secret: Annotated[
        str | None, typer.Option(help="whsec_... of an existing endpoint; without it a new endpoint is created.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any free port.")] = 0,
    count: Annotated[int, typer.Option(min=0, help="Stop after this many deliveries; 0: at Ctrl-C.")] = 0,
) -> None:
    """Receive webhooks on http://127.0.0.1, verify their signatures, and print them.

    Works with a local server only: a server on AWS sends to public https addresses only.
    """
    console = SafeConsole()
    with _connected() as api, run_receiver(port) as receiver:
        created = None if secret else _call(api, "POST", "", {"url": receiver.url, "events": events or ["*"]})
        signing_secret = secret or (created or {})["secret"]
        console.print(f"Receiving at {receiver.url} · Ctrl-C stops", highlight=False)
        try:
            for number, received in enumerate(receiver.received_webhooks(signing_secret), 1):
                console.print(_line(received))
                if number == count:
                    break
        except KeyboardInterrupt:
            console.print("stopped")
        finally:
            if created is not None:
                _call(api, "DELETE", f"/{created['id']}")


@app.command()
def create(url: Annotated[str, typer.Argument(help="https://...")], events: Events = None) -> None:
    """Create an endpoint and show its secret once."""
    with _connected() as api:
        created = _call(api, "POST", "", {"url": url, "events": events or ["*"]})
    SafeConsole().print(f"{created['id']}\nsecret {created['secret']}", highlight=False, soft_wrap=True)


@app.command(name="list")
def list_endpoints() -> None:
    """List the workspace's endpoints."""
    with _connected() as api:
        endpoints = _call(api, "GET", "")["data"]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("id", "state", "events", "url"):
        table.add_column(column, no_wrap=column == "id", overflow="fold")
    for one in endpoints:
        state = "enabled" if one["enabled"] else f"disabled ({one['disabled_reason']})"
        table.add_row(one["id"], state, Text(", ".join(one["events"])), Text(one["url"]))
    SafeConsole().print(table if endpoints else "No endpoints yet. Try: fourfold webhooks listen")


@app.command()
def deliveries(endpoint: Endpoint, limit: Annotated[int, typer.Option(min=1, max=100)] = 20) -> None:
    """Show an endpoint's newest deliveries."""
    with _connected() as api:
        found = _call(api, "GET", f"/{endpoint}/deliveries?limit={limit}")["data"]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("id", "status", "event", "attempts"):
        table.add_column(column, no_wrap=column == "id")
    for one in found:
        attempts = ", ".join(f"{a['status_code'] or a['result']} ({a['latency_ms']} ms)" for a in one["attempts"])
        table.add_row(one["id"], one["status"], one["event_type"], attempts)
    SafeConsole().print(table)


@app.command()
def ping(endpoint: Endpoint) -> None:
    """Send a ping."""
    with _connected() as api:
        SafeConsole().print(_call(api, "POST", f"/{endpoint}/ping")["id"], highlight=False)


@app.command()
def replay(
    endpoint: Endpoint,
    delivery: Annotated[
        str | None, typer.Argument(help="dlv_...; without it, all deliveries failed since --since.")
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Such as 2026-11-25T09:00:00 (local time).")] = None,
) -> None:
    """Replay a delivery, or all deliveries failed since a time."""
    if (delivery is None) is (since is None):
        raise typer.BadParameter("give a delivery, or --since")
    with _connected() as api:
        if delivery is not None:
            _call(api, "POST", f"/{endpoint}/deliveries/{delivery}/replay")
            SafeConsole().print("1 delivery replayed")
            return
        body = {"since": since.astimezone().isoformat() if since else None}
        done = _call(api, "POST", f"/{endpoint}/replay", body)
    more = "; there are more, run the command again" if done["has_more"] else ""
    SafeConsole().print(f"{done['replayed']} deliveries replayed{more}")


@app.command()
def delete(endpoint: Endpoint) -> None:
    """Delete an endpoint."""
    with _connected() as api:
        _call(api, "DELETE", f"/{endpoint}")


@contextmanager
def _connected() -> Iterator[Connection]:
    """Yields the connection. An error is printed in one line on standard error, with exit code 1."""
    try:
        yield find_connection()
    except (_RefusedError, NoConnectionError, OSError) as error:
        SafeConsole(stderr=True).print(Text(str(error), style="red"))
        raise typer.Exit(1) from error


def _call(api: Connection, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"Bearer {api.key}"}
    try:
        reply = httpx.request(method, f"{api.url}/v1/webhooks{path}", json=body, headers=headers, timeout=30)
    except httpx.TransportError as error:
        raise _RefusedError(
            f"No response from {api.url} ({type(error).__name__}). Start the server with `make up`."
        ) from error
    if reply.is_error:
        try:
            problem = reply.json()
            raise _RefusedError(f"{problem['title']}: {problem['detail']}")
        except (ValueError, KeyError, TypeError):
            raise _RefusedError(f"The server returned {reply.status_code} without problem details.") from None
    return reply.json() if reply.content else None


def _line(received: ReceivedWebhook) -> Text:
    stamp = f"{received.at:%H:%M:%S}  "
    if received.fault is not None:
        return Text(f"{stamp}✗ {received.fault}", style="red")
    return Text.assemble(stamp, ("✓ ", "green"), f"{received.type}  ", (f"{received.id}  {received.data}", "dim"))
